"""`vigie check --replay ID`: a verdict computed again from what was frozen with it. The DNS is not asked; nothing is touched."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.text import Text

from vigie.auth_checks.types import Delivery
from vigie.cli import console, words
from vigie.cli.cases import found, opened
from vigie.cli.check import detail
from vigie.cli.config import Config
from vigie.cli.console import plain
from vigie.cli.explained import explained, reasoning_object
from vigie.cli.faults import mailbox_line
from vigie.cli.language import colon, say, when
from vigie.cli.status import Fault, Status
from vigie.judge.edition import Edition, edition, settings_of
from vigie.judge.export import case_object
from vigie.judge.settings import JudgeSettings
from vigie.judge.workers import WorkerPool, WorkersError
from vigie.ledger.casefile import case_text
from vigie.ledger.identity import mailbox_mark
from vigie.ledger.store import Ledger
from vigie.ledger.types import Frozen, Record
from vigie.rules.types import Case, Label
from vigie.scanner import journal
from vigie.scanner.mailboxes import imap
from vigie.scanner.mailboxes.base import MailboxError
from vigie.scanner.mailboxes.sources import Item, messages
from vigie.scanner.retrieve import message_of
from vigie.scanner.session import Session
from vigie.scanner.settings import SecretError


@dataclass(frozen=True, slots=True)
class Wanted:
    """The command line, as typed."""

    case: str
    file: str | None
    as_json: bool
    no_fail: bool
    verbose: bool
    explain_auth: bool = False


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The verdict then and now."""

    record: Record
    case: Case
    gone: Sequence[Mapping[str, Any]]
    """Findings of then alone."""
    new: Sequence[Mapping[str, Any]]
    """Findings of now alone."""
    changed: Sequence[str]
    """What is not as it was: program, settings, mailbox."""

    @property
    def agrees(self) -> bool:
        """The same verdict about the same brand."""
        now = self.case.verdict
        return self.case.error is None and (self.record.verdict, self.record.brand) == (now.label.value, now.brand)


def replay(path: Path | None, wanted: Wanted) -> Status:
    """Judges the message of a case again and says whether the verdict is the same. Gives the exit status."""
    with opened(path) as (config, ledger):
        record = found(ledger, wanted.case)
        frozen = _frozen(ledger, record)
        raw = _from_file(wanted.file, record) if wanted.file else _from_mailbox(config, ledger, record)
    outcome = _judged_again(config, record, frozen, raw)
    if wanted.as_json:
        more = {"reasoning": reasoning_object(outcome.case)} if wanted.explain_auth else {}
        print(json.dumps({**_object(outcome), **more}), flush=True)
    else:
        screen = console.screen()
        for line in _lines(outcome, wanted):
            screen.print(line)
    accused = outcome.case.verdict.label is Label.IMPERSONATION and not wanted.no_fail
    return Status.IMPERSONATION if accused else Status.DONE


def _frozen(ledger: Ledger, record: Record) -> Frozen:
    """What the verdict rests on. Raises Fault where that was not kept."""
    frozen = ledger.frozen(record.id)
    if frozen is None:
        why = (
            say(
                "d'un courriel sans rapport, seul le verdict est gardé",
                "of an unrelated mail only the verdict is kept",
            )
            if record.verdict == Label.UNRELATED
            else say(
                "rien n'a été gardé avec ce verdict (ancienne version, ou message non examiné)",
                "nothing was kept with this verdict (an earlier version, or a message that was not examined)",
            )
        )
        raise Fault(f"{record.id}: {why}")
    if frozen.lacking:
        cannot = say("ce verdict ne peut pas être recalculé", "this verdict cannot be computed again")
        raise Fault(f"{record.id}: {cannot}: {frozen.lacking}")
    return frozen


# -- the message ---------------------------------------------------------------------------------------------------------


def _from_file(path: str, record: Record) -> bytes:
    """The message of that SHA-256 in a file, mbox or folder. Raises Fault."""
    read = 0
    for item in messages(path, limit=record.size + 1024 * 1024):
        if isinstance(item, Item):
            read += 1
            raw = _same(item.raw, record)
            if raw is not None:
                return raw
    if not read:
        raise Fault(f"{plain(path)}: {say('ne peut pas être lu', 'cannot be read')}")
    other = say(
        f"ce n'est pas le message du cas {record.id} (SHA-256 attendu : {record.sha256})",
        f"this is not the message of case {record.id} (expected SHA-256: {record.sha256})",
    )
    raise Fault(f"{plain(path)}: {other}")


def _same(raw: bytes, record: Record) -> bytes | None:
    """The bytes that were judged, if these are they: whole or only the beginning, with the line ends of the wire or of a file.

    What is saved to a file or an mbox may have lost or won an empty line at its end.
    """
    wire = re.sub(rb"\r?\n", b"\r\n", raw)
    text = wire.rstrip(b"\r\n")
    for whole in (raw, wire, *(text + b"\r\n" * ends for ends in range(3))):
        judged = whole[: record.size] if journal.is_partial(record) else whole
        if hashlib.sha256(judged).hexdigest() == record.sha256:
            return judged
    return None


def _from_mailbox(config: Config, ledger: Ledger, record: Record) -> bytes:
    """From where it was judged, or where it was moved since. Raises Fault."""
    account = config.account(record.place.account)
    if account is None:
        missing = say(
            "ce compte n'est plus dans la configuration : donnez le fichier du message",
            "this account is no longer in the configuration: give the message's file",
        )
        raise Fault(f"{plain(record.place.account)}: {missing}", Status.USAGE)
    try:
        with Session(account, imap.connect) as session:
            raw = message_of(session.mailbox, record, ledger.outcomes(record.id))
    except (MailboxError, SecretError) as error:
        raise Fault(mailbox_line(account.name, error)) from None
    if raw is None:
        nowhere = say(
            "le message n'est plus là où Vigie l'a vu : donnez son fichier",
            "the message is no longer where Vigie saw it: give its file",
        )
        raise Fault(f"{record.id}: {nowhere}")
    return raw


# -- judging -------------------------------------------------------------------------------------------------------------


def _judged_again(config: Config, record: Record, frozen: Frozen, raw: bytes) -> _Outcome:
    then = Edition(frozen.program, frozen.settings)
    settings = settings_of(then, config.judge)
    recipients = _recipients(config, record, frozen)
    case = _case(settings or config.judge, record, frozen, raw, recipients or ())
    changed = {
        "program": edition(config.judge).program != then.program,
        "settings": settings is None,
        "mailbox": recipients is None,
    }
    before, after = _findings(json.loads(record.case_json)), _findings(json.loads(case_text(case_object(case))))
    return _Outcome(
        record=record,
        case=case,
        gone=[finding for key, finding in before.items() if key not in after],
        new=[finding for key, finding in after.items() if key not in before],
        changed=[what for what, is_so in changed.items() if is_so],
    )


def _recipients(config: Config, record: Record, frozen: Frozen) -> tuple[str, ...] | None:
    """The mailbox's addresses, which were not kept; None where they are not those of then any more."""
    account = config.account(record.place.account)
    now = account.recipients if account is not None else ()
    return now if mailbox_mark(record.place.account, now) == frozen.mailbox else None


def _case(settings: JudgeSettings, record: Record, frozen: Frozen, raw: bytes, recipients: tuple[str, ...]) -> Case:
    try:
        with WorkerPool(settings) as pool:
            return pool.submit(
                raw,
                received=frozen.received,
                key=record.id,
                now=frozen.examined_at,
                delivery=Delivery(recipients, frozen.elsewhere),
                answers=frozen.answers,
            ).result()
    except WorkersError as error:
        raise Fault(str(error)) from None


def _findings(told: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """By their whole content, in the form in which the ledger keeps them."""
    return {json.dumps(finding, sort_keys=True): finding for finding in told.get("findings", ())}


# -- telling -------------------------------------------------------------------------------------------------------------


def _object(outcome: _Outcome) -> dict[str, Any]:
    record = outcome.record
    return {
        "replay": record.id,
        "agrees": outcome.agrees,
        "then": {
            "verdict": record.verdict,
            "brand": record.brand,
            "decided_by": record.decided_by,
            "judged_at": record.judged_at.isoformat(),
        },
        "findings_then_only": outcome.gone,
        "findings_now_only": outcome.new,
        "changed": outcome.changed,
        **case_object(outcome.case),
    }


def _lines(outcome: _Outcome, wanted: Wanted) -> Iterator[Text]:
    record, case = outcome.record, outcome.case
    now = case.verdict.label
    yield Text(f"{record.id}  {plain(record.author) or '?'}  « {plain(record.subject)} »")
    at = when(record.judged_at)
    yield Text(f"  {say('alors', 'then')} ({at}){colon()} ").append(
        words.verdict(record.verdict), style=words.STYLE[Label(record.verdict)]
    )
    again = Text(f"  {say('recalculé', 'computed again')}{colon()} ").append(words.verdict(now), style=words.STYLE[now])
    yield again.append(f"  → {_agreement(outcome)}", style="not bold default on default")
    if case.error is not None:
        yield Text(f"  {say('non examiné', 'not examined')}{colon()} {case.error.kind}: {plain(case.error.detail)}")
    for sign, findings in (("-", outcome.gone), ("+", outcome.new)):
        yield from (_finding(sign, finding) for finding in findings)
    for what in outcome.changed:
        yield Text(f"  {_CHANGED[what]()}", style="dim")
    if wanted.verbose:
        yield from detail(case)
    if wanted.explain_auth:
        yield from explained(case)


def _agreement(outcome: _Outcome) -> str:
    if not outcome.agrees:
        return say("un autre verdict", "another verdict")
    if outcome.gone or outcome.new:
        return say("le même verdict, d'autres constats", "the same verdict, other findings")
    return say("le même verdict, les mêmes constats", "the same verdict, the same findings")


def _finding(sign: str, finding: Mapping[str, Any]) -> Text:
    quotes = " · ".join(f"{plain(quote['where'])}: {plain(quote['text'])}" for quote in finding["quotes"][:3])
    weight = f"{words.kind(finding['kind'])}, {words.strength(finding['strength'])}, {words.layer(finding['layer'])}"
    return Text(f"  {sign} {plain(finding['rule'])} ({weight})  {quotes}")


_CHANGED = {
    "program": lambda: say(
        "Vigie a changé depuis (version, règles ou marques).", "Vigie has changed since (version, rules or brands)."
    ),
    "settings": lambda: say(
        "Les réglages d'alors ne valent plus ici : ceux d'aujourd'hui ont servi.",
        "The settings of then are no longer valid here: those of today were used.",
    ),
    "mailbox": lambda: say(
        "Les adresses de la boîte ont changé depuis : les indices de rediffusion peuvent différer.",
        "The mailbox's addresses have changed since: hints of a replay may differ.",
    ),
}
