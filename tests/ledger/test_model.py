"""Whatever is done in whatever order: the store and a dictionary say the same."""

import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.ledger.made import NOON, intent, outcome, place, record
from vigie.ledger.identity import record_id
from vigie.ledger.store import Ledger, LedgerError
from vigie.ledger.types import ActionKind, Cursor, Decision, Intent, Outcome, Place, Record, State

PLACES = st.builds(
    place,
    st.integers(1, 4),
    folder=st.sampled_from(["INBOX", "Éléments"]),
    account=st.sampled_from(["accueil", "direction"]),
    uidvalidity=st.integers(1, 2),
)
RECORDS = st.builds(
    lambda where, number, verdict, sha, instant, retry: record(
        where,
        verdict=verdict,
        sha256=sha,
        judged_at=NOON + timedelta(seconds=instant),
        retry_at=retry,
        id=f"{record_id(where)}{number}",
    ),
    PLACES,
    st.integers(0, 2),
    st.sampled_from(["genuine", "impersonation"]),
    st.sampled_from(["aa", "bb"]),
    st.integers(0, 5),
    st.sampled_from([None, NOON, NOON + timedelta(hours=1)]),
)


class TheStore(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.url = f"sqlite:///{Path(self.folder.name) / 'vigie.db'}"
        self.ledger = Ledger(self.url)
        self.records: dict[Place, Record] = {}
        self.cursors: dict[tuple[str, str], Cursor] = {}
        self.intents: dict[str, Intent] = {}
        self.outcomes: dict[str, Outcome] = {}

    def teardown(self) -> None:
        self.ledger.close()
        self.folder.cleanup()

    @rule(batch=st.lists(RECORDS, max_size=4), where=PLACES, moves=st.booleans())
    def add(self, batch: list[Record], where: Place, moves: bool) -> None:
        cursor = Cursor(where.account, where.folder, where.uidvalidity, where.uid) if moves else None
        self.ledger.add_records(batch, cursor)
        for new in batch:
            old = self.records.get(new.place)
            if old is not None:
                version = old.version + (old.verdict != new.verdict)
                new = replace(new, id=old.id, decision=old.decision, version=version)
            self.records[new.place] = new
        if cursor is not None:
            before = self.cursors.get((cursor.account, cursor.folder))
            if before is not None and before.uidvalidity == cursor.uidvalidity:
                cursor = replace(cursor, last_uid=max(before.last_uid, cursor.last_uid))
            self.cursors[cursor.account, cursor.folder] = cursor

    @rule(where=PLACES, decision=st.sampled_from([None, *Decision]))
    def decide(self, where: Place, decision: Decision | None) -> None:
        if where in self.records:
            self.ledger.set_decision(self.records[where].id, decision, NOON)
            before = self.records[where]
            self.records[where] = replace(before, decision=decision, version=before.version + 1)

    @rule(where=PLACES, kind=st.sampled_from(list(ActionKind)))
    def want(self, where: Place, kind: ActionKind) -> None:
        if where in self.records:
            wanted = intent(self.records[where], f"i{len(self.intents)}", kind)
            self.ledger.open_intent(wanted)
            self.intents[wanted.id] = wanted

    @rule(number=st.integers(0, 5), state=st.sampled_from(list(State)))
    def step(self, number: int, state: State) -> None:
        known = self.intents.get(f"i{number}")
        opened = (State.PENDING, State.MOVING)
        try:
            if state in opened:
                self.ledger.advance(f"i{number}", state)
            else:
                self.ledger.close_intent(outcome(replace(known or intent(record(1)), id=f"i{number}"), state))
        except LedgerError:
            assert known is None or (known.state not in opened and known.state is not state)
            return
        assert known is not None
        if known.state in opened:
            self.intents[known.id] = replace(known, state=state)
            if state not in opened:
                self.outcomes[known.id] = outcome(known, state)

    @rule()
    def reopen(self) -> None:
        self.ledger.close()
        self.ledger = Ledger(self.url)

    @invariant()
    def the_same(self) -> None:
        found = list(self.ledger.records())
        assert {item.place: item for item in found} == self.records
        assert [item.judged_at for item in found] == sorted((item.judged_at for item in found), reverse=True)
        assert {item.id for item in self.ledger.records(held=True)} == self._held()
        for (account, folder), cursor in self.cursors.items():
            assert self.ledger.cursor(account, folder) == cursor
        for account in ("accueil", "direction"):
            mine = [item for item in self.records.values() if item.place.account == account]
            for sha in ("aa", "bb"):
                said = any(item.sha256 == sha and item.decision is Decision.RELEASED for item in mine)
                assert self.ledger.released(account, sha) == said
            due = {item.id for item in mine if item.retry_at == NOON}
            assert {item.id for item in self.ledger.due_retries(account, NOON)} == due
            still = [
                item
                for item in self.intents.values()
                if item.source.account == account and item.id not in self.outcomes
            ]
            assert self.ledger.open_intents(account) == still
        for item in self.records.values():
            wanted = [known for known in self.intents.values() if known.record_id == item.id]
            assert self.ledger.outcomes(item.id) == [(known, self.outcomes.get(known.id)) for known in wanted]

    def _held(self) -> set[str]:
        held: set[str] = set()
        for ended in self.outcomes.values():
            known = self.intents[ended.intent_id]
            if known.kind is ActionKind.QUARANTINE and ended.state is State.DONE:
                held.add(known.record_id)
            elif known.kind is ActionKind.RELEASE and ended.state in (State.DONE, State.GONE):
                held.discard(known.record_id)
        return held


TestTheStore = TheStore.TestCase
TestTheStore.settings = settings(
    max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
