"""An organisation that hands the add-in out at one address, runs `vigie web` at another, and signs its people in with Microsoft Entra."""

from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser

from tests.addins.served import Server, served
from tests.outlook.builder import built
from tests.outlook.pane import CLIENT, LIBRARY, OFFICE, TENANT, Office
from tests.servers.oidc import Oidc
from tests.servers.signing import claims

NAME = "Outlook de la mairie"
ELSEWHERE = "77777777-7777-7777-7777-777777777777"
"""Another organisation, which this one knows nothing of."""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A web server that hands out files."""

    def log_message(self, *_: object) -> None:
        pass


@dataclass(frozen=True)
class Organisation:
    """What runs."""

    server: Server
    oidc: Oidc
    with_tokens: Office
    with_accounts: Office

    def issued(self, tenant: str = TENANT, **changes: object) -> str:
        """A token of that organisation for our API, as Microsoft's library would get it."""
        return self.oidc.signing.token(claims(self.oidc.issuer, tenant, CLIENT, **changes))


def _put(target: Path, **settings: str) -> None:
    """The add-in with the stand-in for Outlook's library beside it: a browser whose requests are routed sends no CORS preflight."""
    files = built(target, **settings)
    (files / "office.js").write_text(OFFICE, encoding="utf-8")
    for name in ("taskpane.html", "report.html"):
        text = (files / name).read_text(encoding="utf-8")
        (files / name).write_text(text.replace(LIBRARY, "office.js"), encoding="utf-8")


@contextlib.contextmanager
def organisation(browser: Browser, oidc: Oidc, folder: Path) -> Iterator[Organisation]:
    """All of it. Its own tenant may check and report."""
    (folder / "pages").mkdir()
    handler = partial(Quiet, directory=folder / "pages")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as pages:
        threading.Thread(target=pages.serve_forever, args=(0.05,), daemon=True).start()
        origin = f"http://127.0.0.1:{pages.server_port}"
        entra = (
            f'origins = ["{origin}"]\n[web.api.entra]\nclient_id = "{CLIENT}"\nauthority = "{oidc.issuer}"\nca_file = "{oidc.ca}"\n'
            f'[[web.api.entra.tenants]]\nid = "{TENANT}"\nname = "{NAME}"\nuses = ["check", "report"]\n'
        )
        with served(folder, entra) as server:
            _put(folder / "pages/tokens", origin=origin, server=server.origin)
            _put(folder / "pages/accounts", origin=origin, server=server.origin, client=CLIENT, tenant=TENANT)
            made = Office(browser, server, "", pages=f"{origin}/tokens/outlook")
            yield Organisation(server, oidc, made, replace(made, pages=f"{origin}/accounts/outlook"))
        pages.shutdown()
