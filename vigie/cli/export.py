"""`vigie export`: everything that the ledger remembers of a message or an account, one JSON object a line."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from vigie.cli.cases import opened
from vigie.cli.console import json_line
from vigie.cli.forget import records_of
from vigie.cli.language import say
from vigie.cli.status import Fault, Status
from vigie.cli.system import reason
from vigie.ledger.audit import What


@dataclass(frozen=True, slots=True)
class Wanted:
    """The command line, as typed."""

    message_id: str
    account: str
    file: Path | None


def export(path: Path | None, wanted: Wanted) -> Status:
    """Writes them to the file (new, readable by its owner alone), else to standard output. Gives the exit status."""
    with opened(path) as (_, ledger):
        ids = records_of(ledger, wanted.message_id, wanted.account)
        # Told before the first line leaves: who reads what is remembered of others is an event, too (W-21).
        ledger.note(What.EXPORTED, account=wanted.account, records=len(ids))
        beside = [] if wanted.message_id else ledger.exported_account(wanted.account)
        lines = (json_line(item) for item in itertools.chain(ledger.exported(ids), beside))
        if wanted.file is None:
            for line in lines:
                print(line)
            return Status.DONE
        try:
            with _new(wanted.file) as file:
                count = sum(1 for line in lines if file.write(line + "\n"))
        except OSError as error:
            raise Fault(f"{wanted.file}: {reason(error)}", Status.USAGE) from None
    print(say(f"{count} lignes dans {wanted.file}", f"{count} lines in {wanted.file}"))
    return Status.DONE


def _new(path: Path) -> IO[str]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w", encoding="utf-8")
