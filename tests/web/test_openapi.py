"""Schemathesis over what the application says of itself: whatever a program sends, no answer is a fault of ours (status 500)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.ledger.made import record
from tests.web.api.asking import give
from tests.web.conftest import MAILBOXES
from tests.web.review import seeded
from tests.web.served import Served, serve
from vigie.auth_checks.settings import DnsSettings
from vigie.judge.settings import JudgeSettings, LimitSettings
from vigie.ledger.people_types import Role
from vigie.ledger.token_types import Use
from vigie.web import cookies

if TYPE_CHECKING:
    from tests.web.described import Case

EXAMPLES = 4
"""Of each operation."""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    # Names of nobody are asked of a file: a name server that is not there takes seconds for each.
    dns = DnsSettings(zone_file=seeded.SAMPLES[seeded.GENUINE] / "dns.toml")
    judge = JudgeSettings(dns=dns, limits=LimitSettings(workers=1))
    with serve(tmp_path_factory.mktemp("openapi"), mailboxes=MAILBOXES, judge=judge) as served:
        for uid in (1, 2):
            seeded.held(served.ledger, record(uid, campaign="c0ffee"))
        served.add("Racine", Role.ADMIN)
        yield served


def test_no_answer_is_a_fault_of_ours(pages: Served, subtests: pytest.Subtests) -> None:
    from tests.web import described

    asked, secret = 0, give(pages, *Use)[1]
    for operation in described.operations(pages):

        @given(operation.as_strategy())
        @settings(
            max_examples=EXAMPLES, phases=(Phase.generate,), suppress_health_check=list(HealthCheck), database=None
        )
        def check(case: described.Case[Any]) -> None:
            nonlocal asked
            asked += 1
            assert answer(case, pages, secret).status_code < 500

        with subtests.test(operation.label):
            check()
    assert asked > EXAMPLES * 30


def answer(case: Case[Any], pages: Served, secret: str) -> httpx.Response:
    """With a token that is good for all; for a page as an admin, whose origin and form are right: it is the values that are looked at."""
    if case.path.startswith("/api/v1"):
        browser, rights = pages.browser(), {"Authorization": f"Bearer {secret}"}
    else:
        admin = pages.ledger.people.named("Racine")
        assert admin is not None
        browser = pages.browser(admin)
        token = cookies.form_token(browser.http.cookies[cookies.VISIT])
        rights = {"Origin": pages.origin, "Sec-Fetch-Site": "same-origin", cookies.HEADER: token}
    told = case.as_transport_kwargs(base_url=pages.origin)
    body = told.get("data")
    return browser.http.request(
        told["method"],
        told["url"],
        params=told.get("params"),
        data=body if isinstance(body, dict) else None,
        content=body if isinstance(body, bytes | str) else None,
        json=told.get("json"),
        headers={**dict(told.get("headers") or {}), **rights},
    )
