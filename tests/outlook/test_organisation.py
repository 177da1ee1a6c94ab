"""From the sign-in to the ledger: the pane with the real msal-browser, and a real `vigie web` that believes an issuer of ours.

The add-in lies elsewhere than the server, and Chromium asks the server first (CORS), as it does in Outlook.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.addins.exchanges import exchanges
from tests.addins.recorded import Heard, heard, same
from tests.e2e.world import Chromium
from tests.outlook.organisation import ELSEWHERE, NAME, Organisation, organisation
from tests.outlook.pane import TENANT, Office, account, in_parts, whole
from tests.servers.oidc import Oidc
from tests.web.review import seeded
from vigie.ledger.token_types import Use

SETS = ["NestedAppAuth 1.1"]
FRAUD = seeded.message(seeded.DISGUISED)
CHECK, REPORT = "/api/v1/check", "/api/v1/reports?consent=true"


@pytest.fixture(scope="module")
def here(chromium: Chromium, oidc: Oidc, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Organisation]:
    oidc.asked.clear()
    with organisation(chromium.browser, oidc, tmp_path_factory.mktemp("organisation")) as made:
        yield made


def _reports(office: Office, token: str, **outlook: Any) -> None:
    with office.pane(whole(FRAUD), token=token, **outlook) as pane:
        pane.says("impersonation", "Faux")
        pane.press("report")
        pane.press("send")
        pane.notes("Votre signalement est arrivé")


def _handed_in(here: Organisation) -> list[str]:
    return [one.source for one in here.server.ledger.desk("x").handed_in.page(None)[0]]


def test_a_person_of_the_organisation_checks_and_reports_and_a_stranger_is_refused(here: Organisation) -> None:
    """Each person's report is her own; who she is stays with her organisation."""
    before = len(_handed_in(here))
    for person in ("camille", "dominique"):
        token = here.issued(oid=person)
        _reports(here.with_accounts, "", sets=SETS, account=account(token))
        assert token.encode() in here.server.sent()
    assert _handed_in(here)[: len(_handed_in(here)) - before] == [NAME, NAME]
    keys = f"/{TENANT}/discovery/v2.0/keys"
    assert [path for path, _ in here.oidc.asked] == [keys]  # the server has asked the issuer, by TLS, and once
    stranger = account(here.issued(ELSEWHERE))
    with here.with_accounts.pane(whole(FRAUD), token="", sets=SETS, account=stranger) as pane:
        pane.says("problem", "Vigie ne reconnaît pas votre compte")
        pane.forgive("status of 401")
    assert len(_handed_in(here)) == before + 2


def _sent(here: Organisation, method: str, path: str) -> Heard:
    (one,) = [one for one in heard(here.server.wire) if (one.method, one.path) == (method, path)]
    return one


def test_what_the_pane_sends_is_recorded(here: Organisation) -> None:
    seen: set[str] = set()

    def is_the_same(name: str, method: str, path: str) -> None:
        one = _sent(here, method, path)
        same(name, one.method, one.path, one.headers, one.body)
        seen.add(name)

    tokens = here.with_tokens
    here.server.wire.forget()
    _reports(tokens, tokens.token(Use.CHECK, Use.REPORT))
    is_the_same("outlook-preflight", "OPTIONS", CHECK)
    is_the_same("outlook-fraud", "POST", CHECK)
    is_the_same("outlook-report", "POST", REPORT)
    here.server.wire.forget()
    with tokens.pane(whole(FRAUD), token=tokens.token(Use.REPORT), file="report.html") as pane:
        pane.page.evaluate("window.presses('onSpamReport')")
    is_the_same("outlook-report", "POST", REPORT)
    here.server.wire.forget()
    with tokens.pane(in_parts(FRAUD), token=tokens.token(Use.CHECK), version="1.8") as pane:
        pane.says("impersonation", "Faux")
    is_the_same("outlook-in-parts", "POST", CHECK)
    here.server.wire.forget()
    stranger = account(here.issued(ELSEWHERE))
    with here.with_accounts.pane(whole(FRAUD), token="", sets=SETS, account=stranger) as pane:
        pane.says("problem", "ne reconnaît pas votre compte")
        pane.forgive("status of 401")
    is_the_same("outlook-entra-refused", "POST", CHECK)
    known = [one for one in exchanges() if one.told["of"] == "outlook" and "by_hand" not in one.told]
    assert {one.name for one in known} == seen
