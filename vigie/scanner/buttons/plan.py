"""What is done about messages that people moved into a folder that is a button: one ANSWER each, a reply, and a report."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from vigie.ledger.answers import NOTHING_ASKED, Asked, Letter, LetterState, Reported
from vigie.ledger.handed_in_rows import is_place
from vigie.ledger.handed_in_types import Source
from vigie.ledger.review import Standing, standing
from vigie.ledger.store import Ledger
from vigie.ledger.types import ActionKind, Intent, Place, Record, State
from vigie.rules.types import Case
from vigie.scanner import journal, locate, marks
from vigie.scanner.buttons.copies import HOUR, Copies, Noted
from vigie.scanner.buttons.letter import Answered, Envelope, compose, compose_many, compose_unread, fresh_message_id
from vigie.scanner.decide import Mode, Plan, answer_keywords, decide
from vigie.scanner.hands import Hands
from vigie.scanner.judging import Job
from vigie.scanner.mailboxes.base import FolderStatus, Summary

LOG = logging.getLogger(__name__)

INBOX: Final = "INBOX"
EACH: Final = 10
"""Replies of one batch; more messages than that share one."""
HOURLY: Final = 120
"""Replies of one account: whoever moves mails in a circle, a filter say, does not fill a mailbox with them."""
TURNS: Final = 5
"""Of one message in a day. A rule of a mail program that moves it there again would have it turn for ever."""
DAY: Final = timedelta(days=1)
_OPEN = (State.PENDING, State.MOVING)


@dataclass(frozen=True, slots=True)
class Moved:
    """A message in the folder, judged; `record` under the id that it will have."""

    job: Job
    case: Case
    record: Record


@dataclass(frozen=True, slots=True)
class Deeds:
    """What is to be written for one batch. `records` without those of messages whose case stands elsewhere."""

    records: Sequence[Record]
    intents: Mapping[str, Sequence[Intent]] = field(default_factory=dict)
    """By id of the record, in the order in which they are carried out."""
    asked: Asked = NOTHING_ASKED
    gone: int = 0
    superseded: Sequence[Intent] = ()
    """Words alone that nobody has stored yet, about messages that are answered now."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be done about one message."""

    moved: Moved
    case_of: Record
    """Its case: the record, or that of the message in quarantine that it is."""
    goes_to: str
    into_quarantine: bool
    keywords: tuple[str, ...]
    intents: tuple[Intent, ...]
    report: Noted | None
    """None: it was asked about."""
    circles: int = 0
    """So often it was put back within a day, and stays now."""
    told: bool = False
    """That was said."""


@dataclass(frozen=True, slots=True)
class _Now:
    """What holds for a whole batch."""

    at: datetime
    status: FolderStatus
    mode: Mode
    quarantine: Callable[[], str]
    copies: Copies


class Button:
    """One of the two folders of an account, during a pass. `folder`: its real name."""

    def __init__(self, hands: Hands, folder: str, *, reports: bool) -> None:
        self._hands = hands
        self._ledger = hands.ledger
        self._account = hands.session.account
        self._folder = folder
        self.reports = reports
        """What is moved there is handed in; else it is asked about."""
        self._source = Source.of_folder(self._account.name, folder)

    def known(self, place: Place, sha256: str, used: set[str]) -> Record | None:
        """The case that the message has already, at its new place; None: it gets one, or is in quarantine as far as is known."""
        if self._ledger.record_at(*astuple(place)) is not None:
            return None
        for record in self._ledger.of_content(self._account.name, sha256):
            if is_place(record.place):
                continue  # a program handed it in: that case lies in no mailbox, and stays where it is
            history = self._ledger.outcomes(record.id)
            if standing(history) is Standing.HELD:
                return None
            if record.id not in used and record.place != place and not any(i.state in _OPEN for i, _ in history):
                return replace(record, place=place)
        return None

    def plan(self, judged: Sequence[Moved], status: FolderStatus, mode: Mode, quarantine: Callable[[], str]) -> Deeds:
        """The deeds of one batch; not durable yet. The folder is selected read-write, with `status`, before and after.

        `quarantine`: gives the quarantine folder, "" where there is none; asked only where it is needed.
        """
        if not judged:
            return Deeds(())
        held = self._held(judged, status)
        seen = {one.uid: one for one in self._hands.mailbox.summaries([moved.job.place.uid for moved in judged])}
        at = judged[0].record.judged_at
        now = _Now(at, status, mode, quarantine, self._copies(at))
        wanted = [
            self._wanted(moved, held.get(moved.job.place), seen[moved.job.place.uid], now)
            for moved in judged
            if moved.job.place.uid in seen and not self._is_under_way(held.get(moved.job.place) or moved.record)
        ]
        records = [moved.record for moved in judged if moved.job.place not in held]
        intents = {one.case_of.id: one.intents for one in wanted}
        asked = Asked(tuple(self._letters(wanted)), tuple(self._reported(wanted)))
        gone = len(judged) - len([m for m in judged if m.job.place.uid in seen])
        return Deeds(records, intents, asked, gone, [old for one in wanted for old in self._words_alone(one.case_of)])

    def _copies(self, at: datetime) -> Copies:
        return Copies(self._ledger, self._account.name, self._source, hourly=self._account.reports_per_hour, at=at)

    def give_up(self, records: Sequence[Record]) -> Deeds:
        """Words about messages over which the scan died too often. They are not read once more for that, and stay where they are."""
        intents: dict[str, Sequence[Intent]] = {}
        letters: list[Letter] = []
        for record in records:
            if len(letters) >= room_left(self._ledger, self._account.name, record.judged_at):
                break
            intent = journal.unread(record, record.judged_at)
            name = fresh_message_id()
            raw = compose_unread(self._folder, self._envelope(record.judged_at), name, reported=self.reports)
            intents[record.id] = (intent,)
            letters.append(Letter(intent.id, name, raw, always=True, state=LetterState.WAITING, at=record.judged_at))
        return Deeds(records, intents, Asked(tuple(letters)))

    def _is_under_way(self, record: Record) -> bool:
        """Words alone do nothing to a message: it was not read, or not moved, and may be answered now."""
        return any(intent.state in _OPEN and intent.sha256 for intent, _ in self._ledger.outcomes(record.id))

    def _words_alone(self, record: Record) -> Iterator[Intent]:
        """Those about that message that are still to be stored."""
        history = self._ledger.outcomes(record.id)
        return (intent for intent, _ in history if intent.state in _OPEN and not intent.sha256)

    # -- one message -------------------------------------------------------------------------------------------------

    def _wanted(self, moved: Moved, held: Record | None, seen: Summary, now: _Now) -> _Wanted:
        job, case_of = moved.job, held or moved.record
        keywords = tuple(answer_keywords(moved.case.verdict.label, now.status.keeps))
        stays = job.partial or not self._hands.mailbox.takes_away
        home = "" if stays else self._home(case_of, held is not None)
        here = replace(case_of, place=job.place, sha256=job.sha256)
        report = now.copies.of(job, case_of) if self.reports else None
        bears = keywords if moved.case.error is None else self._borne(case_of, seen)
        destination = self._quarantine(moved, now) if home and held is None else ""
        turns = [] if destination else self._turns(case_of, now.at)
        circles = sum(turn.destination != "" and turn.state is State.DONE for turn in turns) if home else 0
        home = "" if circles >= TURNS else home
        answer = journal.intent_for(here, Plan(ActionKind.ANSWER, bears), seen, home, now.at)
        if circles >= TURNS:
            LOG.warning("%s/%s: put back %d times in a day: it stays there", job.place.account, self._folder, circles)
            said = turns[-1].destination == ""
            return _Wanted(moved, case_of, "", False, keywords, (answer,), report, circles, said)
        if not destination:
            return _Wanted(moved, case_of, home, held is not None and bool(home), keywords, (answer,), report)
        taking = journal.intent_for(here, Plan(ActionKind.QUARANTINE, keywords), seen, destination, now.at)
        return _Wanted(moved, case_of, destination, True, keywords, (answer, taking), report)

    def _turns(self, case_of: Record, at: datetime) -> Sequence[Intent]:
        """The answers about that message in this folder within a day, oldest first. Words alone are none."""
        answers = [known for known, _ in self._ledger.outcomes(case_of.id) if known.kind is ActionKind.ANSWER]
        here = [known for known in answers if known.source.folder == self._folder and known.sha256]
        return [known for known in here if known.created_at >= at - DAY]

    def _borne(self, case_of: Record, seen: Summary) -> tuple[str, ...]:
        """Keywords of an earlier answer: one that could not be examined this time contradicts none."""
        ours = marks.ours(self._ledger.outcomes(case_of.id), seen.flags)
        return tuple(flag for flag in seen.flags if flag.lower() in ours)

    def _quarantine(self, moved: Moved, now: _Now) -> str:
        """Where a reported message is taken; "": back, like all that is asked about."""
        if not self.reports:
            return ""
        job, verdict = moved.job, moved.case.verdict
        released = self._ledger.released(job.place.account, job.sha256)
        plan = decide(verdict, now.mode, keeps=now.status.keeps, released=released, partial=job.partial)
        return now.quarantine() if plan.kind is ActionKind.QUARANTINE else ""

    def _home(self, case_of: Record, held: bool) -> str:
        """Where the ledger knew the message before it was moved here; INBOX where it did not, or that folder is gone."""
        before = self._ledger.record(case_of.id)
        if before is None:
            return INBOX
        history = self._ledger.outcomes(before.id)
        if held:
            return _lies_in(history)
        folder = before.place.folder
        answers = [known for known, _ in history if known.kind is ActionKind.ANSWER and known.source.folder == folder]
        folder = next((answer.destination for answer in reversed(answers) if answer.destination), folder)
        if not folder or folder == self._folder or folder in self._account.buttons:
            return INBOX
        return folder if self._hands.mailbox.next_uid(folder) is not None else INBOX

    def _held(self, judged: Sequence[Moved], status: FolderStatus) -> dict[Place, Record]:
        """The cases of those that were taken out of quarantine. A copy of what still lies there is another message."""
        found: dict[Place, Record] = {}
        looked = False
        for moved in judged:
            for record in self._ledger.of_content(self._account.name, moved.job.sha256):
                history = self._ledger.outcomes(record.id)
                if standing(history) is not Standing.HELD or record.id in {one.id for one in found.values()}:
                    continue
                taken = next(i for i, _ in reversed(history) if i.kind is ActionKind.QUARANTINE)
                folder, looked = _lies_in(history), True
                if locate.in_folder(self._hands.mailbox, folder, taken, ours=lambda _: True) is None:
                    found[moved.job.place] = record
                    break
        if looked:
            locate.same(self._hands.mailbox.select(self._folder, read_only=False), status.uidvalidity)
        return found

    # -- telling people ----------------------------------------------------------------------------------------------

    def _letters(self, wanted: Sequence[_Wanted]) -> Iterator[Letter]:
        """A reply for each, which where a keyword says it too is needed only if the server forgets that; one for many."""
        wanted = [one for one in wanted if not one.told]
        some = [one for one in wanted if self._needs_reply(one)]
        if not wanted:
            return
        at = wanted[0].moved.record.judged_at
        envelope = self._envelope(at)
        room = room_left(self._ledger, self._account.name, at)
        if some and not room:
            LOG.warning("%s/%s: %d replies in an hour: no more for now", self._account.name, self._folder, HOURLY)
            return
        if len(some) > min(EACH, room):
            name = fresh_message_id()
            yield _letter(
                some[0], name, compose_many([self._told(one) for one in some], envelope, name), at, always=True
            )
            return
        for one in some if len(wanted) > EACH else wanted:
            name = fresh_message_id()
            yield _letter(one, name, compose(self._told(one), envelope, name), at, always=one in some)

    def _envelope(self, at: datetime) -> Envelope:
        return Envelope(self._account.language, next(iter(self._account.recipients), ""), at)

    def _needs_reply(self, one: _Wanted) -> bool:
        return self._account.answers == "reply" or not one.keywords or not one.goes_to or one.into_quarantine

    def _told(self, one: _Wanted) -> Answered:
        job = one.moved.job
        return Answered(
            one.moved.case,
            job.received,
            self._folder,
            one.goes_to,
            one.report,
            into_quarantine=one.into_quarantine,
            partial=job.partial,
            circles=one.circles,
        )

    def _reported(self, wanted: Sequence[_Wanted]) -> Iterator[Reported]:
        for one in wanted:
            if one.report is not None:
                yield Reported(one.case_of, one.moved.job.raw if one.report is Noted.KEPT else None, self._source)


def room_left(ledger: Ledger, account: str, at: datetime) -> int:
    """How many replies more an account may have within this hour."""
    return max(HOURLY - ledger.answers.count(account, at - HOUR), 0)


def _letter(one: _Wanted, name: str, raw: bytes, at: datetime, *, always: bool) -> Letter:
    return Letter(one.intents[0].id, name, raw, always, LetterState.WAITING, at)


def _lies_in(history: Sequence[tuple[Intent, object]]) -> str:
    """The quarantine folder that the message was put into last."""
    return next(intent.destination for intent, _ in reversed(history) if intent.kind is ActionKind.QUARANTINE)
