"""Reporting on the pages: what is offered, what is shown before it goes, who may, and what a desk's answer may not do."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.ledger.made import record
from tests.web.conftest import MAILBOXES
from tests.web.review import seeded
from tests.web.review.test_pages import HOSTILE
from tests.web.served import Browser, Served, serve, text
from vigie.ledger import outbox
from vigie.ledger.people_types import Role
from vigie.ledger.report_types import Draft, ReportState
from vigie.ledger.types import Record
from vigie.scanner import viewing
from vigie.scanner.reporting import dispatch
from vigie.web.review.offered import DETAILS
from vigie.web.review.reporting import SHOWN
from vigie.web.site import Channel

CHANNELS = (Channel("folder", True), Channel("abuse-mail", False), Channel("franceconnect", False))


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Served]:
    with serve(tmp_path, mailboxes=MAILBOXES, channels=CHANNELS) as made:
        yield made


@pytest.fixture
def reviewer(pages: Served) -> Browser:
    return pages.browser(pages.add("Marie"))


@pytest.fixture
def fraud(pages: Served) -> Record:
    return seeded.confirmed(pages, seeded.held(pages.ledger, seeded.case(seeded.LOOKALIKE)), by="web:Marie")


def asked(browser: Browser, case: Record, channel: str = "folder") -> httpx.Response:
    return browser.post(f"/cases/{case.id}/reports", {"channel": channel}, on=f"/cases/{case.id}")


def drafted(pages: Served, browser: Browser, case: Record, draft: Draft = seeded.DRAFT) -> str:
    """The address of a report's page once the service has written it."""
    way = str(asked(browser, case).headers["location"])
    seeded.drafted(pages, way.rsplit("/", 1)[1], draft)
    return way


def state(pages: Served, way: str) -> ReportState:
    found = pages.ledger.desk("cli:tests").reports.report(way.rsplit("/", 1)[1])
    assert found is not None
    return found.state


def sent(pages: Served, receipt: str) -> None:
    """As the service does it."""
    taken = pages.ledger.outbox.take({"folder": 9}, at=pages.clock(), lease=timedelta(minutes=1))
    assert taken is not None
    pages.ledger.outbox.sent(taken.report, receipt, at=pages.clock())


def test_from_a_confirmed_fraud_to_the_receipt(pages: Served, reviewer: Browser, fraud: Record) -> None:
    page = reviewer.get(f"/cases/{fraud.id}")
    assert "Préparer pour : Dossier de signalements" in text(page)
    assert "Ce qui désigne le destinataire est retiré" in text(page)
    assert "avec l'adresse de son destinataire" in text(page)  # of the other one
    assert 'data-key="s"' in page.text
    assert "FranceConnect, sécurité" not in text(page)  # it is not in its colours
    way = asked(reviewer, fraud).headers["location"]
    assert "va chercher le message" in text(reviewer.get(way))
    assert 'data-live="cases"' in reviewer.get(way).text
    seeded.drafted(pages, way.rsplit("/", 1)[1])
    shown = reviewer.get(way)
    for told in ("abuse@example.net", "It leads to x.example", "Subject: Abuse report", "lettre par lettre"):
        assert told in text(shown)
    assert 'data-live="cases"' not in shown.text.split('id="reported"')[1].split(">")[0]
    taken = reviewer.get(f"{way}/raw")
    assert taken.content == seeded.DRAFT.body
    assert taken.headers["content-type"] == "application/octet-stream"
    assert "attachment" in taken.headers["content-disposition"]
    assert reviewer.post(way, {"deed": "send"}, on=way).headers["location"] == f"{way}?said=report_let_go"
    assert state(pages, way) is ReportState.WAITING
    sent(pages, "12345.eml")
    for path in (way, f"/cases/{fraud.id}", "/reports"):
        assert "12345.eml" in text(reviewer.get(path))
    again = asked(reviewer, fraud)
    assert (again.status_code, "l'a déjà" in text(again)) == (409, True)
    assert reviewer.get(f"{way}/raw").headers["location"] == way
    late = reviewer.post(way, {"deed": "drop"}, on=way)
    assert (late.status_code, "12345.eml" in text(late)) == (409, True)
    steps = [entry.detail["step"] for entry in pages.ledger.audit_entries() if entry.what == "report"]
    assert steps == ["asked", *["looked-at"] * 3, "approved", "sent"]


def test_what_names_the_recipient_is_warned_of_and_does_not_go_by_a_key(
    pages: Served, reviewer: Browser, fraud: Record
) -> None:
    way = drafted(pages, reviewer, fraud, replace(seeded.DRAFT, redacted=False, media_type="text/plain"))
    page = reviewer.get(way)
    assert "avec l'adresse et le nom de son destinataire" in text(page)
    assert 'data-key="s"' not in page.text


def test_it_can_be_dropped_and_asked_for_again(pages: Served, reviewer: Browser, fraud: Record) -> None:
    way = drafted(pages, reviewer, fraud)
    assert reviewer.post(way, {"deed": "drop"}, on=way).headers["location"] == f"/cases/{fraud.id}?said=report_dropped"
    assert state(pages, way) is ReportState.DROPPED
    late = reviewer.post(way, {"deed": "send"}, on=way)
    assert (late.status_code, "plus rien" in text(late)) == (409, True)
    assert asked(reviewer, fraud).status_code == 303


def test_nobody_reports_what_nobody_calls_a_fraud(pages: Served, reviewer: Browser) -> None:
    case = seeded.held(pages.ledger, seeded.case(seeded.LOOKALIKE))
    page = reviewer.get(f"/cases/{case.id}")
    assert "/reports" not in page.text.split("<main", 1)[1]
    answer = asked(reviewer, case)
    assert (answer.status_code, "confirmé comme fraude" in text(answer)) == (409, True)
    assert not pages.ledger.desk("cli:tests").reports.of_case(case.id)


@pytest.mark.parametrize("channel", ["franceconnect", "webhook", "<b>", ""])
def test_what_is_not_offered_is_not_taken(pages: Served, reviewer: Browser, fraud: Record, channel: str) -> None:
    assert asked(reviewer, fraud, channel).status_code in (409, 422)
    assert not pages.ledger.desk("cli:tests").reports.of_case(fraud.id)


def test_while_people_disagree_nothing_goes(pages: Served, reviewer: Browser, fraud: Record) -> None:
    """W-17: a report cannot be called back."""
    way = drafted(pages, reviewer, fraud)
    paul = pages.browser(pages.add("Paul"))
    wish = {"deed": "release", "seen": str(seeded.version(pages, fraud))}
    assert paul.post(f"/cases/{fraud.id}/decision", wish, on="/cases").status_code == 409
    assert "quand tous seront d'accord" in text(reviewer.get(f"/cases/{fraud.id}"))
    for answer in (reviewer.post(way, {"deed": "send"}, on=way), asked(reviewer, fraud, "abuse-mail")):
        assert (answer.status_code, "demande de revenir" in text(answer)) == (409, True)
    assert state(pages, way) is ReportState.DRAFTED


def test_a_stop_is_said_where_it_is_asked_for(pages: Served, reviewer: Browser, fraud: Record) -> None:
    root = pages.ledger.desk("cli:root").reports
    root.stop("folder", at=pages.clock())
    page = text(reviewer.get(f"/cases/{fraud.id}"))
    assert "Dossier de signalements arrêté" in page
    assert "Les envois sont arrêtés" not in page
    assert "Les envois sont arrêtés" in text(reviewer.get(asked(reviewer, fraud).headers["location"]))
    root.stop(at=pages.clock())
    for path in (f"/cases/{fraud.id}", "/reports"):
        assert "Les envois sont arrêtés" in text(reviewer.get(path))


def test_who_took_back_what_was_reported_is_told_whom_to_tell(pages: Served, reviewer: Browser, fraud: Record) -> None:
    way = drafted(pages, reviewer, fraud)
    reviewer.post(way, {"deed": "send"}, on=way)
    sent(pages, "x")
    undo = {"deed": "undo", "seen": str(seeded.version(pages, fraud))}
    assert reviewer.post(f"/cases/{fraud.id}/decision", undo, on="/cases").status_code == 303
    page = reviewer.get(f"/cases/{fraud.id}")
    assert "Elle a déjà été signalée à : Dossier de signalements" in text(page)
    assert "Préparer pour" not in text(page)


# -- who may what --------------------------------------------------------------------------------------------------------


def test_a_reader_sees_what_was_reported_and_no_more(pages: Served, reviewer: Browser, fraud: Record) -> None:
    way = drafted(pages, reviewer, fraud)
    lucie = pages.browser(pages.add("Lucie", Role.READER))
    page = lucie.get(f"/cases/{fraud.id}")
    assert "à relire" in text(page)
    assert "/reports/" not in page.text
    assert "Préparer pour" not in text(page)
    assert "Dossier de signalements" in text(lucie.get("/reports"))
    assert way not in lucie.get("/reports").text
    for answer in (lucie.get(way), lucie.get(f"{way}/raw"), lucie.post(way, {"deed": "send"}), asked(lucie, fraud)):
        assert answer.status_code == 403


def test_other_mailboxes_are_not_there(pages: Served, reviewer: Browser, fraud: Record) -> None:
    way = drafted(pages, reviewer, fraud)
    zoe = pages.browser(pages.add("Zoe", Role.ADMIN, frozenset({"compta"})))
    own = seeded.confirmed(pages, seeded.held(pages.ledger, seeded.case(seeded.FORM, 9, account="compta")))
    for answer in (
        *(zoe.get(way), zoe.get(f"{way}/raw"), zoe.post(way, {"deed": "drop"})),
        *(zoe.post(f"/cases/{fraud.id}/reports", {"channel": "folder"}), zoe.get(way.replace(fraud.id, own.id))),
    ):
        assert answer.status_code == 404
    assert "Rien n'a été signalé" in text(zoe.get("/reports"))
    assert fraud.id not in zoe.get("/reports.csv").text
    assert state(pages, way) is ReportState.DRAFTED


def test_a_report_is_found_under_its_own_case_alone(pages: Served, reviewer: Browser, fraud: Record) -> None:
    way = drafted(pages, reviewer, fraud)
    other = seeded.held(pages.ledger, seeded.case(seeded.FORM, 2))
    assert reviewer.get(way.replace(fraud.id, other.id)).status_code == 404
    assert reviewer.post(way.replace(fraud.id, other.id), {"deed": "send"}).status_code == 404


# -- what a mail and a desk say ------------------------------------------------------------------------------------------

DANGEROUS = ("<script>alert", "<img src=x", "\u202e", "\x1b", ">49<", 'href="javascript')


def test_what_a_desk_answers_stays_words(pages: Served, reviewer: Browser, subtests: pytest.Subtests) -> None:
    ways = []
    for uid, value in enumerate(HOSTILE, 1):
        case = record(uid, subject=value, author=value, sha256=f"{uid:064x}")
        case = seeded.confirmed(pages, seeded.held(pages.ledger, case), by="web:Marie")
        way = drafted(pages, reviewer, case, Draft((value,), value, value.encode("utf-8", "replace"), redacted=True))
        shown = reviewer.get(way)
        with subtests.test(str(uid)):
            assert not [found for found in DANGEROUS if found in shown.text]
        reviewer.post(way, {"deed": "send"}, on="/cases")
        taken = pages.ledger.outbox.take({"folder": 99}, at=pages.clock(), lease=timedelta(minutes=1))
        assert taken is not None
        if uid % 2:
            pages.ledger.outbox.sent(taken.report, value, at=pages.clock())
        else:
            pages.ledger.outbox.refused(taken.report, value, at=pages.clock())
        ways += [way, f"/cases/{case.id}"]
    for path in (*ways, "/reports"):
        with subtests.test(path):
            page = reviewer.get(path)
            assert page.status_code == 200
            assert not [found for found in DANGEROUS if found in page.text]
    rows = list(csv.reader(io.StringIO(reviewer.get("/reports.csv").content.decode("utf-8-sig"))))
    assert len(rows) == 1 + len(HOSTILE)
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)
    (noted,) = [entry for entry in pages.ledger.audit_entries() if entry.what == "exported"]
    assert noted.detail == {"as": "csv", "of": "reports"}
    assert reviewer.get("/reports.csv", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_of_a_long_draft_the_rest_is_told_as_a_number(pages: Served, reviewer: Browser, fraud: Record) -> None:
    body = b"x" * SHOWN + b"the end"
    way = drafted(pages, reviewer, fraud, replace(seeded.DRAFT, media_type="application/json", body=body))
    page = reviewer.get(way)
    assert "encore 7 octets" in text(page)
    assert "the end" not in page.text
    assert reviewer.get(f"{way}/raw").content == body


# -- the list, and desks that want a human -------------------------------------------------------------------------------


def test_the_list_turns_its_pages_and_says_what_came_back(pages: Served, reviewer: Browser) -> None:
    reports = pages.ledger.desk("web:Marie").reports
    for uid in range(1, 53):
        case = record(uid, sha256=f"{uid:064x}")
        seeded.confirmed(pages, seeded.held(pages.ledger, case), by="web:Marie")
        reports.ask(case.id, "folder", at=pages.clock(), approved=True)
    first = reviewer.get("/reports")
    assert first.text.count("data-row") == 50
    older = first.text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    assert reviewer.get(older).text.count("data-row") == 2
    assert "Dossier de signalements 52 0 52 0" in text(first)


def test_each_step_of_a_report_is_a_reason_to_look_again(pages: Served, reviewer: Browser, fraud: Record) -> None:
    def mark() -> str:
        return str(reviewer.get("/events").json()["cases"])

    marks = [mark()]
    way = asked(reviewer, fraud).headers["location"]
    marks.append(mark())
    pages.ledger.outbox.fetched(way.rsplit("/", 1)[1], b"raw")
    marks.append(mark())
    pages.ledger.outbox.drafted(way.rsplit("/", 1)[1], seeded.DRAFT, at=pages.clock())
    marks.append(mark())
    assert len(set(marks)) == 4
    assert mark() == marks[-1]


def test_desks_that_want_a_human_get_a_text_without_the_recipient(pages: Served, reviewer: Browser) -> None:
    link = {"target": "https://carte-ameli.fr/accueil/jean?mail=accueil%40example.org", "official": False}
    told = f'{{"links": [{{"target": "{link["target"]}", "official": false}}], "findings": []}}'
    case = seeded.held(pages.ledger, record(1, case_json=told, sender="?ameli.fr"))
    page = reviewer.get(f"/cases/{case.id}")
    for told in ("PHAROS", "Afnic", "Info Escroqueries", "Appeler le 0 805 805 817", "si quelqu'un a répondu", "33700"):
        assert told in text(page)
    assert 'href="tel:0805805817"' in page.text
    assert 'href="https://www.internet-signalement.gouv.fr/"' in page.text
    pasted = page.text.split('id="paste-pharos"')[1].split("</textarea>")[0]
    assert "https://carte-ameli.fr/accueil/jean?mail=[...]" in pasted
    names = page.text.split('id="paste-afnic"')[1].split("</textarea>")[0]
    assert "carte-ameli.fr" in names
    assert "\nameli.fr" not in names
    genuine = seeded.left(pages.ledger, seeded.case(seeded.GENUINE, 2))
    assert "PHAROS" not in text(reviewer.get(f"/cases/{genuine.id}"))


def test_what_the_service_says_is_told_in_the_reader_s_language() -> None:
    said = {outbox.WITHDRAWN, outbox.LATE, outbox.AWAY, dispatch.OFF, viewing.GONE[1], viewing.FAULT[1]}
    assert said <= set(DETAILS)
