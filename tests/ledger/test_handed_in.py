"""What people hand in is a case: kept once a source, seen by its reviewers, confirmed or dismissed, and reported from its own copy."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest

from tests.ledger.made import NOON, record
from tests.ledger.test_casefile import case
from vigie.ledger import handed_in_rows
from vigie.ledger.database import Database
from vigie.ledger.handed_in_types import HandedState, Source
from vigie.ledger.people_types import ALL_RIGHTS, By
from vigie.ledger.report_types import Report, ReportState
from vigie.ledger.review_types import Done, Fetched, Pending, Unknown
from vigie.ledger.settings import RetentionSettings
from vigie.ledger.store import Ledger
from vigie.ledger.token_types import Token, Use
from vigie.ledger.tokens import fresh
from vigie.ledger.types import Decision
from vigie.rules.types import Label, Verdict

RAW = b"From: ameli <info@fraude.example>\r\nSubject: Votre carte\r\n\r\nUne ligne que personne d'autre ne lit.\r\n"
FOLDER = Source.of_folder("accueil", "Signaler une fraude")


def hand_in(ledger: Ledger, source: Source = FOLDER, **fields: object) -> tuple[str, bool]:
    told = case(**fields)
    return ledger.handed_in.add(told, {"verdict": told.verdict.label.value}, RAW, source, at=NOON)


def test_the_same_message_is_kept_once_a_source(ledger: Ledger) -> None:
    first, new = hand_in(ledger)
    assert new
    assert hand_in(ledger) == (first, False)
    other, new = hand_in(ledger, Source.of_folder("compta", "Signaler une fraude"))
    assert new
    assert other != first
    assert ledger.handed_in.count() == 2
    (entry,) = [one for one in ledger.audit_entries() if one.about == first]
    assert (entry.what, entry.account, entry.who) == ("handed-in", "accueil", "mailbox:accueil")


@pytest.mark.parametrize(
    ("accounts", "seen_by", "unseen_by"),
    [
        (frozenset({"accueil"}), frozenset({"accueil", "rh"}), frozenset({"compta"})),
        (frozenset({"accueil", "compta"}), None, frozenset({"accueil", "compta"})),
        (None, None, frozenset({"accueil"})),
    ],
)
def test_who_sees_it(
    ledger: Ledger, accounts: frozenset[str] | None, seen_by: frozenset[str] | None, unseen_by: frozenset[str] | None
) -> None:
    """W-12: a source about one mailbox makes a case of that mailbox; any other one of none, for who sees all of them."""
    record_id, _ = hand_in(ledger, Source(FOLDER.kind, "x", "x", accounts))
    seen, unseen = ledger.desk("web:marie", seen_by), ledger.desk("web:jean", unseen_by)
    assert [one.case.id for one in seen.handed_in.page(HandedState.OPEN)[0]] == [record_id]
    assert unseen.handed_in.page(HandedState.OPEN) == ([], 0)
    assert (seen.handed_in.is_one(record_id), unseen.handed_in.is_one(record_id)) == (True, False)
    assert not unseen.handed_in.dismiss(record_id, at=NOON)
    assert unseen.ask_view(record_id, at=NOON) == Unknown()
    assert seen.handed_in.dismiss(record_id, at=NOON)


def test_a_reviewer_says_what_it_is(ledger: Ledger) -> None:
    record_id, _ = hand_in(ledger)
    desk = ledger.desk("web:marie")

    def states() -> list[tuple[HandedState, str]]:
        return [(one.state, one.by) for one in desk.handed_in.page(None)[0]]

    assert states() == [(HandedState.OPEN, "")]
    assert desk.handed_in.dismiss(record_id, at=NOON)
    assert not desk.handed_in.dismiss(record_id, at=NOON)
    assert states() == [(HandedState.DISMISSED, "web:marie")]
    assert desk.handed_in.take_up(record_id)
    assert not desk.handed_in.take_up(record_id)
    assert isinstance(desk.decide(record_id, Decision.CONFIRMED, seen=0, at=NOON), Done)
    assert states() == [(HandedState.CONFIRMED, "web:marie")]
    assert not desk.handed_in.dismiss(record_id, at=NOON)
    assert [len(desk.handed_in.page(state)[0]) for state in HandedState] == [0, 1, 0]
    told = [entry.detail["decision"] for entry in ledger.audit_entries() if entry.what == "decided"]
    assert told == ["dismissed", "taken-up", "confirmed"]


def test_it_is_looked_at_and_reported_from_what_was_handed_in(ledger: Ledger) -> None:
    record_id, _ = hand_in(ledger)
    desk = ledger.desk("web:marie")
    asked = desk.ask_view(record_id, at=NOON)
    assert isinstance(asked, Pending)
    shown = desk.view(asked.request_id, at=NOON, how="raw")
    assert isinstance(shown, Fetched)
    assert shown.raw == RAW
    assert ledger.wanted_views("accueil", NOON) == []
    desk.decide(record_id, Decision.CONFIRMED, seen=0, at=NOON)
    report = desk.reports.ask(record_id, "folder", at=NOON)
    assert isinstance(report, Report)
    assert ledger.outbox.wanted("accueil", at=NOON) == []
    (fraud,) = ledger.outbox.unwritten()
    assert (fraud.report.id, fraud.raw) == (report.id, RAW)
    assert ledger.outbox.ask_by_itself("webhook", at=NOON) == 1
    assert [fraud.raw for fraud in ledger.outbox.unwritten()] == [RAW, RAW]


def test_it_is_sealed_and_goes_when_its_time_is_over(ledger: Ledger) -> None:
    """W-22, W-25: the message after [retention] days, its case with the others; a report of it cannot be made any more."""
    record_id, _ = hand_in(ledger)
    desk = ledger.desk("web:marie")
    with sqlite3.connect(ledger.path) as plain:
        assert "personne d'autre" not in "\n".join(plain.iterdump())
        (sealed,) = plain.execute("SELECT message FROM handed_in").fetchone()
    plain.close()
    assert RAW[:30] not in sealed
    later = NOON + timedelta(days=RetentionSettings().days, seconds=1)
    desk.decide(record_id, Decision.CONFIRMED, seen=0, at=later)
    ledger.expire(RetentionSettings(), later)
    assert ledger.handed_in.message(record_id) is None
    (line,), _ = desk.handed_in.page(None)
    assert not line.kept
    report = desk.reports.ask(record_id, "folder", at=later)
    assert isinstance(report, Report)
    (ended,) = desk.reports.of_case(record_id)
    assert ended.state is ReportState.UNFETCHED
    asked = desk.ask_view(record_id, at=later)
    assert isinstance(asked, Pending)
    ledger.expire(RetentionSettings(), later + timedelta(days=RetentionSettings().decided_days + 1))
    assert ledger.handed_in.count() == 0


def test_what_has_nothing_to_do_with_anybody_is_shown_to_who_was_asked(ledger: Ledger) -> None:
    """Whoever hands it in wants it to be read: of what a scan finds, only the verdict is kept."""
    record_id, _ = hand_in(ledger, verdict=Verdict(label=Label.UNRELATED, brand=None, decided_by=1, findings=()))
    desk = ledger.desk("web:marie")
    (line,), _ = desk.handed_in.page(HandedState.OPEN)
    assert (line.case.verdict, line.case.subject) == ("unrelated", "Votre carte")
    assert isinstance(desk.ask_view(record_id, at=NOON), Pending)


def test_it_is_exported_and_forgotten(ledger: Ledger) -> None:
    """W-24."""
    record_id, _ = hand_in(ledger)
    (told,) = ledger.exported(ledger.records_of("accueil"))
    assert [(one["source"], one["source_name"]) for one in told["handed_in"]] == [("folder", "Signaler une fraude")]
    assert ledger.forget_records([record_id]).records == 1
    assert ledger.handed_in.count() == 0
    assert ledger.handed_in.message(record_id) is None


def test_a_case_of_a_mailbox_can_be_handed_in_too(ledger: Ledger) -> None:
    """By a folder: no second case is made, and what is shown and reported is what was dropped there."""
    there = record(1)
    ledger.add_records([there], None)
    database = Database(f"sqlite:///{ledger.path}")
    with database.writing() as connection:
        assert handed_in_rows.keep(connection, ledger.path, there, RAW, FOLDER, at=NOON)
        assert not handed_in_rows.keep(connection, ledger.path, there, RAW, FOLDER, at=NOON)
    database.close()
    (line,), _ = ledger.desk("web:marie").handed_in.page(HandedState.OPEN)
    assert (line.case.id, line.case.folder, line.kept) == (there.id, "INBOX", True)
    assert ledger.handed_in.message(there.id) == RAW
    assert len(list(ledger.records())) == 1


def test_tokens_about_one_mailbox_go_with_it(ledger: Ledger) -> None:
    """W-24. A token for several mailboxes stays: its programs are those of the others, too."""
    for accounts in (["accueil"], ["accueil", "compta"]):
        token = Token("-".join(accounts), "programme", frozenset({Use.REPORT}), frozenset(accounts), "x", NOON, NOON)
        ledger.tokens.add(token, fresh(), By("cli:root", ALL_RIGHTS))
    hand_in(ledger, Source.of_token(Token("a", "programme", frozenset(), frozenset({"accueil"}), "x", NOON, NOON)))
    told = [item for item in ledger.exported_account("accueil") if item["kind"] == "token"]
    assert [item["accounts"] for item in told] == [["accueil"], ["accueil", "compta"]]
    assert "hash" not in told[0]
    assert ledger.forget_account("accueil", places=False).records == 1
    assert ledger.handed_in.count() == 0
    assert len(ledger.tokens.all(By("cli:root", ALL_RIGHTS))) == 2
    ledger.forget_account("accueil", places=True)
    assert [token.id for token in ledger.tokens.all(By("cli:root", ALL_RIGHTS))] == ["accueil-compta"]


def test_a_case_that_one_source_handed_in_is_not_handed_in_by_another(ledger: Ledger) -> None:
    """A folder for reports that was renamed, and the same message in it once more."""
    ledger.add_records([record(1)], None)
    with ledger._database.writing() as connection:
        kept = [
            handed_in_rows.keep(
                connection, ledger._database.path, record(1), RAW, Source.of_folder("accueil", folder), at=NOON
            )
            for folder in ("Signaler", "Signaler une fraude")
        ]
    assert kept == [True, False]
