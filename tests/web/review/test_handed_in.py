"""What people have reported, as reviewers see it: through what it came, what Vigie thinks, and what they say of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.addins.exchanges import judging
from tests.web.api.asking import asked
from tests.web.conftest import MAILBOXES
from tests.web.review import seeded
from tests.web.served import Browser, Served, serve, text
from vigie.ledger.handed_in_types import HandedState, Source
from vigie.ledger.people_types import Role
from vigie.ledger.report_types import Report, ReportState

LIST = "/handed-in"


@pytest.fixture
def reviewer(served: Served) -> Browser:
    return served.browser(served.add("Marie"))


def say(browser: Browser, case_id: str, deed: str, seen: int = 0) -> int:
    return browser.post(f"{LIST}/{case_id}/decision", {"deed": deed, "seen": str(seen)}, on=LIST).status_code


def states(served: Served) -> list[HandedState]:
    return [one.state for one in served.ledger.desk("x").handed_in.page(None)[0]]


@pytest.fixture
def judged(tmp_path: Path) -> Iterator[Served]:
    """Pages that judge, with a file instead of name servers."""
    with serve(tmp_path, mailboxes=MAILBOXES, judge=judging()) as pages:
        yield pages


def test_what_an_add_in_hands_over_is_confirmed_and_goes_further(judged: Served) -> None:
    """From the API to the report of a fraud, without any mailbox."""
    served, reviewer = judged, judged.browser(judged.add("Marie"))
    api, mail = asked(served), seeded.message(seeded.DISGUISED)
    headers = {**api.headers(), "Content-Type": "message/rfc822"}
    case_id = api.http.post("/api/v1/reports?consent=true", content=mail, headers=headers).json()["id"]
    page = reviewer.get(LIST)
    assert "le programme « programme »" in text(page)
    assert "toutes les boîtes" in text(page)
    assert f"/cases/{case_id}" in page.text
    case = text(reviewer.get(f"/cases/{case_id}"))
    assert "Une personne l'a signalé depuis sa messagerie" in case
    assert " UID " not in case
    assert say(reviewer, case_id, "confirm") == 303
    assert "aucun" not in text(reviewer.get(LIST))
    assert case_id not in reviewer.get(LIST).text
    assert case_id in reviewer.get(f"{LIST}?state=confirmed").text
    asked_for = served.ledger.desk("web:Marie").reports.ask(case_id, "folder", at=served.clock())
    assert isinstance(asked_for, Report)
    (fraud,) = served.ledger.outbox.unwritten()
    assert (fraud.report.state, fraud.raw) == (ReportState.FETCHED, mail)


def test_a_reviewer_looks_at_the_message_itself(served: Served, reviewer: Browser) -> None:
    case_id = seeded.handed_in(served.ledger, seeded.DISGUISED)
    begun = reviewer.post(f"/cases/{case_id}/message", on=LIST)
    assert begun.status_code == 303
    raw = reviewer.get(f"{begun.headers['location'].partition('?')[0]}/raw")
    assert raw.content == seeded.message(seeded.DISGUISED)


def test_without_consequence_and_back(served: Served, reviewer: Browser) -> None:
    case_id = seeded.handed_in(served.ledger, "103")
    assert say(reviewer, case_id, "dismiss") == 303
    assert states(served) == [HandedState.DISMISSED]
    assert say(reviewer, case_id, "dismiss") == 409
    assert say(reviewer, case_id, "undo") == 303
    assert states(served) == [HandedState.OPEN]
    assert say(reviewer, case_id, "confirm") == 303
    assert say(reviewer, case_id, "dismiss") == 409
    assert say(reviewer, case_id, "undo", seen=1) == 303
    assert states(served) == [HandedState.OPEN]


def test_who_comes_second_changes_nothing(served: Served, reviewer: Browser) -> None:
    """W-16."""
    case_id = seeded.handed_in(served.ledger, seeded.DISGUISED)
    assert say(reviewer, case_id, "confirm") == 303
    assert say(reviewer, case_id, "undo", seen=0) == 409
    assert states(served) == [HandedState.CONFIRMED]


def test_a_reader_looks_and_another_mailbox_does_not(served: Served) -> None:
    """W-12: a program that is about every mailbox is for who sees every mailbox."""
    mine = seeded.handed_in(served.ledger, seeded.DISGUISED)
    wide = seeded.handed_in(served.ledger, seeded.GENUINE, source=Source(seeded.FOLDER.kind, "x", "x", None))
    accueil, compta = frozenset({"accueil"}), frozenset({"compta"})
    reader = served.browser(served.add("Lise", Role.READER, accueil))
    assert mine in reader.get(LIST).text
    assert wide not in reader.get(LIST).text
    assert '<button name="deed"' not in reader.get(LIST).text
    other = served.browser(served.add("Paul", Role.REVIEWER, compta))
    assert mine not in other.get(f"{LIST}?state=all").text
    assert say(other, mine, "dismiss") == 404


@pytest.mark.parametrize("query", ["?state=x", "?page=0", "?page=x", "?page=99999999"])
def test_an_address_of_no_page_is_refused(reviewer: Browser, query: str) -> None:
    assert reviewer.get(LIST + query).status_code == 422


def test_in_english_and_page_by_page(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = served.browser(served.add("Ann", language="en"))
    for sample in (seeded.DISGUISED, "103"):
        seeded.handed_in(served.ledger, sample)
    monkeypatch.setattr("vigie.ledger.handed_in_desk.PAGE", 1)
    monkeypatch.setattr("vigie.web.review.handed_in.PAGE", 1)
    first = browser.get(LIST)
    assert "2 reports" in text(first)
    assert "Signaler une fraude" in text(first)
    assert "page=2" in first.text
    assert "page=1" in browser.get(f"{LIST}?page=2").text
    assert "0 reports" in text(browser.get(f"{LIST}?state=dismissed"))
