"""`vigie export` and its options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vigie.cli.frame import Globals, Work, message_help
from vigie.cli.language import say
from vigie.cli.status import Status


def declare(app: typer.Typer) -> None:
    """Adds it to the command table."""

    @app.command(
        help=say(
            "Tout ce que le registre garde d'un message ou d'un compte. Un objet JSON par ligne.",
            "Everything that the ledger remembers of a message or an account. One JSON object a line.",
        )
    )
    def export(
        context: typer.Context,
        message_id: Annotated[str, typer.Option(metavar="ID", help=message_help())] = "",
        account: Annotated[
            str, typer.Option(metavar="ACCOUNT", help=say("tout d'un compte", "all of an account"))
        ] = "",
        file: Annotated[
            Path | None,
            typer.Option("--out", metavar="FILE", help=say("dans ce nouveau fichier", "into this new file")),
        ] = None,
    ) -> Work:
        if not (message_id or account):
            raise typer.BadParameter(say("--message-id ou --account", "--message-id or --account"))

        def work() -> Status:
            from vigie.cli.export import Wanted
            from vigie.cli.export import export as command

            options: Globals = context.obj
            return command(options.config, Wanted(message_id, account, file))

        return work
