"""What the ledger forgets and what it must not: by age, by request; and that nothing legible is left (W-22, W-23)."""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ledger.made import NOON, intent, outcome, place, record
from tests.scanner.failing import Disk
from vigie.auth_checks.types import DnsAnswer
from vigie.ledger import retention
from vigie.ledger.identity import record_id
from vigie.ledger.settings import RetentionSettings
from vigie.ledger.store import Ledger, LedgerError
from vigie.ledger.types import ActionKind, Cursor, Decision, Erased, Frozen, ModeChange, Record, Sighting, State, Step
from vigie.scanner import upkeep
from vigie.scanner.operation.meter import Meter

USUAL = RetentionSettings()
TABLES = ("records", "decisions", "intents", "outcomes", "frozen", "editions", "signatures", "allowed", "sendings")
SECRET = "Remboursement de 327 euros pour Jeanne Secrète"


def old(uid: int, days: float, **fields: object) -> Record:
    return record(uid, judged_at=NOON - timedelta(days=days), **fields)


def counts(url: str) -> dict[str, int]:
    with sqlite3.connect(url.removeprefix("sqlite:///")) as other:
        found = {name: other.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in TABLES}
        assert other.execute("PRAGMA foreign_key_check").fetchall() == []
    other.close()
    return found


def frozen(program: str = "0.1.0+a") -> Frozen:
    return Frozen(program, "{}", NOON, NOON, "", 0, (DnsAnswer("x.example", "TXT", (b"v=spf1",)),))


def hold(ledger: Ledger, of: Record, name: str) -> None:
    """It lies in quarantine."""
    ledger.open_intent(intent(of, name))
    ledger.begin(name, place(5, folder="Quarantaine"))
    ledger.close_intent(outcome(intent(of, name), destination=place(9, folder="Quarantaine", uidvalidity=3)))


def left(ledger: Ledger) -> set[int]:
    return {found.place.uid for found in ledger.records()}


def test_what_is_old_goes_with_all_that_hangs_on_it(ledger: Ledger, url: str) -> None:
    ages = {1: 181.0, 2: 180.5, 3: 179.5, 4: 0.0}
    records = [old(uid, days) for uid, days in ages.items()]
    sightings = [Sighting("aa", "accueil", NOON - timedelta(days=200)), Sighting("bb", "accueil", NOON)]
    kept = {records[0].place: frozen(), records[2].place: frozen("0.1.0+b")}
    ledger.add_records(records, Cursor("accueil", "INBOX", 7, 4), frozen=kept, sightings=sightings)
    ledger.open_intent(intent(records[0], "t1", ActionKind.TAG))
    ledger.close_intent(outcome(intent(records[0], "t1", ActionKind.TAG)))
    assert ledger.expire(USUAL, NOON) == Erased(records=2, signatures=1)
    assert left(ledger) == {3, 4}
    assert counts(url) == dict.fromkeys(TABLES, 0) | {"records": 2, "frozen": 1, "editions": 1, "signatures": 1}
    assert ledger.cursor("accueil", "INBOX") == Cursor("accueil", "INBOX", 7, 4)
    assert ledger.expire(USUAL, NOON) == Erased()
    assert [entry.detail for entry in ledger.audit_entries()][-2:] == [{"records": 2}, {"signatures": 1}]


def test_a_case_stays_thirty_days_after_its_decision(ledger: Ledger) -> None:
    for uid, days in ((1, 31), (2, 29)):
        ledger.add_records([old(uid, 300)], None)
        ledger.set_decision(old(uid, 300).id, Decision.CONFIRMED, NOON - timedelta(days=days))
    ledger.expire(USUAL, NOON)
    assert left(ledger) == {2}


def test_a_decision_that_was_taken_back_counts_from_then(ledger: Ledger) -> None:
    of = old(1, 300)
    ledger.add_records([of], None)
    ledger.set_decision(of.id, Decision.CONFIRMED, NOON - timedelta(days=90))
    ledger.set_decision(of.id, None, NOON - timedelta(days=5))
    ledger.expire(USUAL, NOON)
    assert left(ledger) == {1}
    ledger.expire(USUAL, NOON + timedelta(days=26))
    assert left(ledger) == set()


def test_the_way_back_of_what_lies_in_quarantine_never_expires(ledger: Ledger, tmp_path: Path) -> None:
    told = {"verdict": "impersonation", "proven": False, "partial": False, "explanation": {"fr": SECRET}}
    of = old(1, 900, subject=SECRET, author=SECRET, case_json=json.dumps(told))
    ledger.add_records([of], None, frozen={of.place: frozen()})
    hold(ledger, of, "q1")
    assert ledger.expire(USUAL, NOON) == Erased(thinned=1)
    thin = ledger.record(of.id)
    assert thin is not None
    assert (thin.subject, thin.author, thin.sha256, thin.message_id) == ("", "", of.sha256, of.message_id)
    assert json.loads(thin.case_json) == {
        "expired": True,
        "verdict": "impersonation",
        "proven": False,
        "partial": False,
    }
    ((moved, ended),) = ledger.outcomes(of.id)
    assert (moved.flags, moved.internaldate) == (intent(of).flags, intent(of).internaldate)
    assert ended is not None
    assert ended.destination == place(9, folder="Quarantaine", uidvalidity=3)
    assert ledger.expire(USUAL, NOON) == Erased()
    ledger.set_decision(of.id, Decision.CONFIRMED, NOON - timedelta(days=31))
    assert ledger.expire(USUAL, NOON) == Erased(records=1)
    assert SECRET.encode() not in everything(tmp_path)


@pytest.mark.parametrize("state", [State.PENDING, State.MOVING])
def test_what_is_under_way_is_never_forgotten(ledger: Ledger, state: State) -> None:
    """Recovery has to know what it looks for (I-01)."""
    of = old(1, 900)
    ledger.add_records([of], None)
    ledger.open_intent(intent(of))
    if state is State.MOVING:
        ledger.begin("q1", None)
    assert ledger.expire(USUAL, NOON) == Erased()
    assert ledger.forget_records([of.id]) == Erased(under_way=1)
    assert ledger.forget_account("accueil", places=True).under_way == 1
    assert left(ledger) == {1}


def test_what_a_person_released_is_not_quarantined_again_when_its_record_is_gone(ledger: Ledger) -> None:
    of = old(1, 900)
    ledger.add_records([of], None)
    ledger.set_decision(of.id, Decision.RELEASED, NOON - timedelta(days=800))
    ledger.expire(USUAL, NOON)
    assert left(ledger) == set()
    assert ledger.released("accueil", of.sha256)
    assert not ledger.released("direction", of.sha256)
    ledger.add_records([of], None)
    ledger.forget_records([of.id])  # asked for by name: nothing at all stays
    assert not ledger.released("accueil", of.sha256)


def test_more_than_one_batch(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 7)
    ledger.add_records([old(uid, 200) for uid in range(20)] + [record(99)], None)
    assert ledger.expire(USUAL, NOON).records == 20
    assert left(ledger) == {99}
    ledger.add_records([record(uid) for uid in range(20)], None)
    assert ledger.forget_account("accueil", places=True).records == 21
    assert ledger.audit_verified().breaks == []


@pytest.mark.parametrize("asked", ["1@example.org", "<1@example.org>", " <1@example.org> "])
@pytest.mark.parametrize("written", ["1@example.org", "<1@example.org>"])
def test_a_message_is_forgotten_in_every_account(ledger: Ledger, asked: str, written: str) -> None:
    records = [record(place(1, account=name), message_id=written) for name in ("accueil", "direction")]
    ledger.add_records([*records, record(2)], None)
    assert list(ledger.named(asked)) == [found.id for found in records]
    assert list(ledger.named(asked, "direction")) == [records[1].id]
    assert ledger.forget_records(ledger.named(asked)) == Erased(records=2)
    assert left(ledger) == {2}


def test_an_account_is_forgotten_whole(ledger: Ledger, url: str) -> None:
    """W-24."""
    for name in ("accueil", "direction"):
        of = record(place(1, account=name))
        ledger.add_records([of], Cursor(name, "INBOX", 7, 1), sightings=[Sighting("aa", name, NOON)])
        ledger.set_decision(of.id, Decision.RELEASED, NOON)
        ledger.beat(name, "INBOX", NOON, 0, "")
        ledger.change_mode(ModeChange(name, Step.FILE, "tag", "tag", "tag", NOON), after=None)
    assert ledger.forget_account("accueil", places=False) == Erased(records=1, signatures=1)
    assert ledger.cursor("accueil", "INBOX") is not None  # else all its mail would be judged, and moved, anew
    assert ledger.newest_mode("accueil") is not None
    ledger.forget_account("accueil", places=True)
    assert ledger.cursor("accueil", "INBOX") is None
    assert ledger.newest_mode("accueil") is None
    assert [beat[0] for beat in ledger.beats()] == ["direction"]
    assert counts(url)["records"] == 1
    assert {item["kind"] for item in ledger.exported_account("accueil")} == {"audit"}
    assert {item["kind"] for item in ledger.exported_account("direction")} >= {"cursor", "mode", "signature"}


def everything(folder: Path) -> bytes:
    """The file, its WAL, its index: what somebody who steals the disk has."""
    return b"".join(path.read_bytes() for path in folder.glob("vigie.db*"))


def test_nothing_legible_is_left_of_what_was_forgotten(ledger: Ledger, tmp_path: Path) -> None:
    story = json.dumps({"explanation": {"fr": SECRET * 50}}, ensure_ascii=False)
    records = [
        record(uid, subject=SECRET, author=SECRET, message_id=f"{SECRET}{uid}", case_json=story) for uid in range(60)
    ]
    ledger.add_records(records, None, [intent(records[0])])
    ledger.close_intent(outcome(intent(records[0]), detail=SECRET))
    assert everything(tmp_path).count(SECRET.encode()) > 1000
    ledger.forget_records([found.id for found in records])
    assert SECRET.encode() not in everything(tmp_path)


def test_what_is_remembered_can_be_exported(ledger: Ledger) -> None:
    of = record(1)
    ledger.add_records([of], None, frozen={of.place: frozen()})
    hold(ledger, of, "q1")
    ledger.set_decision(of.id, Decision.CONFIRMED, NOON)
    (item,) = ledger.exported([of.id, "unknown"])
    assert json.loads(json.dumps(item)) == item
    assert (item["id"], item["subject"], item["case_json"]) == (of.id, of.subject, {"verdict": "impersonation"})
    assert [found["decision"] for found in item["decisions"]] == ["confirmed"]
    assert [found["flags"] for found in item["intents"]] == [["\\Flagged", "rendez-vous"]]
    assert [found["folder"] for found in item["outcomes"]] == ["Quarantaine"]
    assert item["frozen"][0]["program"] == "0.1.0+a"


# -- whatever the ledger holds -------------------------------------------------------------------------------------------

AGES = st.sampled_from([0, 29, 31, 179, 181, 400])


@st.composite
def cases(draw: st.DrawFn) -> tuple[int, int | None, Decision | None, str]:
    """Age in days, age of the decision, the decision, where the message is: in place, held, under way."""
    decided = draw(st.none() | AGES)
    decision = None if decided is None else draw(st.sampled_from([Decision.RELEASED, Decision.CONFIRMED, None]))
    return draw(AGES), decided, decision, draw(st.sampled_from(["place", "held", "under way"]))


@settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(cases(), max_size=8))
def test_whatever_it_holds(tmp_path: Path, made: list[tuple[int, int | None, Decision | None, str]]) -> None:
    path = tmp_path / "vigie.db"
    for rest in tmp_path.glob("vigie.db*"):
        rest.unlink()
    stays, thin = set(), set()
    with Ledger(f"sqlite:///{path}") as ledger:
        for uid, (age, decided, decision, where) in enumerate(made):
            of = old(uid, age)
            ledger.add_records([of], None, frozen={of.place: frozen()})
            if where == "held":
                hold(ledger, of, f"q{uid}")
            elif where == "under way":
                ledger.open_intent(intent(of, f"q{uid}"))
            if decided is not None:
                ledger.set_decision(of.id, decision, NOON - timedelta(days=decided))
            waits = where == "held" and decision is None
            if age < 180 or where == "under way" or waits or (decided is not None and decided < 30):
                stays.add(uid)
            if age > 180 and waits:
                thin.add(uid)
        ledger.expire(USUAL, NOON)
        assert left(ledger) == stays
        assert {found.place.uid for found in ledger.records() if not found.subject} == thin
        for uid, (age, _, decision, _) in enumerate(made):
            assert ledger.released("accueil", old(uid, age).sha256) is (decision is Decision.RELEASED)
        assert ledger.audit_verified().breaks == []
    counts(f"sqlite:///{path}")


# -- the n-th write fails ------------------------------------------------------------------------------------------------


def _filled(url: str) -> list[Record]:
    records = [old(uid, 200) for uid in range(5)]
    with Ledger(url) as ledger:
        ledger.add_records(records, None, frozen={found.place: frozen() for found in records[:2]})
        hold(ledger, records[3], "q3")
        hold(ledger, records[4], "q4")
        ledger.set_decision(records[1].id, Decision.RELEASED, NOON - timedelta(days=90))
    return records


def _work(ledger: Ledger, records: list[Record], what: str) -> None:
    if what == "expire":
        ledger.expire(USUAL, NOON)
    elif what == "forget":
        ledger.forget_account("accueil", places=True)
    else:
        releases = [replace(intent(found, f"r{found.place.uid}"), kind=ActionKind.RELEASE) for found in records[3:]]
        if not ledger.open_intents("accueil"):
            ledger.release_all(releases, NOON, account="accueil", since=NOON)


@pytest.mark.parametrize("what", ["expire", "forget", "undo"])
def test_the_nth_write_fails(tmp_path: Path, what: str) -> None:
    """I-51: at any write; the work is there wholly or not at all, is done by the next try, and the chain holds throughout."""
    records = _filled(f"sqlite:///{tmp_path / 'vigie.db'}")
    original = (tmp_path / "vigie.db").read_bytes()
    ends, fails = set(), 0
    while True:
        url = f"sqlite:///{tmp_path / 'copy.db'}"
        for rest in tmp_path.glob("copy.db*"):
            rest.unlink()
        (tmp_path / "copy.db").write_bytes(original)
        disk = Disk(fails, full=fails % 2 == 0)
        with Ledger(url) as ledger:
            disk.under(ledger)
            with suppress(LedgerError):
                _work(ledger, records, what)
        with Ledger(url) as ledger:
            assert ledger.audit_verified().breaks == [], f"write {fails}"
            assert len(ledger.open_intents("accueil")) in {0, 2}
            assert {found.decision for found in ledger.records(held=True)} in ({None}, {Decision.RELEASED}, set())
            _work(ledger, records, what)
            ends.add((frozenset(left(ledger)), len(ledger.open_intents("accueil")), tuple(counts(url).items())))
            assert ledger.audit_verified().breaks == []
        if fails and not disk.failed:
            break
        fails += 1 if fails < 6 else 3
    assert fails > 5
    assert len(ends) == 1


def test_a_full_disk_does_not_end_the_daily_job(url: str, caplog: pytest.LogCaptureFixture) -> None:
    _filled(url)
    with Ledger(url) as ledger:
        Disk(1, full=True).under(ledger)
        upkeep.run(ledger, USUAL, Meter())
    assert "nothing was forgotten today" in caplog.text
    with Ledger(url, "service") as ledger, caplog.at_level("INFO", logger="vigie"):
        upkeep.run(ledger, RetentionSettings(days=int((datetime.now(UTC) - NOON).days + 199)), Meter())
        assert "forgotten: 3 records, 2 shortened" in caplog.text
        assert f"head {ledger.audit_verified().head}" in caplog.text


def test_a_message_that_has_two_records_since_its_folder_was_renumbered_has_one_again(ledger: Ledger) -> None:
    """As versions before wrote them: the same content and instant, another id and UIDVALIDITY. Decisions stay, and so do strangers."""
    plain, decided, both = (record(place(uid), sha256=f"aa{uid}", judged_at=NOON) for uid in (1, 2, 3))
    twins = [record(place(uid), sha256="bb", judged_at=NOON) for uid in (4, 5)]
    old = [plain, decided, both, *twins]
    ledger.add_records(old, None)
    copies = [_copied(known) for known in old]
    ledger.add_records(copies, Cursor("accueil", "INBOX", 8, 15))
    stranger = record(place(6, uidvalidity=8), sha256="aa1", judged_at=NOON + timedelta(seconds=1))
    ledger.add_records([stranger], None)
    ledger.set_decision(copies[1].id, Decision.RELEASED, NOON)
    ledger.set_decision(both.id, Decision.CONFIRMED, NOON)
    ledger.set_decision(copies[2].id, Decision.CONFIRMED, NOON)
    assert ledger.join_doubles().records == 4
    left = {known.id: known.place for known in ledger.records()}
    assert left == {
        plain.id: copies[0].place,
        copies[1].id: copies[1].place,
        both.id: both.place,
        copies[2].id: copies[2].place,
        twins[0].id: copies[3].place,
        twins[1].id: copies[4].place,
        stranger.id: stranger.place,
    }
    assert ledger.join_doubles().records == 0
    assert not ledger.audit_verified().breaks


def _copied(known: Record) -> Record:
    """At its place after the renumbering, as versions before wrote it."""
    there = replace(known.place, uidvalidity=8, uid=known.place.uid + 10)
    return replace(known, id=record_id(there), place=there)


def test_an_identical_mail_that_lies_in_quarantine_is_not_joined_with_the_one_in_the_folder(ledger: Ledger) -> None:
    held = record(place(1), sha256="aa", judged_at=NOON)
    ledger.add_records([held], None)
    hold(ledger, held, "q1")
    copy = _copied(held)
    ledger.add_records([copy], Cursor("accueil", "INBOX", 8, 11))
    assert ledger.join_doubles().records == 0
    assert {known.id: known.place for known in ledger.records()} == {held.id: held.place, copy.id: copy.place}


@pytest.mark.parametrize("cursor", [Cursor("accueil", "INBOX", 7, 2), Cursor("accueil", "INBOX", 8, 1)])
def test_of_identical_mails_each_keeps_its_case_and_its_place_when_their_folder_was_renumbered(
    ledger: Ledger, cursor: Cursor
) -> None:
    """Judged in one batch; the second is still to be carried over while its folder is read again, or was gone before."""
    first, second = (record(place(uid), sha256="aa", judged_at=NOON) for uid in (1, 2))
    ledger.add_records([first, second], cursor)
    there = replace(first.place, uidvalidity=8)
    ledger.add_records((), None, relocated={first.id: there})
    assert ledger.join_doubles().records == 0
    assert {known.id: known.place for known in ledger.records()} == {first.id: there, second.id: second.place}
