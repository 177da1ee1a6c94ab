"""`vigie init` and its options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vigie.cli.frame import Work
from vigie.cli.language import say
from vigie.cli.status import Status


def declare(app: typer.Typer) -> None:
    """Adds it to the command table."""

    @app.command(
        help=say(
            "Écrit les huit lignes d'un vigie.toml à compléter.", "Writes the eight lines of a vigie.toml to fill in."
        )
    )
    def init(path: Annotated[Path, typer.Argument(metavar="[FILE]")] = Path("vigie.toml")) -> Work:
        def work() -> Status:
            from vigie.cli.init import init as command

            return command(path)

        return work
