"""What vigie.toml says, without anything secret: for whoever administers everything."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from vigie.web import site
from vigie.web.entry import Admin
from vigie.web.pages import language_of, render

router = APIRouter()


@router.get("/settings")
def settings(request: Request, person: Admin) -> Response:
    """To be read; it is changed in the file."""
    if person.accounts is not None:
        raise HTTPException(404)  # it names every mailbox
    return render(
        request, "service/settings.html.j2", sections=site.of(request).sections, meanings=meanings(language_of(request))
    )


@cache
def meanings(language: str) -> Mapping[str, str]:
    """What the settings mean, by the English sentence of their model; in English there is nothing to say."""
    if language != "fr":
        return {}
    return tomllib.loads((resources.files("vigie.web.service") / "meanings.toml").read_text("utf-8"))
