"""`vigie report ID --to CHANNEL`: shows what would be sent, asks, and sends it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from vigie.cli import console
from vigie.cli.asking import agreed
from vigie.cli.cases import found, opened
from vigie.cli.config import Config
from vigie.cli.console import plain
from vigie.cli.faults import mailbox_line
from vigie.cli.language import colon, say
from vigie.cli.person import at_the_keyboard
from vigie.cli.status import Fault, Status
from vigie.cli.stopping import stoppable
from vigie.ledger.report_types import Draft, Report, ReportState
from vigie.ledger.reports import Reports
from vigie.ledger.review_types import Refusal, Unknown
from vigie.ledger.store import Ledger
from vigie.scanner import viewing
from vigie.scanner.lock import account_lock
from vigie.scanner.mailboxes import imap
from vigie.scanner.mailboxes.base import MailboxError
from vigie.scanner.reporting.dispatch import Dispatch
from vigie.scanner.reporting.known import CHANNELS, switched_on
from vigie.scanner.session import Session
from vigie.scanner.settings import SecretError

_FRENCH: Final = {
    "not-confirmed": "personne ne l'a confirmé comme fraude : faites-le d'abord (vigie review confirm)",
    "partial": "seul le début de ce message a été lu : il est trop gros pour être signalé",
    "not-drafted": "il n'y a rien à envoyer, ou plus rien",
    "disputed": "quelqu'un demande de revenir sur cette fraude : elle ne sera signalée que quand tous seront d'accord",
    "dry-run": "celui-ci n'est qu'un essai",
    "report-under-way": "il est déjà en route vers ce canal",
    "reported": "ce canal l'a déjà reçu",
}
SHOWN: Final = 20_000
"""Bytes of a preview; of a large original the rest is told as a number."""


def report(path: Path | None, case: str, channel: str, *, dry_run: bool, yes: bool) -> Status:
    """One case for one channel. Gives the exit status; raises Fault."""
    stop = threading.Event()
    with opened(path) as (config, ledger), stoppable(stop):
        _check(config, channel)
        record = found(ledger, case)
        reports = ledger.desk(at_the_keyboard()).reports
        told = reports.ask(record.id, channel, at=datetime.now(UTC), dry_run=dry_run)
        if not isinstance(told, Report):
            return _refused(record.id, told)
        server = config.channels.mail or config.operation.alerts.mail
        dispatch = Dispatch(ledger, config.channels, server, accounts=config.accounts)
        if told.state is ReportState.ASKED:
            _fetch(config, ledger, told, stop)
        dispatch.write()
        draft = reports.draft(told.id)
        if draft is None:
            return _told(reports, told)
        _show(draft, channel)
        if dry_run:
            reports.drop(told.id, at=datetime.now(UTC))
            return Status.DONE
        if not yes and not agreed(say("Envoyer cela, tel quel ?", "Send this, as it stands?")):
            if told.who == at_the_keyboard():  # a colleague's draft, which was joined, stays for her
                reports.drop(told.id, at=datetime.now(UTC))
            print(say("Rien n'a été envoyé.", "Nothing was sent."))
            return Status.DONE
        approved = reports.approve(told.id, at=datetime.now(UTC))
        if not isinstance(approved, Report):
            return _refused(record.id, approved)
        dispatch.deliver(told.id)
        return _told(reports, told)


def _check(config: Config, channel: str) -> None:
    """Raises Fault (usage) for a channel that there is not, or that is not switched on."""
    if config.channels.of(channel) is not None and channel in CHANNELS:
        return
    known = ", ".join(switched_on(config.channels)) or say("aucun", "none")
    if channel in CHANNELS:
        wrong = say(
            f"ce canal n'est pas activé : ajoutez [channels.{channel.replace('-', '_')}] à vigie.toml",
            f"this channel is not switched on: add [channels.{channel.replace('-', '_')}] to vigie.toml",
        )
    else:
        wrong = say(
            f"ce canal n'existe pas ; canaux activés : {known}", f"there is no such channel; switched on: {known}"
        )
    raise Fault(f"{plain(channel)}{colon()} {wrong}", Status.USAGE)


def _fetch(config: Config, ledger: Ledger, report: Report, stop: threading.Event) -> None:
    """The message, from its mailbox. Where that cannot be now, the service fetches it."""
    account = config.account(report.account)
    if account is None:
        gone = say("ce compte n'est plus dans la configuration", "this account is no longer in the configuration")
        console.complain(f"{plain(report.account)}: {gone}")
        return
    try:
        with account_lock(ledger.path, account.name, stop=stop), Session(account, imap.connect) as session:
            viewing.fetch_for_reports(session.mailbox, ledger, account.name)
    except (MailboxError, SecretError) as error:
        console.complain(mailbox_line(account.name, error))


def _show(draft: Draft, channel: str) -> None:
    to = ", ".join(draft.to)
    print(f"{say('Canal', 'Channel')}{colon()} {channel}\n{say('Pour', 'To')}{colon()} {plain(to)}")
    if draft.redacted:
        print(say("Ce qui désigne le destinataire a été retiré.", "What names the recipient was left out."))
    else:
        warning = say(
            "Attention : le message part tel qu'il a été reçu, avec l'adresse et le nom de son destinataire.",
            "Mind: the message goes as it was received, with the address and the name of its recipient.",
        )
        print(warning)
    print()
    for line in draft.body[:SHOWN].decode("utf-8", "replace").splitlines():
        print(f"  {plain(line)}")
    if len(draft.body) > SHOWN:
        left = len(draft.body) - SHOWN
        print(say(f"  ... et {left} octets de plus", f"  ... and {left} bytes more"))
    print()


def _refused(record_id: str, told: Refusal | Unknown) -> Status:
    if isinstance(told, Unknown):
        raise Fault(f"{record_id}: {say('ce cas est inconnu', 'this case is unknown')}", Status.USAGE)
    console.complain(f"{record_id}{colon()} {say(_FRENCH[told.code], told.text)}")
    return Status.DONE if told.settled else Status.USAGE


def _told(reports: Reports, asked: Report) -> Status:
    """How far it came."""
    now = reports.report(asked.id) or asked
    if now.state is ReportState.SENT:
        print(say(f"Envoyé. Reçu{colon()} {plain(now.receipt)}", f"Sent. Receipt: {plain(now.receipt)}"))
        return Status.DONE
    why = f" ({plain(now.detail)})" if now.detail else ""
    if now.ended_at is not None:
        console.complain(say("Il n'a pas été envoyé", "It was not sent") + why)
        return Status.UNREACHED
    waits = say("Pas encore envoyé : le service s'en charge", "Not sent yet: the service goes on with it")
    console.complain(waits + why)
    return Status.UNREACHED
