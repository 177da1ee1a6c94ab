"""Which sites' scripts may read an answer (W-11): one, letter by letter."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.web.api.asking import API
from tests.web.api.conftest import SITE
from vigie.web.settings import ApiSettings

RECORDS = "/api/v1/records?message_id=x"
STRANGERS = (
    "null",
    "*",
    "https://evil.example",
    f"{SITE}.evil.example",
    f"{SITE}/",
    f"{SITE}:443",
    SITE.upper(),
    SITE.replace("https:", "http:"),
    "https://x.addin.example.org",
    "https://evil-addin.example.org",
    f"{SITE}, https://evil.example",
    f"{SITE} ",
)


def preflight(api: API, origin: str, path: str = "/api/v1/check") -> dict[str, str]:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    answer = api.http.options(path, headers=asked)
    assert answer.status_code == 204
    assert "origin" in answer.headers["vary"].lower()
    return dict(answer.headers)


def test_the_site_that_is_named_may_ask(api: API) -> None:
    told = preflight(api, SITE)
    assert told["access-control-allow-origin"] == SITE
    assert "access-control-allow-credentials" not in told
    for headers in ({}, api.headers()):  # also what is refused can be read
        answer = api.http.get(RECORDS, headers={**headers, "Origin": SITE})
        assert answer.headers["access-control-allow-origin"] == SITE


@pytest.mark.parametrize("origin", STRANGERS[:-1])
def test_nobody_else_may(api: API, origin: str) -> None:
    assert not [name for name in preflight(api, origin) if name.startswith("access-control-")]
    answer = api.http.get(RECORDS, headers={**api.headers(), "Origin": origin})
    assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_pages_are_nobodys_but_ours(api: API) -> None:
    answer = api.http.get("/sign-in", headers={"Origin": SITE})
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("origin", [*STRANGERS[:2], *STRANGERS[4:5], SITE.upper(), "http://addin.example.org", "moz"])
def test_what_is_no_origin_is_refused_in_the_settings(origin: str) -> None:
    with pytest.raises(ValidationError):
        ApiSettings(origins=(origin,))
