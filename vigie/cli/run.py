"""`vigie run`: the mailbox service in the foreground, as systemd and containers want it."""

from __future__ import annotations

from pathlib import Path

from vigie.cli.config import Config, ConfigError, load
from vigie.cli.config_faults import locate
from vigie.cli.language import say
from vigie.cli.status import Fault, Status
from vigie.ledger.store import LedgerError
from vigie.scanner import daemon


def run(path: Path | None) -> Status:
    """Runs until SIGTERM or Ctrl-C; SIGHUP reads the configuration anew, and keeps the old one where the new one is wrong."""
    try:
        daemon.serve(lambda: _loaded(path), refused=ConfigError)
    except LedgerError as error:
        raise Fault(str(error)) from None
    return Status.DONE


def _loaded(path: Path | None) -> Config:
    """A configuration that the service can start with. Raises ConfigError."""
    config = load(path)
    file = config.path or Path("vigie.toml")
    if not config.accounts:
        wrong = say("aucun compte", "no account")
        raise ConfigError(file, None, "", wrong, say("ajoutez une section [[accounts]]", "add an [[accounts]] section"))
    for index, account in enumerate(config.accounts):
        try:
            daemon.trigger(account)
        except ValueError:
            line = locate(file.read_text(encoding="utf-8-sig"), ("accounts", index, "cron"))
            wrong = say("valeur incorrecte", "wrong value")
            right = say('cinq champs de cron : "*/5 * * * *"', 'five fields of cron: "*/5 * * * *"')
            raise ConfigError(file, line, f"accounts[{account.name}].cron", wrong, right) from None
    return config
