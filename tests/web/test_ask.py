"""The link of a digest: what opening it does (nothing), what its button does, once, and what strangers learn."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests import canary
from tests.ledger.made import outcome, place
from tests.scanner.digest.world import hold
from tests.web.served import PASSWORD, Served, text, token
from vigie.ledger.asks import needs_four_eyes
from vigie.ledger.people_types import Role
from vigie.ledger.review_types import Pile, Wanted
from vigie.ledger.types import Decision, Record
from vigie.web.cookies import form_token
from vigie.web.site import Site

DOUBTFUL = '{"findings":[{"kind":"contradiction","strength":"strong"},{"kind":"lure","strength":"strong"}]}'
DECISIVE = '{"findings":[{"kind":"contradiction","strength":"decisive"}]}'


def held(served: Served, uid: int = 1, **fields: Any) -> Record:
    return hold(served.ledger, uid, at=served.clock.now - timedelta(hours=2), **{"case_json": DOUBTFUL, **fields})


def link(served: Served, record: Record, days: float = 7) -> str:
    made, at = secrets.token_urlsafe(32), served.clock.now
    ends = at + timedelta(days=days)
    served.ledger.asks.make([(record.id, made)], recipient="account:accueil", ends_at=ends, at=at)
    return f"/ask/{made}"


def stranger(served: Served, **headers: str) -> httpx.Client:
    """A browser that keeps no cookie."""
    return httpx.Client(base_url=served.origin, timeout=60, headers=headers)


def push(served: Served, path: str, **headers: str) -> httpx.Response:
    """Opens the page and presses its button, without a cookie."""
    with stranger(served) as browser:
        form = {"csrf": token(browser.get(path).text)}
        browser.cookies.clear()
        told = {"Origin": served.origin, "Sec-Fetch-Site": "same-origin"} | headers
        return browser.post(path, data=form, headers=told)


def asked(served: Served) -> list[str]:
    return [case.id for case in served.ledger.desk("x").cases(Wanted(Pile.REQUESTED)).cases]


def state(served: Served) -> list[tuple[str, str]]:
    return [(entry.what, entry.about) for entry in served.ledger.audit_entries()]


def releasing(served: Served) -> None:
    """`[digest] release_on_request = true`."""
    object.__setattr__(served.site, "release_on_request", True)
    assert isinstance(served.app.state.site, Site)


def test_opening_it_changes_nothing_and_says_what_it_is_about(served):
    record = held(served, subject="Votre carte <b>", author="ameli <a@faux.example>")
    path = link(served, record)
    before = state(served)
    with stranger(served, **{"Accept-Language": "en", "User-Agent": "scanner"}) as scanner:
        for _ in range(3):
            page = scanner.get(path)
            assert page.status_code == 200
            assert scanner.head(path).status_code == 200
            assert not scanner.head(path).content
            assert scanner.options(path).status_code == 405
        assert "Votre carte &lt;b&gt;" in page.text
        assert "ameli <a@faux.example>" in text(page).replace("&lt;", "<").replace("&gt;", ">")
        assert "they decide" in text(page)
        assert "elles décident" in text(scanner.get(path, headers={"Accept-Language": "fr"}))
        assert page.headers["Cache-Control"] == "no-store"
    assert state(served) == before
    assert asked(served) == []


def test_the_button_asks_once_and_the_reviewers_see_it(served):
    record = held(served)
    path, other = link(served, record), link(served, record)
    done = push(served, path)
    assert done.status_code == 200
    assert "Votre demande est transmise" in text(done)
    assert asked(served) == [record.id]
    again = served.browser().send(path, {"csrf": "x"})
    assert again.status_code == 403
    for used in (path, other):
        assert "déjà servi" in text(served.browser().get(used))
    with stranger(served) as browser:
        form = {"csrf": form_token(path.removeprefix("/ask/"))}
        second = browser.post(path, data=form, headers={"Origin": served.origin})
        assert second.status_code == 409
        assert "déjà servi" in text(second)
    assert state(served)[-1] == ("requested", record.id)
    assert [what for what, _ in state(served)].count("requested") == 1
    found = served.ledger.desk("x").case(record.id)
    assert found is not None
    assert found.record.decision is None, "a request is no release"
    browser = served.browser(served.add("Marie"))
    assert "1 courriel demandé par son destinataire" in text(browser.get("/"))
    assert "demandé par le destinataire" in text(browser.get("/cases?pile=requested"))
    assert "Le destinataire a demandé ce courriel" in text(browser.get(f"/cases/{record.id}"))
    assert "demande d'un destinataire" in text(served.browser(served.add("Ada", Role.ADMIN)).get("/audit"))
    other_scope = served.browser(served.add("Paul", accounts=frozenset({"compta"})))
    assert "demandé par son destinataire" not in text(other_scope.get("/"))


def test_a_decision_answers_it_and_taking_that_back_leaves_it_open(served):
    record = held(served)
    push(served, link(served, record))
    desk = served.ledger.desk("web:marie")
    desk.decide(record.id, Decision.CONFIRMED, seen=0, at=served.clock.now)
    assert asked(served) == []
    desk.decide(record.id, None, seen=1, at=served.clock.now)
    assert asked(served) == [record.id]
    served.ledger.add_records([record], None)
    assert asked(served) == [record.id], "judged again, it is asked for still"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_another_site_cannot_press_it(served, headers):
    """W-04."""
    path = link(served, held(served))
    assert push(served, path, **headers).status_code == 403
    assert asked(served) == []


def test_the_form_of_one_link_opens_no_other(served):
    first, second = (link(served, held(served, uid)) for uid in (1, 2))
    with stranger(served) as browser:
        form = {"csrf": token(browser.get(first).text)}
        told = {"Origin": served.origin, "Sec-Fetch-Site": "same-origin"}
        assert browser.post(second, data=form, headers=told).status_code == 403
        assert browser.post(second, headers=told).status_code == 403
        own = {"csrf": token(browser.get("/sign-in").text)}
        assert browser.post(second, data=own, headers=told).status_code == 403
        assert browser.post(f"{first}/", data=form, headers=told).status_code in (403, 404)
    assert asked(served) == []


def test_unknown_and_expired_links_look_alike_and_are_limited(served):
    good = link(served, held(served))
    gone = link(served, held(served, 2), days=1)
    served.clock.passes(days=2)
    unknown = f"/ask/{secrets.token_urlsafe(32)}"
    with stranger(served) as browser:
        pages = [browser.get(path) for path in (gone, unknown, "/ask/short", "/ask/" + "é" * 43)]
        assert {page.status_code for page in pages} == {404}
        assert len({text(page).replace(path, "") for page, path in zip(pages, (gone, unknown), strict=False)}) == 1
        codes = [browser.get(unknown).status_code for _ in range(40)]
        assert codes[-1] == 429
        assert codes.count(404) == 30 - 4
        assert browser.get(good).status_code == 200, "who has a good one does not wait for those who guess"


def test_it_releases_where_the_settings_say_so_by_the_same_way(served):
    releasing(served)
    record = held(served)
    done = push(served, link(served, record))
    assert "remis dans votre boîte" in text(done)
    (intent,) = served.ledger.open_intents("accueil")
    assert (intent.kind.value, intent.record_id) == ("release", record.id)
    found = served.ledger.desk("x").case(record.id)
    assert found is not None
    assert (found.record.decision, found.decisions[-1].who) == (Decision.RELEASED, "recipient:accueil")
    assert asked(served) == []
    page = text(served.browser(served.add("Marie")).get(f"/cases/{record.id}"))
    assert "par le destinataire (accueil)" in page
    assert served.ledger.audit_verified().breaks == []


@pytest.mark.parametrize(
    ("fields", "decision"),
    [
        ({"case_json": DECISIVE}, None),
        ({"decided_by": 4}, None),
        ({"case_json": '{"expired":true}'}, None),
        ({"case_json": "not json"}, None),
        ({}, Decision.CONFIRMED),
    ],
)
def test_some_are_never_released_by_a_link(served, fields, decision):
    releasing(served)
    record = held(served, **fields)
    if decision is not None:
        served.ledger.set_decision(record.id, decision, served.clock.now)
    assert "transmise" in text(push(served, link(served, record)))
    assert served.ledger.open_intents("accueil") == []
    assert asked(served) == [record.id]


def test_four_eyes_where_findings_were_left_out(served):
    assert not needs_four_eyes(held(served, 1))
    assert needs_four_eyes(held(served, 2, case_json=DOUBTFUL[:-1] + ',"findings_left_out":3}'))


def test_what_was_released_meanwhile_is_not_asked_for(served):
    record = held(served)
    path = link(served, record)
    with stranger(served) as browser:
        form = {"csrf": token(browser.get(path).text)}
        served.ledger.desk("x").decide(record.id, Decision.RELEASED, seen=0, at=served.clock.now)
        for waiting in served.ledger.open_intents("accueil"):
            served.ledger.close_intent(outcome(waiting, destination=place(7)))
        told = browser.post(path, data=form, headers={"Origin": served.origin})
    assert told.status_code == 409
    assert "plus en quarantaine" in text(told)
    assert "requested" not in [what for what, _ in state(served)]


def test_what_is_forgotten_takes_its_links_along(served):
    record = held(served)
    path = link(served, record)
    push(served, path)
    served.ledger.desk("x").decide(record.id, Decision.CONFIRMED, seen=0, at=served.clock.now)
    assert served.ledger.desk("x").purge([record.id]).records == 1
    assert served.browser().get(path).status_code == 404


def test_a_person_says_where_her_digest_goes(served):
    marie = served.add("Marie")
    browser = served.browser(marie)
    assert browser.post("/profile/digest", {"address": "pas une adresse"}).status_code == 422
    assert browser.post("/profile/digest", {"address": "a@b.example\r\nBcc: x@y.example"}).status_code == 422
    stolen = browser.post("/profile/digest", {"address": "evil@example.net", "password": canary.secret("wrong")})
    assert stolen.status_code == 403, "a session that was left open sends no subjects away for ever"
    assert list(served.ledger.people.wanting_digests()) == []
    assert browser.post("/profile/digest", {"address": " marie@example.org ", "password": PASSWORD}).status_code == 303
    assert [user.address for user in served.ledger.people.wanting_digests()] == ["marie@example.org"]
    assert "marie@example.org" in browser.get("/profile").text
    browser.post("/profile/digest", {"address": ""})
    assert list(served.ledger.people.wanting_digests()) == []
