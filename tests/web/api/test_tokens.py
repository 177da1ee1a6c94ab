"""Tokens: what opens nothing, what is good for what, and how long (W-08, RFC 6750)."""

from __future__ import annotations

import sqlite3

import pytest

from tests.web.api.asking import API, give
from tests.web.api.test_check import is_problem
from tests.web.review import seeded
from tests.web.served import ROOT, Served
from vigie.ledger.people_types import By, Rights, Role, Told
from vigie.ledger.token_types import Use
from vigie.ledger.tokens import fresh, is_token

RECORDS = "/api/v1/records"
KNOWN = {"message_id": "<1@example.org>"}


def test_a_token_has_256_bits_and_no_two_are_the_same() -> None:
    made = {fresh() for _ in range(100)}
    assert len(made) == 100
    assert all(map(is_token, made))
    assert {len(token) for token in made} == {len("vig_") + 43}


@pytest.mark.parametrize(
    "given",
    [
        "",
        "Bearer",
        "Bearer x",
        f"Bearer vig_{'A' * 43}",
        f"Bearer vig_{'A' * 44}",
        "Basic {good}",
        "Bearer {good}x",
        "Bearer {good}, Bearer {good}",
        "Bearer {upper}",
        "{good}",
        "Bearer {good}\u00e9",
        "Bearer " + "A" * 20_000,
    ],
)
def test_what_opens_nothing(api: API, given: str) -> None:
    header = given.format(good=api.secret, upper=api.secret.upper()).encode("latin-1")
    answer = api.http.get(RECORDS, params=KNOWN, headers={b"Authorization": header} if given else {})
    assert is_problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_token_in_the_address_or_a_cookie_or_twice_opens_nothing(api: API) -> None:
    assert is_problem(api.http.get(RECORDS, params={**KNOWN, "access_token": api.secret}), 401)
    admin = api.served.add("Cookie", Role.ADMIN)
    assert api.served.browser(admin).get(f"{RECORDS}?message_id=x").status_code == 401
    twice = [("Authorization", f"Bearer {api.secret}")] * 2
    assert is_problem(api.http.get(RECORDS, params=KNOWN, headers=twice), 401)


@pytest.mark.parametrize("use", Use)
def test_a_token_is_good_for_its_use_alone(api: API, use: Use) -> None:
    _, secret = give(api.served, use)
    mail = {**api.headers(secret), "Content-Type": "message/rfc822"}
    asked = {
        Use.CHECK: api.http.post("/api/v1/check", content=b"", headers=mail),
        Use.REPORT: api.http.post("/api/v1/reports", content=b"", headers=mail),
        Use.RECORDS: api.get(RECORDS, secret, **KNOWN),
    }
    for other, answer in asked.items():
        assert (answer.status_code == 403) == (other is not use), other
        if other is not use:
            assert "insufficient_scope" in answer.headers["www-authenticate"]


def test_it_ends_and_is_revoked_at_once(api: API) -> None:
    token, secret = give(api.served, Use.RECORDS)
    assert api.get(RECORDS, secret, **KNOWN).status_code == 200
    assert api.served.ledger.tokens.revoke(token.id, ROOT, at=api.served.clock()) is Told.DONE
    assert api.get(RECORDS, secret, **KNOWN).status_code == 401
    _, short = give(api.served, Use.RECORDS, days=0.5)
    assert api.served.ledger.tokens.good(short, at=api.served.clock()) is not None
    _, over = give(api.served, Use.RECORDS, days=-0.5)
    assert api.get(RECORDS, over, **KNOWN).status_code == 401


def test_only_a_hash_is_kept(api: API) -> None:
    _, secret = give(api.served, Use.CHECK)
    with sqlite3.connect(api.served.ledger.path) as plain:
        assert secret not in "\n".join(plain.iterdump())
    plain.close()


def test_who_manages_them(api: API) -> None:
    """W-12: for an admin of other mailboxes it is not there."""
    token, _ = give(api.served, Use.CHECK, accounts=frozenset({"accueil"}))
    ledger, at = api.served.ledger, api.served.clock()
    for rights, may in (
        (Rights(Role.ADMIN, frozenset({"compta"})), False),
        (Rights(Role.REVIEWER, None), False),
        (Rights(Role.ADMIN, frozenset({"accueil"})), True),
    ):
        by = By("web:x", rights)
        assert (token.id in [one.id for one in ledger.tokens.all(by)]) == may
        if not may:
            assert ledger.tokens.add(token, fresh(), by) is Told.DENIED
        assert (ledger.tokens.revoke(token.id, by, at=at) is Told.DONE) == may


def test_the_pace_of_one_token_is_its_own(served: Served) -> None:
    pace = served.site.pace
    at = served.clock()
    most = served.site.settings.api.per_minute
    assert [pace.take("one", at=at) for _ in range(most)] == [0.0] * most
    assert pace.take("one", at=at) > 0
    assert pace.take("two", at=at) == 0.0
    served.clock.passes(seconds=60)
    assert pace.take("one", at=served.clock()) == 0.0


def test_the_page_makes_shows_once_and_revokes(served: Served) -> None:
    browser = served.browser(served.add("Ada", Role.ADMIN))
    made = browser.post(
        "/tokens", {"name": "Thunderbird", "uses": ["check"], "days": "30", "every": "true"}, on="/tokens"
    )
    assert made.status_code == 200
    (token,) = served.ledger.tokens.all(ROOT)
    secret = next(word for word in made.text.replace("<", " ").replace(">", " ").split() if is_token(word))
    assert served.ledger.tokens.good(secret, at=served.clock()) is not None
    listed = browser.get("/tokens").text
    assert "Thunderbird" in listed
    assert secret not in listed
    assert browser.post(f"/tokens/{token.id}/revoke", on="/tokens").status_code == 303
    assert served.ledger.tokens.good(secret, at=served.clock()) is None
    assert [entry.detail["step"] for entry in served.ledger.audit_entries() if entry.what == "token"] == [
        "made",
        "revoked",
    ]


def test_a_records_answer_keeps_to_the_mailboxes_of_the_token(api: API) -> None:
    """W-12; and nobody is told "genuine" of a message whose Message-ID somebody has copied."""
    fraud, real = seeded.case(seeded.DISGUISED, 51), seeded.case(seeded.GENUINE, 52)
    for record in (fraud, real):
        seeded.left(api.served.ledger, record)
    told = api.get(RECORDS, message_id=fraud.message_id).json()["records"]
    assert [(one["verdict"], one["account"]) for one in told] == [("impersonation", "accueil")]
    assert api.get(RECORDS, message_id=real.message_id).json() == {"records": []}
    assert api.get(RECORDS, message_id=real.message_id, sha256="0" * 64).json() == {"records": []}
    (same,) = api.get(RECORDS, message_id=real.message_id, sha256=real.sha256).json()["records"]
    assert same["verdict"] == "genuine"
    _, other = give(api.served, Use.RECORDS, accounts=frozenset({"compta"}))
    assert api.get(RECORDS, other, message_id=fraud.message_id).json() == {"records": []}
