"""What was fetched and is not judged yet is bounded over all mailboxes: a huge message waits, the others go on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scanner import bombing
from tests.scanner.test_supervisor import until
from tests.scanner.world import ScriptedPool, mail, scan
from tests.servers.dovecot import Dovecot, append
from vigie.judge.settings import LimitSettings
from vigie.ledger.store import Ledger
from vigie.rules.types import Case
from vigie.scanner.room import SHARE, SMALL, TINY, Grant, Room

MIB = 1 << 20


class HeldPool(ScriptedPool):
    """Judges nothing until it is let. `most`: the most bytes that it had been handed and had not judged at once."""

    def __init__(self) -> None:
        super().__init__()
        self.let = threading.Event()
        self.most = self._now = 0
        self._lock = threading.Lock()

    def submit(self, raw: bytes, *, key: str, **more: object) -> Future[Case]:
        with self._lock:
            self._now += len(raw)
            self.most = max(self.most, self._now)
        case = super().submit(raw, key=key, **more)
        later: Future[Case] = Future()

        def judge() -> None:
            self.let.wait(60)
            with self._lock:
                self._now -= len(raw)
            later.set_result(case.result())

        threading.Thread(target=judge, daemon=True).start()
        return later


@pytest.fixture
def passes() -> Iterator[list[threading.Thread]]:
    begun: list[threading.Thread] = []
    yield begun
    for one in begun:
        one.join(60)


def test_a_huge_message_waits_and_the_other_mailboxes_go_on(
    dovecot: Dovecot, ledger: Ledger, passes: list[threading.Thread]
) -> None:
    huge, other, third = (dovecot.account() for _ in range(3))
    append(huge, mail("gros-1", body="x" * 5 * MIB), mail("petit"))
    append(other, mail("gros-2", body="y" * 5 * MIB))
    append(third, *(mail(f"m{number}") for number in range(30)))
    room, held = Room(8 * MIB), HeldPool()
    found: dict[str, Any] = {}

    def begin(account: Any, pool: ScriptedPool) -> None:
        passes.append(
            threading.Thread(target=lambda: found.update({account.name: scan(account, ledger, pool, room=room)}))
        )
        passes[-1].start()

    begin(huge, held)
    assert until(lambda: any("uid 1 " in key for key in held.seen))
    begin(other, held)
    assert scan(third, ledger, room=room).judged == 30
    assert len(held.seen) < 3, "the second huge one waits for the first"
    held.let.set()
    for one in passes:
        one.join(60)
    assert (found[huge.name].judged, found[other.name].judged) == (2, 1)
    assert held.most < 8 * MIB
    assert room.used == 0


def test_one_mailbox_full_of_huge_messages_stays_within_the_room(dovecot: Dovecot, ledger: Ledger) -> None:
    """Before, a chunk of 64 was fetched whole before anything of it was written."""
    account = dovecot.account()
    append(account, *(mail(f"gros-{number}", body="z" * (5 * MIB + number)) for number in range(5)), mail("petit"))
    room, pool = Room(16 * MIB), HeldPool()
    pool.let.set()
    summary = scan(account, ledger, pool, room=room)
    assert (summary.judged, summary.total) == (6, 6)
    assert pool.most <= 16 * MIB
    assert room.used == 0
    assert scan(account, ledger, pool, room=room).judged == 0


def test_more_than_there_is_is_granted_to_who_is_alone() -> None:
    room, stop = Room(8 * MIB), threading.Event()
    alone = room.try_take(30 * MIB)
    assert isinstance(alone, Grant)
    assert room.try_take(SMALL + 1) is None
    assert isinstance(room.try_take(TINY), Grant), "ordinary mail has a share of its own"
    stop.set()
    assert room.take(30 * MIB, stop) is None
    room.give_back(alone)
    assert isinstance(room.try_take(30 * MIB), Grant)


def test_nobody_is_deaf_because_others_have_filled_the_room() -> None:
    room, stop = Room(8 * MIB), threading.Event()
    while room.try_take(TINY) is not None:
        pass
    assert isinstance(room.take(TINY, stop), Grant)


@pytest.mark.parametrize(("wanted", "other"), [(7 * MIB // 2, MIB), (9 * MIB, 5 * MIB)])
def test_who_waits_is_not_overtaken_by_who_needs_less(wanted: int, other: int, passes: list[threading.Thread]) -> None:
    """Else forty mailboxes with small mail, or a row of huge messages, would keep a larger one waiting for hours."""
    room, stop, got = Room(16 * MIB), threading.Event(), []
    held = [grant for grant in (room.try_take(other), room.try_take(other)) if grant is not None]
    assert len(held) == 2
    passes.append(threading.Thread(target=lambda: got.append(room.take(wanted, stop))))
    passes[0].start()
    assert until(lambda: room.waiting == 1)
    room.give_back(held.pop())
    assert room.try_take(other) is None, "what is given back is for who waits"
    assert isinstance(room.take(TINY, stop), Grant)
    room.give_back(held.pop())
    passes[0].join(30)
    assert [grant.size for grant in got if grant is not None] == [wanted]
    assert isinstance(room.try_take(TINY), Grant)


def test_the_unit_file_has_room_for_what_the_limits_allow() -> None:
    """For the service itself as it is allowed to be by tests.scanner.bombing, and for two judging processes."""
    unit = (Path(__file__).parents[2] / "deploy" / "vigie.service").read_text(encoding="utf-8")
    told = dict(line.split("=", 1) for line in unit.splitlines() if line.startswith("Memory"))
    assert told == {"MemoryHigh": "1G", "MemoryMax": "2G"}
    limits = LimitSettings()
    assert bombing.room(limits) + 2 * limits.memory_bytes <= 2 << 30
    assert limits.message_bytes <= limits.fetched_bytes - limits.fetched_bytes // SHARE


def test_the_units_are_confined_alike() -> None:
    """The service holds the passwords; ProcSubset=pid would hide from the metrics when it was begun."""
    folder = Path(__file__).parents[2] / "deploy"
    service, pages = (
        {line for line in (folder / f"{name}.service").read_text(encoding="utf-8").splitlines() if _confines(line)}
        for name in ("vigie", "vigie-web")
    )
    assert pages - service == {"ProcSubset=pid"}
    assert not service - pages


def _confines(line: str) -> bool:
    return line.startswith(
        ("No", "Protect", "Private", "Restrict", "System", "Cap", "Lock", "Proc", "UMask", "Remove")
    ) and ("Notify" not in line)


sizes = st.one_of(st.integers(1, TINY), st.integers(TINY, SMALL), st.integers(SMALL + 1, 12 * MIB))


@settings(deadline=None)
@given(st.lists(st.tuples(sizes, st.booleans()), max_size=40))
def test_never_more_than_the_room_but_for_one_message_of_each_kind(asked: list[tuple[int, bool]]) -> None:
    room, most = Room(16 * MIB), 16 * MIB
    held: list[Grant] = []
    for size, gives in asked:
        if gives and held:
            room.give_back(held.pop(0))
        grant = room.try_take(size)
        if grant is not None:
            held.append(grant)
        for huge, share in ((True, most - most // SHARE), (False, most // SHARE)):
            mine = [one.size for one in held if one.huge is huge]
            assert sum(mine) <= share or len(mine) == 1
        assert room.used == sum(one.size for one in held)
    room.give_back(*held)
    assert room.used == 0
