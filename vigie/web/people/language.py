"""The language of the pages: of the person, or of the browser where nobody is signed in."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from vigie.web import cookies, pages, site
from vigie.web.entry import Anybody

router = APIRouter()
A_YEAR = timedelta(days=365)


@router.post("/language")
def choose(
    request: Request,
    visitor: Anybody,
    language: Annotated[Literal["fr", "en"], Form()],
    asked: Annotated[str, Form(alias="next", max_length=1000)] = "/",
) -> Response:
    """From now on."""
    response = pages.redirect(pages.local_path(asked))
    cookies.put(request, response, cookies.LANGUAGE, language, lasts=A_YEAR)
    if visitor is not None:
        site.of(request).ledger.people.set_language(visitor.id, language)
    return response
