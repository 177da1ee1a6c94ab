"""`vigie promote` and `vigie rollback`: how much is done to false mail, one account and one step at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from vigie.cli import words
from vigie.cli.accounts import chosen
from vigie.cli.backtest import told, would_have
from vigie.cli.cases import opened
from vigie.cli.config import AccountSettings
from vigie.cli.console import plain
from vigie.cli.language import colon, say, when
from vigie.cli.status import Fault, Status
from vigie.ledger.store import Ledger
from vigie.ledger.types import ModeChange, Step
from vigie.scanner import modes
from vigie.scanner.decide import Mode

LOOKED_BACK = timedelta(days=30)


def show(path: Path | None) -> Status:
    """One line for each account: its mode, and who said so."""
    with opened(path) as (config, ledger):
        for account in chosen(config, ""):
            _now(ledger, account)  # what is shown counts from now on
            mode, change = modes.standing(ledger, account)
            source = "vigie.toml"
            if change is not None:
                by = f"{change.step.value}, {when(change.at)}, {plain(change.who)}"
                source = f"{by}; vigie.toml{colon()} {account.mode}"
            print(f"{account.name}{colon()} {mode} ({source})")
    return Status.DONE


def promote(path: Path | None, name: str, mode: Mode) -> Status:
    """More is done from now on. Gives the exit status."""
    with opened(path) as (config, ledger):
        (account,) = chosen(config, name)
        now = _now(ledger, account)
        if mode == now:
            print(say(f"{account.name} : déjà en {now}", f"{account.name}: {now} already"))
            return Status.DONE
        if modes.rank(mode) < modes.rank(now):
            back = say(f"le mode est {now} ; pour revenir en arrière : ", f"the mode is {now}; to go back: ")
            raise Fault(f"{account.name}: {back}vigie rollback {account.name}", Status.USAGE)
        _change(ledger, account, Step.PROMOTE, mode)
        figures = would_have(ledger, account.name, datetime.now(UTC) - LOOKED_BACK)
    days = LOOKED_BACK.days
    print(say(f"Sur {days} jours : {told(figures)}.", f"Over {days} days: {told(figures)}."))
    print(
        say(
            f"Pour revenir : vigie rollback {account.name}. Ce qui était déjà jugé : vigie scan {account.name} --since DATE.",
            f"To go back: vigie rollback {account.name}. What was judged already: vigie scan {account.name} --since DATE.",
        )
    )
    return Status.DONE


def rollback(path: Path | None, name: str) -> Status:
    """Less is done from now on: as before the last promotion, or nothing at all. Gives the exit status."""
    with opened(path) as (config, ledger):
        (account,) = chosen(config, name)
        now = _now(ledger, account)
        back = modes.before_promotion(ledger.modes(account.name))
        if now == back:
            print(
                say(
                    f"{account.name} : déjà en {now}, rien n'est touché",
                    f"{account.name}: {now} already, nothing is touched",
                )
            )
            return Status.DONE
        _change(ledger, account, Step.ROLLBACK, back)
    if now == "enforce":
        print(
            say(
                f"Ce qui est en quarantaine y reste ; pour le remettre en place : vigie undo --since 7d --account {account.name}",
                f"What lies in quarantine stays there; to put it back: vigie undo --since 7d --account {account.name}",
            )
        )
    return Status.DONE


def _now(ledger: Ledger, account: AccountSettings) -> Mode:
    return modes.in_force(ledger, account, read_at=datetime.now(UTC))


def _change(ledger: Ledger, account: AccountSettings, step: Step, mode: Mode) -> None:
    """Writes it and says so. Raises Fault where another program was faster."""
    newest = ledger.newest_mode(account.name)
    before = account.mode if newest is None else newest.mode
    change = ModeChange(account.name, step, mode, before, account.mode, datetime.now(UTC))
    if not ledger.change_mode(change, after=newest):
        text = say("quelqu'un vient de changer le mode : recommencez", "somebody has just changed the mode: try again")
        raise Fault(f"{account.name}: {text}")
    print(f"{account.name}{colon()} {before} → {mode} ({words.action(mode)})")
    if mode != account.mode:
        print(
            say(
                f"vigie.toml dit {account.mode} : ce changement l'emporte tant que cette ligne ne change pas.",
                f"vigie.toml says {account.mode}: this change counts for as long as that line stays as it is.",
            )
        )
