"""The web application: `create_app(site)`. Every router is named here, and every route has a row in tests/web/matrix.py."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.types import Scope

import vigie
from vigie.web import ask, errors, health, verifier
from vigie.web.api import check, records, reports
from vigie.web.api.origins import Origins
from vigie.web.guard import Guard
from vigie.web.headers import Headers
from vigie.web.oidc import routes as oidc_routes
from vigie.web.oidc.entra import Entra
from vigie.web.oidc.provider import Provider
from vigie.web.pages import STATIC
from vigie.web.people import invitation, language, manage, profile, sign_in
from vigie.web.review import routes
from vigie.web.service import audit, configuration, mailboxes, tokens
from vigie.web.site import Site

ROUTERS: Final[tuple[APIRouter, ...]] = (
    health.router,
    sign_in.router,
    language.router,
    invitation.router,
    ask.router,
    verifier.router,
    oidc_routes.router,
    profile.router,
    manage.router,
    mailboxes.router,
    audit.router,
    configuration.router,
    tokens.router,
    check.router,
    records.router,
    reports.router,
    *routes.ROUTERS,
)


class Static(StaticFiles):
    """Files of static/: their address changes with what is in them, see pages.static."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Browsers may keep it."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def create_app(site: Site) -> FastAPI:
    """The application; nothing is opened or begun before the first request."""
    app = FastAPI(
        title="Vigie",
        version=vigie.__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Its spans and logs would carry the text of errors, which may quote a mail.
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
        middleware=[
            Middleware(Headers, secure=site.settings.secure),
            Middleware(Origins, allowed=site.settings.api.origins),
            Middleware(errors.Crash),
            Middleware(Guard, settings=site.settings),
        ],
    )
    app.state.site = site
    oidc = site.settings.oidc
    app.state.provider = None if oidc is None else Provider(oidc, site.client_secret, site.settings.origin)
    entra = site.settings.api.entra
    app.state.entra = None if entra is None else Entra(entra)
    errors.declare(app)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", Static(directory=STATIC), name="static")
    return app
