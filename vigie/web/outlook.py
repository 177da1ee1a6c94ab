"""/addins/outlook/: the files of the Outlook add-in, which Outlook shows in a frame of its own. Off unless `[web.outlook] files`.

They are the same for everybody and hold no secret; what they show comes from the API, by a token.
"""

from __future__ import annotations

from typing import Final

from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

from vigie.web.settings import OutlookSettings

PLACE: Final = "/addins/outlook"
FRAMES: Final = (
    "https://outlook.office.com",
    "https://outlook.office365.com",
    "https://outlook.live.com",
    "https://outlook.cloud.microsoft",
    "https://*.outlook.cloud.microsoft",
)
"""Outlook on the web, and the new Outlook on Windows, which is the same in a window."""
LIBRARY: Final = (
    "https://appsforoffice.microsoft.com",
    "https://ajax.aspnetcdn.com/ajax/3.5/MicrosoftAjax.js",
    "https://cdnsrc.asp.net/ajax/3.5/MicrosoftAjax.js",
)
"""Outlook's library has to come from Microsoft, who change it as they change Outlook; in Outlook it loads that one file from elsewhere,
which redirects at times. The same list is in deploy/outlook.py."""
A_DAY: Final = "public, max-age=86400"


class Files(StaticFiles):
    """The folder that `make addins` has made; `vigie web` does not start without it."""

    def __init__(self, settings: OutlookSettings) -> None:
        assert settings.files is not None
        super().__init__(directory=settings.files, check_dir=False)
        self._headers = {
            "Content-Security-Policy": (
                f"default-src 'none'; script-src 'self' {' '.join(LIBRARY)}; style-src 'self'; img-src 'self'; connect-src 'self'; "
                f"form-action 'none'; base-uri 'none'; frame-ancestors {' '.join((*FRAMES, *settings.frames))}"
            ),
            "X-Frame-Options": "",  # it knows no names of others; frame-ancestors stands instead (CSP 3, section 6.4.2)
            "Cross-Origin-Resource-Policy": "cross-origin",  # Outlook's own pages load the icons
        }

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Pages and scripts are asked for anew each time. Icons are not: Outlook refuses those that may not be kept."""
        response = await super().get_response(path, scope)
        response.headers.update(self._headers)
        response.headers["Cache-Control"] = A_DAY if path.endswith(".png") else "no-cache"
        return response
