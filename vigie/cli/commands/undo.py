"""`vigie undo` and its options."""

from __future__ import annotations

from typing import Annotated

import typer

from vigie.cli.frame import Globals, Work, account_help, since_help
from vigie.cli.language import say
from vigie.cli.status import Status


def declare(app: typer.Typer) -> None:
    """Adds it to the command table."""

    @app.command(
        help=say(
            "Remet en place tout ce qui a été mis en quarantaine depuis. Octet pour octet, avec drapeaux et date.",
            "Puts back everything that was quarantined since. Byte for byte, with flags and date.",
        )
    )
    def undo(
        context: typer.Context,
        since: Annotated[str, typer.Option(metavar="WHEN", help=since_help())],
        account: Annotated[str, typer.Option(metavar="ACCOUNT", help=account_help())] = "",
        yes: Annotated[bool, typer.Option("--yes", help=say("sans demander", "without asking"))] = False,
        count: Annotated[
            int | None,
            typer.Option(
                metavar="N",
                min=0,
                help=say(
                    "refusé s'ils ne sont pas N ; au-delà de 50, ne demande pas leur nombre",
                    "refused unless there are N; above 50, their number is not asked",
                ),
            ),
        ] = None,
    ) -> Work:
        def work() -> Status:
            from vigie.cli.undo import Wanted
            from vigie.cli.undo import undo as command

            options: Globals = context.obj
            return command(options.config, Wanted(since, account, yes, count))

        return work
