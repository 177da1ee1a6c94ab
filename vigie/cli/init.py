"""`vigie init`: the eight lines to start with, to be filled in by hand."""

from __future__ import annotations

from pathlib import Path

from vigie.cli.example import EIGHT_LINES
from vigie.cli.language import say
from vigie.cli.status import Fault, Status
from vigie.cli.system import reason


def init(path: Path) -> Status:
    """Writes them; never over a file that is there."""
    try:
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(EIGHT_LINES, encoding="utf-8")
    except FileExistsError:
        raise Fault(
            f"{path}: {say('existe déjà, rien n’a été changé', 'exists already, nothing was changed')}", Status.USAGE
        ) from None
    except OSError as error:
        raise Fault(f"{path}: {reason(error)}", Status.USAGE) from None
    print(EIGHT_LINES, end="")
    print(
        say(
            f"\nÉcrit dans {path}. Complétez, puis : vigie doctor, vigie scan, et vigie run.",
            f"\nWritten to {path}. Fill it in, then: vigie doctor, vigie scan, and vigie run.",
        )
    )
    return Status.DONE
