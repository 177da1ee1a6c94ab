"""What enforce would do is what enforce does, on a real Dovecot; and looking changes nothing."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta

import pytest

from tests.scanner.world import QUARANTINE, ScriptedPool, hands, look, mail, places, scan
from tests.servers.dovecot import Dovecot, append, client
from vigie.judge.workers import WorkersError
from vigie.ledger.store import Ledger
from vigie.ledger.types import ActionKind, Decision
from vigie.rules.types import Case
from vigie.scanner import rehearsal
from vigie.scanner.mailboxes.base import MailboxError
from vigie.scanner.rehearsal import Rehearsed
from vigie.scanner.settings import AccountSettings

OLD = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
NEW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
SINCE = NEW - timedelta(days=2)
LIMIT = 64 * 1024
MAILS = (
    mail("faux", "impersonation"),
    mail("prouve", "impersonation proven"),
    mail("douteux", "suspicious"),
    mail("vrai", "genuine"),
    mail("autre", "unrelated"),
    mail("gros", "impersonation", body="x" * (2 * LIMIT)),
)


@pytest.fixture
def box(dovecot: Dovecot) -> AccountSettings:
    account = dovecot.account()
    append(account, *MAILS, when=NEW)
    append(account, mail("ancien", "impersonation"), when=OLD)
    return account


def again(account: AccountSettings, ledger: Ledger, pool: ScriptedPool | None = None) -> list[Rehearsed]:
    work = hands(account, ledger)
    with contextlib.closing(work.session):
        found = rehearsal.again(
            work.session, ledger, pool or ScriptedPool(), SINCE, limit=LIMIT, stop=threading.Event()
        )
        return list(found)


def plans(found: list[Rehearsed]) -> dict[str, ActionKind | None]:
    return {one.record.subject: one.plan.kind for one in found if one.record.subject}


WANTED = {
    "faux": ActionKind.QUARANTINE,
    "prouve": None,
    "douteux": ActionKind.TAG,
    "vrai": None,
    "gros": ActionKind.TAG,
}


def test_the_folder_is_judged_and_nothing_is_touched(box: AccountSettings, ledger: Ledger) -> None:
    before = look(box)
    found = again(box, ledger)
    assert plans(found) == WANTED
    assert len(found) == len(MAILS)
    assert {one.came for one in found} == {NEW}
    assert look(box) == before
    assert list(ledger.records()) == []
    assert ledger.cursor(box.name, "INBOX") is None
    assert ledger.attempts(box.name, "INBOX", found[0].record.place.uidvalidity) == {}
    assert list(ledger.audit_entries()) == []


def test_what_is_rehearsed_is_what_is_done(box: AccountSettings, ledger: Ledger) -> None:
    foreseen = again(box, ledger)
    scan(box, ledger, mode="observe", limit=LIMIT)
    lately = list(rehearsal.from_ledger(ledger, box.name, SINCE))
    assert plans(lately) == WANTED
    assert len(lately) == len(MAILS)
    from_ledger = list(rehearsal.from_ledger(ledger, box.name, OLD))
    assert plans(from_ledger) == {**WANTED, "ancien": ActionKind.QUARANTINE}
    assert [one.record.id for one in foreseen if one.plan.kind] == [
        one.record.id for one in reversed(from_ledger) if one.plan.kind and one.record.subject != "ancien"
    ]
    scan(box, ledger, since=OLD, limit=LIMIT)
    done = {record.subject: [i.kind for i, _ in ledger.outcomes(record.id)] for record in ledger.records()}
    assert {name: kinds[0] if kinds else None for name, kinds in done.items() if name} == plans(from_ledger)
    assert {name for name, folders in places(box).items() if QUARANTINE in folders} == {"faux", "ancien"}


def test_what_lies_in_quarantine_is_judged_where_it_was(box: AccountSettings, ledger: Ledger) -> None:
    scan(box, ledger, limit=LIMIT)
    held = {one.record.subject: one for one in again(box, ledger)}
    assert held["faux"].plan.kind is ActionKind.QUARANTINE
    assert held["faux"].record.place.folder == "INBOX"
    assert "ancien" not in held


def test_another_verdict_than_then_is_told(box: AccountSettings, ledger: Ledger) -> None:
    scan(box, ledger, mode="observe", limit=LIMIT)
    with client(box) as connection:
        connection.select_folder("INBOX")
        (first, *_) = connection.search(["SUBJECT", "faux"])
    ledger.add_records(
        [
            type(record)(**{name: getattr(record, name) for name in record.__slots__} | {"verdict": "suspicious"})
            for record in ledger.records()
            if record.place.uid == first
        ],
        None,
    )
    assert {one.record.subject: one.then for one in again(box, ledger) if one.then} == {"faux": "suspicious"}


def test_a_decision_does_not_hide_what_would_have_been(box: AccountSettings, ledger: Ledger) -> None:
    scan(box, ledger, limit=LIMIT)
    for record in ledger.records(held=True):
        ledger.set_decision(record.id, Decision.RELEASED, NEW)
    found = list(rehearsal.from_ledger(ledger, None, SINCE))
    assert plans(found)["faux"] is ActionKind.QUARANTINE


def test_a_missing_folder_is_a_fault(box: AccountSettings, ledger: Ledger) -> None:
    with pytest.raises(MailboxError):
        again(box.model_copy(update={"folders": ("INBOX", "Absent")}), ledger)


class _Broken(ScriptedPool):
    def submit(self, raw: bytes, *, key: str, **more: object) -> Future[Case]:
        raise WorkersError(f"no worker starts for {key} ({len(raw)} bytes, {len(more)} more)")


def test_broken_workers_are_a_fault(box: AccountSettings, ledger: Ledger) -> None:
    with pytest.raises(WorkersError):
        again(box, ledger, _Broken())


def test_a_stop_ends_it(box: AccountSettings, ledger: Ledger) -> None:
    work, stop = hands(box, ledger), threading.Event()
    with contextlib.closing(work.session):
        found = rehearsal.again(work.session, ledger, ScriptedPool(), SINCE, limit=LIMIT, stop=stop)
        next(found)
        stop.set()
        assert len(list(found)) < len(MAILS)
