"""`vigie rollback` and its options."""

from __future__ import annotations

from typing import Annotated

import typer

from vigie.cli.frame import Globals, Work
from vigie.cli.language import say
from vigie.cli.status import Status


def declare(app: typer.Typer) -> None:
    """Adds it to the command table."""

    @app.command(
        help=say(
            "Revient au mode d'avant la dernière promotion, sinon à observe, tout de suite.",
            "Goes back to the mode before the last promotion, else to observe, at once.",
        )
    )
    def rollback(context: typer.Context, account: Annotated[str, typer.Argument(metavar="ACCOUNT")]) -> Work:
        def work() -> Status:
            from vigie.cli import modes as commands

            options: Globals = context.obj
            return commands.rollback(options.config, account)

        return work
