"""The audit log: what is told, that it can only grow, and that every tampering is found (G10, W-21)."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ledger.made import NOON, intent, outcome, record
from vigie.ledger import audit, keeping
from vigie.ledger.audit import Break, Head, What
from vigie.ledger.settings import RetentionSettings
from vigie.ledger.store import Ledger, LedgerError
from vigie.ledger.types import ActionKind, Decision, ModeChange, State, Step

COUNT = 8
COLUMNS = ("at", "who", "what", "account", "about", "detail", "previous", "hash")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A ledger with COUNT entries, an hour apart."""
    path = tmp_path_factory.mktemp("audit") / "vigie.db"
    hours = iter(range(COUNT))
    with pytest.MonkeyPatch.context() as patch, Ledger(f"sqlite:///{path}", "cli:marie") as ledger:
        patch.setattr(audit, "now", lambda: NOON + timedelta(hours=next(hours)))
        for number in range(COUNT):
            ledger.note(What.LOGIN, account="accueil", count=number)
    return path.read_bytes()


@pytest.fixture
def noted(original: bytes, url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same, for one test."""
    hours = iter(range(COUNT, 1000))
    monkeypatch.setattr(audit, "now", lambda: NOON + timedelta(hours=next(hours)))
    path_of(url).write_bytes(original)
    return url


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def tamper(url: str, *statements: str) -> None:
    """As somebody with an editor for SQLite files does it."""
    with sqlite3.connect(path_of(url)) as other:
        for name in ("audit_is_never_changed", "audit_is_never_removed"):
            other.execute(f"DROP TRIGGER IF EXISTS {name}")
        for statement in statements:
            other.execute(statement)
    other.close()


def breaks(url: str, head: Head | None = None) -> list[Break]:
    with Ledger(url) as ledger:
        return list(ledger.audit_verified(head).breaks)


def told(ledger: Ledger) -> list[tuple[str, str, dict[str, object]]]:
    return [(entry.what, entry.about, dict(entry.detail)) for entry in ledger.audit_entries()]


def test_every_deed_is_told_once(url: str) -> None:
    of, since = record(1), NOON - timedelta(days=1)
    with Ledger(url, "service") as ledger:
        ledger.add_records([of], None, [intent(of, "q1")])
        ledger.open_intent(intent(of, "q1"))
        ledger.close_intent(outcome(intent(of, "q1")))
        ledger.close_intent(outcome(intent(of, "q1")))
        ledger.set_decision(of.id, Decision.CONFIRMED, NOON)
        ledger.set_decision(of.id, None, NOON)
        ledger.release_all([intent(of, "r1", ActionKind.RELEASE)], NOON, account="accueil", since=since)
        ledger.change_mode(ModeChange("accueil", Step.FILE, "tag", "tag", "tag", NOON), after=None)
        ledger.close_intent(outcome(intent(of, "r1"), State.GONE))
        ledger.forget_records([of.id])
        assert told(ledger) == [
            ("wanted", of.id, {"intent": "q1", "kind": "quarantine", "verdict": "impersonation"}),
            ("ended", of.id, {"intent": "q1", "kind": "quarantine", "state": "done"}),
            ("decided", of.id, {"decision": "confirmed"}),
            ("decided", of.id, {"decision": "withdrawn"}),
            ("undo", "", {"since": "2026-11-21T12:00:00.000000+00:00", "messages": 1}),
            ("decided", of.id, {"decision": "released"}),
            ("wanted", of.id, {"intent": "r1", "kind": "release"}),
            ("mode", "", {"step": "file", "from": "tag", "to": "tag"}),
            ("ended", of.id, {"intent": "r1", "kind": "release", "state": "gone"}),
            ("forgotten", "", {"records": 1}),
        ]
        entries = list(ledger.audit_entries())
        assert {entry.who for entry in entries} == {"service"}
        assert [entry.number for entry in entries] == list(range(1, 11))
        verified = ledger.audit_verified()
        assert (verified.entries, list(verified.breaks)) == (10, [])
        assert verified.head == Head(10, entries[-1].hash)


def test_nothing_of_a_mail_is_told(url: str) -> None:
    """It outlives what people have had forgotten."""
    of = record(1, subject="secret médical", author="Jeanne <jeanne@example.org>", sha256="ab" * 32)
    with Ledger(url) as ledger:
        ledger.add_records([of], None, [intent(of)])
        ledger.close_intent(outcome(intent(of), detail="NO secret médical"))
        ledger.release(intent(of, "r1", ActionKind.RELEASE), NOON)
        rows = "\n".join(map(repr, ledger.audit_entries()))
    for word in ("secret", "jeanne", "ab" * 32, "Vitale", of.message_id.strip("<>"), "INBOX"):
        assert word not in rows


def test_what_is_undone_is_not_told(ledger: Ledger) -> None:
    of = record(1)
    ledger.add_records([of], None)
    with pytest.raises(LedgerError):
        ledger.release_all(
            [intent(of, "r1", ActionKind.RELEASE), intent(record(2), "r2", ActionKind.RELEASE)],
            NOON,
            account="accueil",
            since=NOON,
        )
    assert told(ledger) == []
    assert ledger.decisions(of.id) == []
    assert ledger.open_intents("accueil") == []


@pytest.mark.parametrize("statement", ["UPDATE audit SET who = 'x'", "DELETE FROM audit", "UPDATE audit SET at = at"])
def test_a_program_cannot_change_it(noted: str, statement: str) -> None:
    with sqlite3.connect(path_of(noted)) as other, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        other.execute(statement)
    other.close()
    assert breaks(noted) == []


@pytest.mark.parametrize(("number", "column"), [*((4, column) for column in COLUMNS), (1, "who"), (COUNT, "who")])
def test_a_changed_entry_is_found(noted: str, number: int, column: str) -> None:
    tamper(noted, f"UPDATE audit SET {column} = {column} || '0' WHERE number = {number}")
    assert any(number in (found.first, found.first - 1) for found in breaks(noted))


@pytest.mark.parametrize(("first", "last"), [(1, 1), (1, 3), (4, 4), (3, 6), (COUNT, COUNT), (6, COUNT), (1, COUNT)])
def test_a_removed_entry_is_found(noted: str, first: int, last: int) -> None:
    tamper(noted, f"DELETE FROM audit WHERE number BETWEEN {first} AND {last}")
    assert Break("missing", first, last) in breaks(noted)


def test_an_entry_with_another_number_is_found(noted: str) -> None:
    tamper(noted, "DELETE FROM audit WHERE number = 4", "UPDATE audit SET number = number - 1 WHERE number > 4")
    assert {found.code for found in breaks(noted)} == {"changed", "missing"}


def test_swapped_entries_are_found(noted: str) -> None:
    tamper(
        noted,
        "UPDATE audit SET number = 99 WHERE number = 3",
        "UPDATE audit SET number = 3 WHERE number = 5",
        "UPDATE audit SET number = 5 WHERE number = 99",
    )
    assert {Break("changed", 3, 3), Break("changed", 5, 5)} <= set(breaks(noted))


def test_an_inserted_entry_is_found(noted: str) -> None:
    copy = "INSERT INTO audit SELECT {}, at, 'cli:paul', what, account, about, detail, previous, hash FROM audit WHERE number = 3"
    tamper(noted, "UPDATE audit SET number = number + 100 WHERE number > 3", copy.format(4))
    tamper(noted, "UPDATE audit SET number = number - 99 WHERE number > 100")
    assert breaks(noted)
    assert not any(found.last < 4 for found in breaks(noted))


def test_an_entry_behind_the_end_is_found(noted: str) -> None:
    columns = ", ".join(COLUMNS)
    tamper(
        noted, f"INSERT INTO audit (number, {columns}) SELECT {COUNT + 1}, {columns} FROM audit WHERE number = {COUNT}"
    )
    assert Break("surplus", COUNT + 1, COUNT + 1) in breaks(noted)


def test_an_entry_that_was_sealed_anew_does_not_fit_the_next(noted: str) -> None:
    """Who can compute hashes has to compute all that follow."""
    with sqlite3.connect(path_of(noted)) as other:
        other.row_factory = sqlite3.Row
        row = {**dict(other.execute("SELECT * FROM audit WHERE number = 3").fetchone()), "who": "cli:paul"}
    other.close()
    tamper(noted, f"UPDATE audit SET who = 'cli:paul', hash = '{audit._seal(row)}' WHERE number = 3")
    assert breaks(noted) == [Break("unlinked", 4, 4)]


def rewritten(url: str) -> None:
    """The whole chain, computed anew: what only a noted head finds."""
    tamper(url, "UPDATE audit SET who = 'cli:paul' WHERE number = 3")
    with sqlite3.connect(path_of(url)) as other:
        other.row_factory = sqlite3.Row
        previous = ""
        for row in other.execute("SELECT * FROM audit ORDER BY number").fetchall():
            sealed = audit._seal({**dict(row), "previous": previous})
            other.execute("UPDATE audit SET previous = ?, hash = ? WHERE number = ?", (previous, sealed, row["number"]))
            previous = sealed
        other.execute("UPDATE audit_ends SET hash = ? WHERE side = 'last'", (previous,))
    other.close()


def test_a_noted_head_finds_what_was_computed_anew(noted: str) -> None:
    with Ledger(noted) as ledger:
        head = ledger.audit_verified().head
        ledger.note(What.LOGIN)
    assert breaks(noted, head) == []
    rewritten(noted)
    assert breaks(noted) == []
    assert breaks(noted, head) == [Break("head", COUNT, COUNT)]


def test_the_chain_survives_retention(noted: str) -> None:
    keep = RetentionSettings(audit_days=30)
    with Ledger(noted, "service") as ledger:
        head = ledger.audit_verified().head
        erased = ledger.expire(keep, NOON + timedelta(days=30, hours=4.5))
        assert erased.audit == 5
        assert [entry.number for entry in ledger.audit_entries()] == [6, 7, 8, 9, 10]
        assert [entry.what for entry in ledger.audit_entries()][-2:] == ["cut", "expired"]
        assert ledger.audit_verified().breaks == []
        assert ledger.audit_verified(head).breaks == []
        assert not ledger.expire(keep, NOON + timedelta(days=30, hours=4.5)).anything
        ledger.expire(keep, NOON + timedelta(days=400))
        assert ledger.audit_verified().breaks == []
        assert [entry.what for entry in ledger.audit_entries()] == ["cut", "expired"]
        assert [found.code for found in ledger.audit_verified(head).breaks] == ["head"]


def test_a_beginning_that_was_cut_without_an_entry_is_found(noted: str) -> None:
    (hashed,) = sqlite3.connect(path_of(noted)).execute("SELECT hash FROM audit WHERE number = 3").fetchone()
    tamper(
        noted,
        f"UPDATE audit_ends SET number = 3, hash = '{hashed}' WHERE side = 'cut'",
        "DELETE FROM audit WHERE number <= 3",
    )
    assert breaks(noted) == [Break("cut", 1, 3)]


def test_a_damaged_entry_is_one_line(noted: str) -> None:
    tamper(noted, "UPDATE audit SET detail = 'x' WHERE number = 2")
    with Ledger(noted) as ledger, pytest.raises(LedgerError, match="audit entry 2 is damaged: vigie audit verify"):
        list(ledger.audit_entries())


def test_a_page_ends_where_the_filter_says(noted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_PAGE", 3)
    with Ledger(noted) as ledger:
        ledger.note(What.LOGIN, account="autre")
        assert len(list(ledger.audit_entries())) == COUNT + 1
        assert len(list(ledger.audit_entries(account="accueil"))) == COUNT
        assert len(list(ledger.audit_entries(since=NOON + timedelta(hours=3)))) == COUNT - 3 + 1


WRITER = """
import sys
from vigie.ledger.audit import What
from vigie.ledger.store import Ledger
with Ledger(sys.argv[1], sys.argv[2]) as ledger:
    for number in range(10):
        ledger.note(What.LOGIN, count=number)
"""


def test_several_programs_write_one_chain(url: str) -> None:
    programs = [subprocess.Popen([sys.executable, "-c", WRITER, url, name]) for name in ("a", "b")]
    assert [program.wait() for program in programs] == [0, 0]
    with Ledger(url) as ledger:
        verified = ledger.audit_verified()
        assert (verified.entries, verified.breaks) == (20, [])


EDITS: dict[str, Callable[[int, int], tuple[str, ...]]] = {
    "change": lambda one, _: (f"UPDATE audit SET detail = detail || ' ' WHERE number = {one}",),
    "remove": lambda one, _: (f"DELETE FROM audit WHERE number = {one}",),
    "move": lambda one, other: (
        f"UPDATE audit SET number = -1 WHERE number = {one}",
        f"UPDATE audit SET number = {one} WHERE number = {other}",
        f"UPDATE audit SET number = {other} WHERE number = -1",
    ),
    "copy": lambda one, other: (
        f"DELETE FROM audit WHERE number = {one}",
        f"INSERT INTO audit SELECT {one}, at, who, what, account, about, detail, previous, hash FROM audit WHERE number = {other}",
    ),
    "end": lambda one, _: (f"UPDATE audit_ends SET number = {one} WHERE side = 'last'",),
}


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edit=st.sampled_from(sorted(EDITS)), one=st.integers(1, COUNT), other=st.integers(1, COUNT))
def test_whatever_is_edited_is_found(original: bytes, url: str, edit: str, one: int, other: int) -> None:
    path_of(url).write_bytes(original)
    tamper(url, *EDITS[edit](one, other))
    harmless = (edit == "move" and one == other) or (edit == "end" and one == COUNT)
    assert bool(breaks(url)) is not harmless
