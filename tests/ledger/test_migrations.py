"""A ledger of every released schema is opened and carried over whole (threat I-54)."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import MetaData, create_engine

from tests.ledger.made import NOON, place, record
from vigie.ledger import schema
from vigie.ledger.answers import LetterState
from vigie.ledger.handed_in_rows import is_place
from vigie.ledger.handed_in_types import HandedState
from vigie.ledger.people import Newcomer
from vigie.ledger.people_types import ALL_RIGHTS, By, Rights, Role, User
from vigie.ledger.report_types import ReportState
from vigie.ledger.review_types import Pile, Wanted
from vigie.ledger.settings import RetentionSettings
from vigie.ledger.store import Ledger, LedgerError
from vigie.ledger.token_types import Use
from vigie.ledger.types import ActionKind, Cursor, Decision, Outcome, Sending, State, Step

OLD = sorted((Path(__file__).parent / "schemas").glob("*.sql"))


def test_there_is_a_ledger_of_every_version() -> None:
    assert [int(path.stem) for path in OLD] == [number for number, _ in schema.migrations()]


@pytest.mark.parametrize("old", OLD, ids=lambda path: path.stem)
def test_an_old_ledger_is_carried_over_whole(old: Path, tmp_path: Path, url: str) -> None:
    with sqlite3.connect(tmp_path / "vigie.db") as before:
        before.executescript(old.read_text(encoding="utf-8"))
    before.close()
    with Ledger(url) as ledger:
        assert [found.place.uid for found in ledger.records()] == [3, 2, 1]
        first = ledger.record_at("accueil", "INBOX", 7, 1)
        assert first is not None
        assert (first.id, first.decision) == (record(1).id, Decision.RELEASED)
        assert [due.place.uid for due in ledger.due_retries("accueil", NOON)] == [2]
        assert ledger.cursor("accueil", "INBOX") == Cursor("accueil", "INBOX", 7, 3)
        assert [held.place.uid for held in ledger.records(held=True)] == [1]
        (moved, outcome), (release, nothing) = ledger.outcomes(first.id)
        assert (moved.kind, moved.state, moved.flags) == (
            ActionKind.QUARANTINE,
            State.DONE,
            ("\\Flagged", "rendez-vous"),
        )
        assert outcome is not None
        assert outcome.destination == place(9, folder="Quarantaine", uidvalidity=3)
        assert (release.kind, release.state, nothing) == (ActionKind.RELEASE, State.PENDING, None)
        assert ledger.open_intents("accueil") == [release]
        assert ledger.beats() == [("accueil", "INBOX", NOON, 4, "")]
        ledger.add_records([record(4)], None)


def test_what_was_frozen_is_carried_over(tmp_path: Path, url: str) -> None:
    with sqlite3.connect(tmp_path / "vigie.db") as before:
        before.executescript((OLD[0].parent / "0003.sql").read_text(encoding="utf-8"))
    before.close()
    with Ledger(url) as ledger:
        frozen = ledger.frozen(record(1).id)
        assert frozen is not None
        assert (frozen.program, frozen.examined_at, frozen.elsewhere) == ("0.1.0+5f1c0a9be3d2", NOON, 1)
        assert [answer.name for answer in frozen.answers] == [
            "s1._domainkey.info.ameli.fr",
            "_dmarc.x.example",
            "y.example",
        ]
        assert frozen.answers[0].records == (b"v=DKIM1; p=\xff\0",)
        assert ledger.elsewhere(["ab" * 32], "direction") == {"ab" * 32: {"accueil"}}


def test_what_was_refused_is_carried_over(tmp_path: Path, url: str) -> None:
    with sqlite3.connect(tmp_path / "vigie.db") as before:
        before.executescript((OLD[0].parent / "0004.sql").read_text(encoding="utf-8"))
    before.close()
    with Ledger(url) as ledger:
        retry_at = datetime(2026, 11, 22, 12, 5, tzinfo=UTC)
        assert ledger.sendings("accueil") == {"r1": Sending(place(12), refusals=2, retry_at=retry_at)}


def test_who_did_what_is_carried_over(tmp_path: Path, url: str) -> None:
    with sqlite3.connect(tmp_path / "vigie.db") as before:
        before.executescript((OLD[0].parent / "0005.sql").read_text(encoding="utf-8"))
    before.close()
    with Ledger(url) as ledger:
        verified = ledger.audit_verified()
        assert (verified.entries, verified.breaks) == (3, [])
        assert [(entry.what, entry.who, entry.at) for entry in ledger.audit_entries()] == [
            ("mode", "cli:marie", NOON),
            ("mode", "cli:marie", NOON),
            ("decided", "cli:marie", NOON),
        ]
        change = ledger.newest_mode("accueil")
        assert change is not None
        assert (change.step, change.mode, change.before, change.file_mode) == (
            Step.PROMOTE,
            "enforce",
            "observe",
            "observe",
        )
        assert ledger.released("accueil", "cd" * 32)


@pytest.mark.parametrize("old", OLD, ids=lambda path: path.stem)
def test_an_old_ledger_is_kept_like_a_new_one(old: Path, tmp_path: Path, url: str) -> None:
    """Retention, forgetting and the audit log work on what an older version has written."""
    with sqlite3.connect(tmp_path / "vigie.db") as before:
        before.executescript(old.read_text(encoding="utf-8"))
    before.close()
    with Ledger(url, "service") as ledger:
        (waiting,) = ledger.open_intents("accueil")
        assert ledger.expire(RetentionSettings(), NOON + timedelta(days=400)).records == 2
        assert [found.place.uid for found in ledger.records()] == [1]  # its release is under way
        ledger.close_intent(Outcome(waiting.id, State.DONE, NOON))
        assert ledger.forget_account("accueil", places=True).records == 1
        assert ledger.cursor("accueil", "INBOX") is None
        assert ledger.audit_verified().breaks == []
        assert [entry.what for entry in ledger.audit_entries()][-4:] == [
            "expired",
            "ended",
            "forgotten",
            "forgotten",
        ] or (old.stem >= "0005")


def test_who_carries_a_signature_is_carried_over(tmp_path: Path, url: str) -> None:
    with sqlite3.connect(tmp_path / "vigie.db") as before:
        before.executescript((OLD[0].parent / "0009.sql").read_text(encoding="utf-8"))
    before.close()
    with Ledger(url) as ledger:
        assert [item["signatures"] for item in ledger.exported([record(2).id, record(1).id])] == [[], ["ab" * 32]]
        ledger.close_intent(Outcome("r1", State.DONE, NOON))
        assert ledger.forget_records([record(1).id]).signatures == 1


def test_digests_and_requests_are_carried_over(tmp_path: Path, url: str) -> None:
    with sqlite3.connect(tmp_path / "vigie.db") as before:
        before.executescript((OLD[0].parent / "0010.sql").read_text(encoding="utf-8"))
    before.close()
    with Ledger(url) as ledger:
        assert [user.address for user in ledger.people.wanting_digests()] == ["marie@example.org"]
        digest = ledger.digests.take(at=NOON + timedelta(hours=2), lease=timedelta(minutes=1))
        assert digest is not None
        assert [mail.record.id for mail in ledger.digests.held(digest, {"accueil"})] == [record(1).id]
        asked = ledger.asks.look("A" * 43, at=NOON)
        assert asked is not None
        assert (asked.record.id, asked.held) == (record(1).id, False)  # its release is under way
        assert [case.id for case in ledger.desk("x").cases(Wanted(Pile.REQUESTED)).cases] == [record(1).id]


def test_reports_are_carried_over(tmp_path: Path, url: str) -> None:
    with sqlite3.connect(tmp_path / "vigie.db") as before:
        before.executescript((OLD[0].parent / "0012.sql").read_text(encoding="utf-8"))
    before.close()
    with Ledger(url) as ledger:
        reports = ledger.desk("web:marie").reports
        (sent,) = reports.of_case(record(1).id)
        assert (sent.state, sent.channel, sent.receipt, sent.approved_by) == (
            ReportState.SENT,
            "folder",
            "rp.eml",
            "web:marie",
        )
        assert reports.stopped() == ["webhook"]
        (told,) = ledger.exported([record(1).id])
        assert [report["id"] for report in told["reports"]] == ["rp"]


def test_tokens_are_carried_over(tmp_path: Path, url: str) -> None:
    with sqlite3.connect(tmp_path / "vigie.db") as before:
        before.executescript((OLD[0].parent / "0013.sql").read_text(encoding="utf-8"))
    before.close()
    with Ledger(url) as ledger:
        token = ledger.tokens.good(f"vig_{'t' * 43}", at=NOON + timedelta(hours=1))
        assert token is not None
        assert token.name == "Thunderbird"
        assert token.uses == frozenset({Use.CHECK, Use.RECORDS})
        assert token.accounts == frozenset({"accueil"})
        assert ledger.handed_in.count() == 0


def test_what_was_handed_in_is_carried_over(tmp_path: Path, url: str) -> None:
    """In version 13 it was a row of its own, since then it is a case."""
    row = (
        "r1", "tk1", "Thunderbird", '["accueil"]', "2026-11-22T12:00:00.000000+00:00", "ab" * 32, "<1@example.org>",
        "impersonation", '{"brand": "ameli", "decided_by": 4, "subject": "Votre carte"}', b"sealed",
    )  # fmt: skip
    with sqlite3.connect(tmp_path / "vigie.db") as before:
        before.executescript((OLD[0].parent / "0013.sql").read_text(encoding="utf-8"))
        before.execute(f"INSERT INTO api_reports VALUES ({', '.join('?' * len(row))})", row)
    before.close()
    with Ledger(url) as ledger:
        (found,), count = ledger.desk("web:marie", frozenset({"accueil"})).handed_in.page(HandedState.OPEN)
        assert (count, found.case.id, found.case.subject, found.source) == (1, "r1", "Votre carte", "Thunderbird")
        told = ledger.record("r1")
        assert told is not None
        assert (told.brand, told.decided_by, told.place.account, is_place(told.place)) == ("ameli", 4, "accueil", True)
    with sqlite3.connect(tmp_path / "vigie.db") as before:
        assert before.execute("SELECT message FROM handed_in").fetchone() == (b"sealed",)
    before.close()


def test_a_later_one_too(tmp_path: Path, url: str) -> None:
    with sqlite3.connect(tmp_path / "vigie.db") as before:
        before.executescript((OLD[0].parent / "0014.sql").read_text(encoding="utf-8"))
    before.close()
    with Ledger(url) as ledger:
        (found,), _ = ledger.desk("web:marie").handed_in.page(None)
        assert (found.case.id, found.source, found.kept) == (next(iter(ledger.records())).id, "Thunderbird", False)


def test_the_lag_is_carried_over(tmp_path: Path, url: str) -> None:
    newest = max(OLD)
    with sqlite3.connect(tmp_path / "vigie.db") as before:
        before.executescript(newest.read_text(encoding="utf-8"))
    before.close()
    with Ledger(url) as ledger:
        (beat,) = ledger.heartbeats()
        assert (beat.known_at, beat.lag_seconds(NOON)) == (NOON, 30.0)


def test_what_people_review_is_carried_over(tmp_path: Path, url: str) -> None:
    with sqlite3.connect(tmp_path / "vigie.db") as before:
        before.executescript((OLD[0].parent / "0007.sql").read_text(encoding="utf-8"))
    before.close()
    with Ledger(url) as ledger:
        desk = ledger.desk("web:marie")
        (case,) = desk.cases(Wanted(Pile.RELEASED, search="vitale")).cases
        assert (case.version, case.decided_by, case.theme, case.campaign) == (
            1,
            "web:marie",
            "card",
            "0123456789abcdef",
        )
        (bulk,) = desk.bulks()
        assert (bulk.id, bulk.waiting, bulk.who) == ("bk", 1, "web:marie")
        assert [view.request_id for view in ledger.wanted_views("accueil", NOON)] == ["vw"]


@pytest.mark.parametrize("old", OLD[:-1], ids=lambda path: path.stem)
def test_what_was_judged_before_is_listed_and_found(old: Path, tmp_path: Path, url: str) -> None:
    with sqlite3.connect(tmp_path / "vigie.db") as before:
        before.executescript(old.read_text(encoding="utf-8"))
    before.close()
    with Ledger(url) as ledger:
        desk = ledger.desk("web:marie")
        assert desk.cases(Wanted(Pile.ALL, search="Carte vitale")).total == desk.cases(Wanted(Pile.ALL)).total == 3
        assert desk.cases(Wanted(Pile.HELD)).cases[0].version == 1


def test_the_tables_are_what_the_migrations_make(tmp_path: Path, url: str) -> None:
    Ledger(url).close()
    engine = create_engine(url)
    found = MetaData()
    found.reflect(engine)
    engine.dispose()
    assert set(found.tables) == {*schema.METADATA.tables, "schema_version"}
    for name, table in schema.METADATA.tables.items():
        columns = [(column.name, column.nullable, column.primary_key) for column in table.columns]
        real = [(column.name, column.nullable, column.primary_key) for column in found.tables[name].columns]
        assert real == columns
        keys = {(key.parent.name, key.column.table.name) for key in table.foreign_keys}
        assert {(key.parent.name, key.column.table.name) for key in found.tables[name].foreign_keys} == keys


def test_a_migration_that_fails_leaves_the_old_ledger(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Ledger(url) as ledger:
        ledger.add_records([record(1)], None)
    steps = schema.migrations()
    broken = "CREATE TABLE news (x TEXT);\nINSERT INTO nowhere VALUES (1);\n"
    with monkeypatch.context() as patch:
        patch.setattr(schema, "migrations", lambda: (*steps, (len(steps) + 1, broken)))
        with pytest.raises(LedgerError):
            Ledger(url)
    with sqlite3.connect(tmp_path / "vigie.db") as after:
        assert after.execute("SELECT name FROM sqlite_master WHERE name = 'news'").fetchall() == []
    after.close()
    with Ledger(url) as ledger:
        assert ledger.record(record(1).id) == record(1)


def test_people_are_carried_over(tmp_path: Path, url: str) -> None:
    with sqlite3.connect(tmp_path / "vigie.db") as before:
        before.executescript((OLD[0].parent / "0008.sql").read_text(encoding="utf-8"))
    before.close()
    with Ledger(url) as ledger:
        marie, paul = ledger.people.users(By("cli:root", ALL_RIGHTS))
        assert (marie.rights, marie.totp, marie.linked) == (ALL_RIGHTS, b"sealed", False)
        assert (paul.rights, paul.linked) == (Rights(Role.REVIEWER, frozenset({"accueil"})), True)
        assert ledger.people.linked("https://id.example.org", "42") == paul
        hours = timedelta(hours=1)
        found = ledger.people.session("s" * 43, at=NOON, lasts=hours, idle=hours)
        assert found is not None
        assert (found[0], found[1].agent) == (marie, "Firefox")
        assert ledger.people.knows_browser("k" * 43, marie.id)
        assert not ledger.people.use_totp(marie.id, 7)
        assert ledger.people.use_recovery_code(marie, "abcde-fghjk", at=NOON)
        assert isinstance(ledger.people.accept("i" * 43, Newcomer("Nora", "fr", "x"), at=NOON), User)
        assert ledger.people.refused("ab" * 32, since=NOON - hours) == 1
        assert ledger.audit_verified().breaks == []


def test_replies_are_carried_over(tmp_path: Path, url: str) -> None:
    """They are never judged, however often the ledger was carried over."""
    with sqlite3.connect(tmp_path / "vigie.db") as before:
        before.executescript((OLD[0].parent / "0015.sql").read_text(encoding="utf-8"))
    before.close()
    with Ledger(url) as ledger:
        assert ledger.answers.ours("accueil", {"ef" * 32, "cd" * 32}) == {"ef" * 32}
        letter = ledger.answers.of_intent("q1")
        assert letter is not None
        assert (letter.state, letter.always, letter.raw) == (LetterState.ENDED, True, b"")
