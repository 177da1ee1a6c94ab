"""What vigie.toml says, without anything secret: for whoever administers everything."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from vigie.web import site
from vigie.web.entry import Admin
from vigie.web.pages import render

router = APIRouter()


@router.get("/settings")
def settings(request: Request, person: Admin) -> Response:
    """To be read; it is changed in the file."""
    if person.accounts is not None:
        raise HTTPException(404)  # it names every mailbox
    return render(request, "service/settings.html.j2", sections=site.of(request).sections)
