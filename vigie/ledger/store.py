"""The ledger's door: records, intents, outcomes, cursors, decisions. One transaction a call; durable when the call returns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from sqlalchemy import Connection, false, select, update
from sqlalchemy.dialects.sqlite import insert

from vigie.ledger import (
    answers,
    attempt_rows,
    audit,
    bulk_rows,
    bulks,
    deciding,
    frozen_rows,
    intent_rows,
    record_rows,
    retention,
    sealing,
    sending_rows,
    signature_rows,
    view_rows,
)
from vigie.ledger.answers import NOTHING_ASKED, Answers, Asked, LetterState
from vigie.ledger.asks import Asks
from vigie.ledger.audit import What
from vigie.ledger.columns import instant, instant_text, optional_instant, optional_instant_text, storable
from vigie.ledger.desk import Desk
from vigie.ledger.digests import Digests
from vigie.ledger.faults import LedgerError
from vigie.ledger.handed_in import Intake
from vigie.ledger.keeping import Keeper
from vigie.ledger.outbox import Outbox
from vigie.ledger.people import People
from vigie.ledger.review_types import EVERYWHERE, Pending, Scope
from vigie.ledger.schema import HEARTBEATS
from vigie.ledger.tokens import Tokens
from vigie.ledger.types import (
    ActionKind,
    Cursor,
    Decision,
    Frozen,
    Heartbeat,
    Intent,
    Outcome,
    Place,
    Record,
    Sending,
    Sighting,
    State,
)
from vigie.rules.types import Label

__all__ = ["Ledger", "LedgerError"]

_PAGE = 200
NOTHING_FROZEN: Mapping[Place, Frozen] = MappingProxyType({})
NOWHERE: Mapping[str, Place] = MappingProxyType({})


class Ledger(Keeper):
    """What Vigie remembers. Thread-safe; several programs may have it open. Every method raises LedgerError.

    SQLite: WAL, synchronous=FULL, foreign_keys on, busy_timeout 5 s. What is decided or done about a message is told in the
    audit log, in the same transaction.
    """

    def __init__(self, url: str, who: str = "vigie") -> None:
        """Opens it, creating or migrating the schema. `url` as in vigie.toml ("sqlite:///vigie.db").

        `who`: in whose name, for the audit log: "service", "cli:marie".
        """
        super().__init__(url, who)

    @property
    def path(self) -> Path:
        """The file: locks stand beside it."""
        return self._database.path

    def close(self) -> None:
        """Releases files."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def desk(self, who: str, within: Scope = EVERYWHERE, *, second_reviewer: bool = False) -> Desk:
        """What a person may see and decide, in his name. `within`: his accounts; `second_reviewer`: see wishes."""
        return Desk(self._database, who, within, second_reviewer=second_reviewer)

    @property
    def people(self) -> People:
        """Who may use the web pages."""
        return People(self._database)

    @property
    def digests(self) -> Digests:
        """What people are told by mail."""
        return Digests(self._database, self._who)

    @property
    def asks(self) -> Asks:
        """The links of digests, by which a recipient asks for a message."""
        return Asks(self._database)

    @property
    def tokens(self) -> Tokens:
        """By which programs ask the API."""
        return Tokens(self._database)

    @property
    def handed_in(self) -> Intake:
        """Messages that people hand in."""
        return Intake(self._database)

    @property
    def answers(self) -> Answers:
        """Replies to people who asked by moving a message."""
        return Answers(self._database)

    @property
    def outbox(self) -> Outbox:
        """What is to be reported, for the service that sends it."""
        return Outbox(self._database, self._who)

    def version(self) -> int:
        """Differs from an earlier answer where something was written meanwhile, by whatever program. Cheap: for looking often."""
        return self._database.version()

    def check(self) -> None:
        """Returns where something could be written now; writes nothing."""
        with self._writing() as connection:
            # The transaction took the write lock when it began; but of a file that may only be read SQLite grants that, too.
            connection.execute(update(HEARTBEATS).where(false()).values(lag_uids=0))

    def cursor(self, account: str, folder: str) -> Cursor | None:
        """How far the folder was judged."""
        with self._database.reading() as connection:
            return record_rows.cursor(connection, account, folder)

    def add_records(
        self,
        records: Iterable[Record],
        cursor: Cursor | None,
        intents: Iterable[Intent] = (),
        *,
        frozen: Mapping[Place, Frozen] = NOTHING_FROZEN,
        sightings: Iterable[Sighting] = (),
        relocated: Mapping[str, Place] = NOWHERE,
        asked: Asked = NOTHING_ASKED,
    ) -> None:
        """Writes records, opens the intents about them and moves the cursor, in one transaction.

        A record of a place that has one already replaces it (keeping its id and decision). The cursor never goes back
        within one UIDVALIDITY. Attempts at what is judged now are forgotten. `frozen`: what the verdicts of these records
        rest on; of an unrelated mail nothing stays frozen. `relocated`: where the messages of these records, by id, are now. `asked`:
        what is to be told to people about these intents, and what they report.
        """
        judged, wanted = tuple(records), tuple(intents)
        if not judged and not wanted and not relocated and cursor is None:
            return
        with self._writing() as connection:
            record_rows.relocate(connection, relocated)
            record_rows.write(connection, judged)
            frozen_rows.write(connection, frozen)
            frozen_rows.forget(connection, [record.place for record in judged if record.verdict == Label.UNRELATED])
            signature_rows.write(connection, sightings)
            verdicts = {record.id: record.verdict for record in judged}
            for intent in wanted:
                self._open(connection, intent, verdict=verdicts.get(intent.record_id, ""))
            if asked.letters or asked.reported:
                accounts = {intent.id: intent.source.account for intent in wanted}
                answers.write(connection, self.path, asked, accounts, audit.now())
            if cursor is not None:
                record_rows.move_cursor(connection, cursor)
            attempt_rows.clear(connection, [*relocated.values(), *(record.place for record in judged)], cursor)

    def count_attempts(self, places: Iterable[Place]) -> None:
        """The judgement of each begins: counted before anything can go wrong with it (I-50)."""
        begun = tuple(places)
        if begun:
            with self._writing() as connection:
                attempt_rows.count(connection, begun)

    def uncount_attempts(self, places: Iterable[Place]) -> None:
        """The judgement of each was given up in good order: no message is to blame."""
        begun = tuple(places)
        if begun:
            with self._writing() as connection:
                attempt_rows.uncount(connection, begun)

    def attempts(self, account: str, folder: str, uidvalidity: int) -> dict[int, int]:
        """UID -> how many of its judgements were begun and never written: what a killed scan has left behind."""
        with self._database.reading() as connection:
            return attempt_rows.counted(connection, account, folder, uidvalidity)

    def record(self, record_id: str) -> Record | None:
        """By id or by an unambiguous beginning of it (at least 4 characters)."""
        found = self.records_like(record_id, limit=2)
        return found[0] if len(found) == 1 else None

    def records_like(self, beginning: str, *, limit: int = 10) -> Sequence[Record]:
        """The one record of that id, else those whose id begins so (at least 4 characters): to say which were meant."""
        with self._database.reading() as connection:
            return record_rows.beginning_with(connection, beginning, limit)

    def record_at(self, account: str, folder: str, uidvalidity: int, uid: int) -> Record | None:
        """The record of a place."""
        with self._database.reading() as connection:
            return record_rows.at_place(connection, account, folder, uidvalidity, uid)

    def records(
        self,
        *,
        account: str | None = None,
        verdicts: Sequence[str] = (),
        since: datetime | None = None,
        held: bool | None = None,
        limit: int = 1000,
    ) -> Iterator[Record]:
        """Newest first. `held`: the message lies in quarantine now."""
        wanted = record_rows.Filter(account=account, verdicts=tuple(verdicts), since=since, held=held)
        mark: tuple[str, int] | None = None
        while limit > 0:
            with self._database.reading() as connection:
                found, mark = record_rows.page(connection, wanted, min(limit, _PAGE), mark)
            yield from found  # no transaction is open while the caller works
            limit -= len(found)
            if mark is None:
                return

    def frozen(self, record_id: str) -> Frozen | None:
        """What the verdict of that record rests on; None where nothing was frozen with it."""
        with self._database.reading() as connection:
            return frozen_rows.of_record(connection, record_id)

    def elsewhere(self, signature_ids: Collection[str], account: str) -> Mapping[str, frozenset[str]]:
        """The other accounts in which each of these signatures was seen; without those that were seen nowhere else."""
        if not signature_ids:
            return {}
        with self._database.reading() as connection:
            return signature_rows.elsewhere(connection, signature_ids, account)

    def stale_records(self, account: str, folder: str, uidvalidity: int, sha256: str) -> Sequence[Record]:
        """Records of that content in that folder under another UIDVALIDITY, the likeliest first: for re-matching after a change."""
        with self._database.reading() as connection:
            return record_rows.stale(connection, account, folder, uidvalidity, sha256)

    def of_content(self, account: str, sha256: str) -> Sequence[Record]:
        """Records of that content in that account, newest first; none for ""."""
        with self._database.reading() as connection:
            return record_rows.of_content(connection, account, sha256)

    def under_their_ids(self, records: Sequence[Record]) -> Sequence[Record]:
        """The same records, all of one folder, under the ids that they have or will have: intents name them."""
        with self._database.reading() as connection:
            return record_rows.under_their_ids(connection, records)

    def due_retries(self, account: str, now: datetime) -> Sequence[Record]:
        """Records to judge again (row 7)."""
        with self._database.reading() as connection:
            return record_rows.due(connection, account, now)

    def set_decision(self, record_id: str, decision: Decision | None, at: datetime) -> None:
        """What a person decided; None takes it back."""
        with self._writing() as connection:
            self._decide(connection, record_id, decision, at)

    def decisions(self, record_id: str) -> Sequence[tuple[Decision | None, datetime]]:
        """Every decision about a record, oldest first; None: the one before it was taken back."""
        with self._database.reading() as connection:
            found = record_rows.decided(connection, (record_id,))[record_id]
        return [(taken.decision, taken.at) for taken in found]

    def released(self, account: str, sha256: str) -> bool:
        """True where a person released that content in that account: it is never quarantined again."""
        with self._database.reading() as connection:
            return record_rows.released(connection, account, sha256)

    def open_intent(self, intent: Intent) -> None:
        """Makes the intent durable (state PENDING) before anything is done for it."""
        with self._writing() as connection:
            self._open(connection, intent)

    def release(self, intent: Intent, at: datetime) -> None:
        """A person's release as one step: the decision, which keeps the scanner from moving it again (I-47), and the intent."""
        with self._writing() as connection:
            self._decide(connection, intent.record_id, Decision.RELEASED, at)
            self._open(connection, intent)

    def release_all(self, intents: Sequence[Intent], at: datetime, *, account: str, since: datetime) -> None:
        """Many releases as one step, all or none; `account` and `since` are told in the audit log."""
        with self._writing() as connection:
            told: dict[str, str | int] = {"since": instant_text(since), "messages": len(intents)}
            self._note(connection, What.UNDO, account=account, detail=told)
            for intent in intents:
                self._decide(connection, intent.record_id, Decision.RELEASED, at)
                self._open(connection, intent)

    def advance(self, intent_id: str, state: State) -> None:
        """PENDING -> MOVING, durable before the command is sent; back to PENDING when the server refused: nothing is under way."""
        with self._writing() as connection:
            intent_rows.advance(connection, intent_id, state)

    def begin(self, intent_id: str, before: Place | None) -> None:
        """PENDING -> MOVING with the destination as it is before the command is sent, see Sending; None: nobody knows.

        Of an intent that is MOVING already what was seen before the first command stays.
        """
        with self._writing() as connection:
            sending_rows.begin(connection, intent_id, before)
            intent_rows.advance(connection, intent_id, State.MOVING)

    def put_off(self, intent_ids: Iterable[str], until: datetime) -> None:
        """They stay open, are not tried before that instant, and never again before new mail."""
        with self._writing() as connection:
            sending_rows.put_off(connection, intent_ids, until)

    def sending(self, intent_id: str) -> Sending:
        """What is known about the carrying out of an open intent."""
        with self._database.reading() as connection:
            return sending_rows.of_intent(connection, intent_id)

    def sendings(self, account: str) -> Mapping[str, Sending]:
        """The same for all open intents of an account, by id, without those of which nothing is known."""
        with self._database.reading() as connection:
            return sending_rows.of_account(connection, account)

    def close_intent(self, outcome: Outcome, *, instead: Intent | None = None, asked: Asked = NOTHING_ASKED) -> None:
        """Writes how it ended and closes it, and opens what is to be done instead, with its reply, in one transaction."""
        with self._writing() as connection:
            if instead is not None:
                self._open(connection, instead)
                answers.write(connection, self.path, asked, {instead.id: instead.source.account}, audit.now())
            ended = intent_rows.close(connection, outcome)
            sending_rows.forget(connection, outcome.intent_id)
            if ended is not None:
                told = {"intent": ended.id, "kind": ended.kind.value, "state": outcome.state.value}
                self._note(connection, What.ENDED, account=ended.source.account, about=ended.record_id, detail=told)
                if ended.kind in intent_rows.BACK and outcome.destination is not None:
                    self._absorb(connection, ended, outcome.destination)
                if ended.kind is ActionKind.ANSWER:
                    answers.move_on(connection, ended.id, LetterState.ENDED)
                    if outcome.destination is not None:
                        record_rows.follow(connection, ended.record_id, ended.source, outcome.destination)

    def _absorb(self, connection: Connection, release: Intent, there: Place) -> None:
        """Removes the second case of a message that was put back: it was read at its new place before that was known to have ended.

        One that somebody decided about, or for which something was done, stays.
        """
        second = record_rows.at_place(connection, there.account, there.folder, there.uidvalidity, there.uid)
        if second is None or second.id == release.record_id or second.sha256 != release.sha256:
            return
        if second.decision is None and not intent_rows.history(connection, second.id):
            self._note_erased(connection, What.FORGOTTEN, retention.remove(connection, (second.id,), keep_allowed=True))

    def open_intents(self, account: str) -> Sequence[Intent]:
        """Those neither DONE, GONE nor FAILED, oldest first: what recovery has to look at."""
        with self._database.reading() as connection:
            return intent_rows.still_open(connection, account)

    def outcomes(self, record_id: str) -> Sequence[tuple[Intent, Outcome | None]]:
        """Everything that was wanted and done for a record, oldest first."""
        with self._database.reading() as connection:
            return intent_rows.history(connection, record_id)

    def finish_bulks(self) -> None:
        """Goes on with the decisions about many cases that somebody began, as far as it can be done now."""
        with self._database.reading() as connection:
            waiting = bulk_rows.unfinished(connection)
        for bulk_id in waiting:
            bulks.work_off(self._database, bulk_id)

    def wanted_views(self, account: str, now: datetime) -> Sequence[Pending]:
        """Messages of the account that people want to look at, oldest request first."""
        with self._database.reading() as connection:
            return view_rows.pending(connection, account, now)

    def answer_view(self, request_id: str, answer: bytes | tuple[str, str], now: datetime) -> None:
        """The message, which is encrypted before it gets near the disk (W-25), or (code, text): why there is none, see Failed.

        What nobody waits for any more is dropped.
        """
        sealed = sealing.seal(self._database.path, answer, request_id) if isinstance(answer, bytes) else None
        code, text = ("", "") if isinstance(answer, bytes) else answer
        with self._writing() as connection:
            view_rows.answer(connection, request_id, sealed, code=code, text=text, now=now)

    def expire_views(self, now: datetime) -> int:
        """Removes the messages whose ten minutes are over; gives how many."""
        with self._database.reading() as connection:
            if not view_rows.any_expired(connection, now):
                return 0
        with self._writing() as connection:
            return view_rows.expire(connection, now)

    def ended_at(self, place: Place) -> bool:
        """True where a message was brought to that place by an intent that is DONE: no other intent's message lies there."""
        with self._database.reading() as connection:
            return intent_rows.ended_at(connection, place)

    def brought_back(
        self, account: str | None = None, contents: Collection[str] | None = None
    ) -> Mapping[Place, Intent]:
        """Where our own releases and answers have put messages, with that intent: a message of its SHA-256 there has a case already.

        `contents`: of these SHA-256 alone.
        """
        with self._database.reading() as connection:
            return intent_rows.brought_back(connection, account, contents)

    def received(self, record_ids: Collection[str]) -> Mapping[str, datetime]:
        """When the messages of these records came (INTERNALDATE), where it was kept: not of unrelated mail."""
        with self._database.reading() as connection:
            return frozen_rows.received(connection, record_ids)

    def beat(
        self,
        account: str,
        folder: str,
        at: datetime,
        lag_uids: int,
        error: str,
        *,
        known_at: datetime | None = None,
        behind_since: datetime | None = None,
    ) -> None:
        """The service's heartbeat for a folder, see Heartbeat."""
        news = {
            "at": instant_text(at),
            "lag_uids": lag_uids,
            "error": storable(error),
            "known_at": optional_instant_text(known_at),
            "behind_since": optional_instant_text(behind_since),
        }
        new = insert(HEARTBEATS).values(account=storable(account), folder=storable(folder), **news)
        with self._writing() as connection:
            connection.execute(new.on_conflict_do_update(index_elements=("account", "folder"), set_=news))

    def beats(self) -> Sequence[tuple[str, str, datetime, int, str]]:
        """The newest heartbeat of each folder: account, folder, at, lag_uids, error."""
        return [(beat.account, beat.folder, beat.at, beat.lag_uids, beat.error) for beat in self.heartbeats()]

    def heartbeats(self) -> Sequence[Heartbeat]:
        """The newest heartbeat of each folder."""
        query = select(HEARTBEATS).order_by(HEARTBEATS.c.account, HEARTBEATS.c.folder)
        with self._database.reading() as connection:
            return [
                Heartbeat(
                    row.account,
                    row.folder,
                    instant(row.at),
                    row.lag_uids,
                    row.error,
                    optional_instant(row.known_at),
                    optional_instant(row.behind_since),
                )
                for row in connection.execute(query)
            ]

    def _open(self, connection: Connection, intent: Intent, **more: str) -> None:
        deciding.open_intent(connection, intent, who=self._who, **more)

    def _decide(self, connection: Connection, record_id: str, decision: Decision | None, at: datetime) -> None:
        deciding.write(connection, record_id, decision, at=at, who=self._who)
