"""`vigie run`: the mailbox service in the foreground, as systemd and containers want it."""

from __future__ import annotations

from pathlib import Path

from vigie.cli.config import Config, ConfigError
from vigie.cli.reload import loaded
from vigie.cli.status import Fault, Status
from vigie.ledger.store import LedgerError
from vigie.scanner import daemon


def run(path: Path | None) -> Status:
    """Runs until SIGTERM or Ctrl-C; SIGHUP reads the configuration anew, and keeps what is good where the new one is wrong."""

    def load(before: Config | None) -> Config:
        return loaded(path, before)

    try:
        daemon.serve(load, refused=ConfigError)
    except LedgerError as error:
        raise Fault(str(error)) from None
    return Status.DONE
