"""`vigie report --statistics`, `--stop`, `--allow`: what was reported where and what came back, and whether anything goes at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from vigie.cli import moments
from vigie.cli.cases import opened
from vigie.cli.config import Config
from vigie.cli.console import plain
from vigie.cli.language import colon, say, when
from vigie.cli.person import at_the_keyboard
from vigie.cli.status import Fault, Status
from vigie.ledger.report_rows import EVERYWHERE
from vigie.ledger.report_types import ReportState, ReportStatistics
from vigie.scanner.reporting.known import CHANNELS, switched_on

ALL: Final = "all"
"""How the command line writes every channel."""


def statistics(path: Path | None, since: str, *, as_json: bool) -> Status:
    """One block for each channel that is switched on or was asked for, or one JSON object a line."""
    begins = moments.since(since) if since else None
    with opened(path) as (config, ledger):
        known = {one.channel: one for one in ledger.desk(at_the_keyboard()).reports.statistics(begins)}
        stopped = ledger.desk(at_the_keyboard()).reports.stopped()
    names = sorted({*known, *switched_on(config.channels)})
    rows = [known.get(name) or _nothing(name, stopped=bool({EVERYWHERE, name} & set(stopped))) for name in names]
    for row in rows:
        if as_json:
            print(json.dumps(_object(row, config), ensure_ascii=False))
        else:
            print("\n".join(_lines(row, config)))
    if not rows and not as_json:
        print(say("Aucun canal n'est activé ([channels]).", "No channel is switched on ([channels])."))
    return Status.DONE


def stop(path: Path | None, channel: str) -> Status:
    """Nothing is sent there from now on; what waits goes on waiting."""
    name = _named(channel)
    with opened(path) as (_, ledger):
        done = ledger.desk(at_the_keyboard()).reports.stop(name, at=datetime.now(UTC))
    if not done:
        print(say("C'était déjà arrêté.", "It was stopped already."))
    elif name == EVERYWHERE:
        print(say("Plus rien ne part, nulle part. vigie report --allow all reprend.",
                  "Nothing is sent any more, anywhere. vigie report --allow all takes it back."))  # fmt: skip
    else:
        print(say(f"Plus rien ne part vers {name}. vigie report --allow {name} reprend.",
                  f"Nothing is sent to {name} any more. vigie report --allow {name} takes it back."))  # fmt: skip
    return Status.DONE


def allow(path: Path | None, channel: str) -> Status:
    """Takes a stop back. Each stop has its own switch: the one of all channels, and one a channel."""
    name = _named(channel)
    with opened(path) as (config, ledger):
        reports = ledger.desk(at_the_keyboard()).reports
        done, left = reports.go_on(name), reports.stopped()
    print(say("L'envoi reprend.", "Sending goes on.") if done else say("Ce n'était pas arrêté.", "It was not stopped."))
    if config.channels.stop:
        print(
            say(
                "Mais [channels] stop = true dans vigie.toml arrête tout.",
                "But [channels] stop = true in vigie.toml stops all.",
            )
        )
    if left:
        shown = ", ".join(one or ALL for one in left)
        print(say(f"Encore arrêté{colon()} {plain(shown)}", f"Still stopped: {plain(shown)}"))
    return Status.DONE


def _named(channel: str) -> str:
    if channel == ALL:
        return EVERYWHERE
    if channel in CHANNELS:
        return channel
    known = ", ".join((ALL, *CHANNELS))
    raise Fault(f"{plain(channel)}{colon()} {say('canal inconnu', 'unknown channel')} ({known})", Status.USAGE)


def _nothing(name: str, *, stopped: bool) -> ReportStatistics:
    return ReportStatistics(name, dict.fromkeys(ReportState, 0), stopped, None, "", ())


def _lines(row: ReportStatistics, config: Config) -> Iterator[str]:
    dropped = row.by_state[ReportState.DROPPED]
    counts = say(
        f"demandés {row.asked}, envoyés {row.sent}, en attente {row.waiting}, non pris {row.lost}, abandonnés {dropped}",
        f"asked {row.asked}, sent {row.sent}, waiting {row.waiting}, not taken {row.lost}, dropped {dropped}",
    )
    yield f"{plain(row.channel)}{colon()} {counts}"
    if row.stopped or config.channels.stop:
        yield say("    arrêté : rien ne part", "    stopped: nothing is sent")
    if row.last_sent_at is not None:
        told = say("dernier envoi", "last sent")
        yield f"    {told}{colon()} {when(row.last_sent_at)}, {say('reçu', 'receipt')} {plain(row.last_receipt) or '-'}"
    for answer in row.answers:
        yield f"    {answer.count} × {plain(answer.text)} ({when(answer.last_at)})"


def _object(row: ReportStatistics, config: Config) -> dict[str, object]:
    return {
        "channel": row.channel,
        "asked": row.asked,
        "sent": row.sent,
        "waiting": row.waiting,
        "not_taken": row.lost,
        "states": {state.value: count for state, count in row.by_state.items()},
        "stopped": row.stopped or config.channels.stop,
        "last_sent_at": None if row.last_sent_at is None else row.last_sent_at.isoformat(timespec="seconds"),
        "last_receipt": row.last_receipt,
        "answers": [
            {"text": one.text, "count": one.count, "last_at": one.last_at.isoformat(timespec="seconds")}
            for one in row.answers
        ],
    }
