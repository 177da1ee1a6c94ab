"""`vigie catalog` and its options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vigie.cli.frame import Globals, Work
from vigie.cli.language import say
from vigie.cli.status import Status


def declare(app: typer.Typer) -> None:
    """Adds it to the command table."""

    @app.command(
        help=say(
            "Les règles, les marques et les actions qui sont installées.",
            "The rules, brands and actions that are installed.",
        )
    )
    def catalog(
        context: typer.Context,
        verify: Annotated[
            bool,
            typer.Option("--verify", help=say("juge les exemples de chaque marque", "judges each brand's own samples")),
        ] = False,
        folder: Annotated[
            Path | None,
            typer.Option(metavar="DIR", help=say("un dossier de marques à vous", "a folder of brands of your own")),
        ] = None,
    ) -> Work:
        def work() -> Status:
            from vigie.cli.catalog import catalog as command

            options: Globals = context.obj
            return command(options.config, folder=folder, verify=verify)

        return work
