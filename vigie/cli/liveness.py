"""`vigie status`: for each watched folder how long mail waits to be judged, measured by the service; touches no mailbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from vigie.cli.accounts import chosen
from vigie.cli.config import AccountSettings
from vigie.cli.console import json_line, plain
from vigie.cli.language import colon, say, when
from vigie.cli.reload import readable
from vigie.cli.status import Fault, Status
from vigie.ledger.store import Ledger, LedgerError
from vigie.ledger.types import Heartbeat, ModeChange
from vigie.scanner import attended, modes
from vigie.scanner.lag import lag_now, utc_now

UNKNOWN_SCHEDULE = timedelta(hours=1)
LONG_S = 300.0
"""A mail that waits for longer is nothing that passes by itself."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The mode that an account works in, and what vigie.toml says. `change`: the promotion or rollback that makes the difference."""

    mode: str
    file_mode: str
    change: ModeChange | None

    def __str__(self) -> str:
        if self.mode == self.file_mode:
            return self.mode
        if self.change is None:
            why = say("pas encore relu : rechargez le service", "not read yet: reload the service")
        else:
            why = f"{self.change.step.value} {when(self.change.at)}"
        return f"{self.mode}; vigie.toml{colon()} {self.file_mode}, {why}"


@dataclass(frozen=True, slots=True)
class Folder:
    """One watched folder. `lag_s` None: nobody knows how far behind it is."""

    account: str
    folder: str
    mode: Standing
    beat: Heartbeat | None
    lag_s: float | None
    refused: str = ""
    """Why vigie.toml says nothing about its account that could be used."""

    @property
    def good(self) -> bool:
        """Nobody need look at it."""
        return (
            not self.refused
            and self.lag_s is not None
            and self.lag_s <= LONG_S
            and not (self.beat is not None and self.beat.error)
        )


def status(path: Path | None, account: str, *, as_json: bool) -> Status:
    """Prints a line, or one JSON object, for each folder: its lag and its mode; and whether the audit log is whole.

    Status 3 where a lag is unknown or long, there is a fault, or it is not.
    """
    config = readable(path)
    accounts = [] if account in config.refused else chosen(config, account)
    refused = {name: why for name, why in config.refused.items() if account in {"", name}}
    try:
        with Ledger(config.ledger) as ledger:
            beats = {(beat.account, beat.folder): beat for beat in ledger.heartbeats()}
            breaks = len(ledger.audit_verified().breaks)
            standing = {one.name: _standing(ledger, one) for one in accounts}
            modes_of = {name: ledger.newest_mode(name) for name in refused}
    except LedgerError as error:
        raise Fault(str(error)) from None
    now = utc_now()
    folders = [
        _folder(one, name, standing[one.name], beats.get((one.name, name)), now)
        for one in accounts
        for name in one.watched
    ]
    folders += [folder for name, why in refused.items() for folder in _refused(name, why, beats, modes_of[name], now)]
    for folder in folders:
        print(_json(folder, breaks) if as_json else _line(folder, now))
    if breaks and not as_json:
        print(_broken(breaks))
    return Status.DONE if all(folder.good for folder in folders) and not breaks else Status.UNREACHED


def _standing(ledger: Ledger, account: AccountSettings) -> Standing:
    return Standing(modes.at_work(ledger, account), account.mode, modes.standing(ledger, account)[1])


def _folder(account: AccountSettings, name: str, standing: Standing, beat: Heartbeat | None, now: datetime) -> Folder:
    patience = attended.patience(account, beat.known_at if beat is not None and beat.known_at is not None else now)
    return Folder(account.name, name, standing, beat, lag_now(beat, now, patience))


def _refused(
    name: str, why: str, beats: Mapping[tuple[str, str], Heartbeat], newest: ModeChange | None, now: datetime
) -> Iterator[Folder]:
    """An account that is wrong in vigie.toml, as the service last knew it: a reload leaves it as it was."""
    mode = Standing(newest.mode, newest.mode, None) if newest is not None else Standing("", "", None)
    known = [beat for (account, _), beat in beats.items() if account == name]
    for beat in known:
        yield Folder(name, beat.folder, mode, beat, lag_now(beat, now, UNKNOWN_SCHEDULE), why)
    if not known:
        yield Folder(name, "", mode, None, None, why)


def _broken(breaks: int) -> str:
    what = say(
        f"la chaîne du journal d'audit est rompue ({breaks}) : vigie audit verify",
        f"the chain of the audit log is broken ({breaks}): vigie audit verify",
    )
    return f"✗ {what}"


def _json(folder: Folder, audit_breaks: int) -> str:
    beat = folder.beat
    told = {
        "account": folder.account,
        "folder": folder.folder,
        "mode": folder.mode.mode,
        "file_mode": folder.mode.file_mode,
        "lag_seconds": None if folder.lag_s is None else round(folder.lag_s, 3),
        "lag_uids": None if beat is None else beat.lag_uids,
        "known_at": None if beat is None or beat.known_at is None else beat.known_at.isoformat(),
        "error": "" if beat is None else beat.error,
        "refused": folder.refused,
        "ok": folder.good,
        "audit_breaks": audit_breaks,
    }
    return json_line(told)


def _line(folder: Folder, now: datetime) -> str:
    beat = folder.beat
    mark = "✓" if folder.good else "✗"
    where = "/".join(filter(None, (folder.account, folder.folder)))
    mode = f" ({folder.mode})" if folder.mode.mode else ""
    text = f"{mark} {where}{mode}{colon()} "
    if folder.lag_s is None:
        text += say("retard inconnu", "lag unknown")
    else:
        text += say(f"retard {_duration(folder.lag_s)}", f"lag {_duration(folder.lag_s)}")
    if beat is None or beat.known_at is None:
        text += say(", jamais entendu : le service tourne-t-il ?", ", never heard: is the service running?")
    else:
        ago = _duration((now - beat.known_at).total_seconds())
        text += say(f", serveur entendu il y a {ago}", f", server heard {ago} ago")
        if beat.lag_uids:
            text += say(f", {beat.lag_uids} message(s) en attente", f", {beat.lag_uids} message(s) waiting")
        if folder.lag_s is None and not beat.error:
            text += say(" : le service tourne-t-il ?", ": is the service running?")
    if folder.refused:
        told = say("refusé : un rechargement le laisse comme il était", "refused: a reload leaves it as it was")
        text += f"\n    → {told}{colon()} {folder.refused}"
    if beat is not None and beat.error:
        text += f"\n    → {beat.error}"
    return "\n".join(plain(line) if not line.startswith(" ") else f"    {plain(line)}" for line in text.split("\n"))


def _duration(seconds: float) -> str:
    whole = max(round(seconds), 0)
    for size, unit in ((86400, say("j", "d")), (3600, "h"), (60, "min")):
        if whole >= 2 * size:
            return f"{whole // size} {unit}"
    return f"{whole} s"
