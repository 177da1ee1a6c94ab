"""`vigie promote` and its options."""

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
            "Passe un compte à un mode qui fait plus (tag, enforce), tout de suite. Sans ACCOUNT, montre les modes.",
            "Gives an account a mode that does more (tag, enforce), at once. Without ACCOUNT, shows the modes.",
        )
    )
    def promote(
        context: typer.Context,
        account: Annotated[str, typer.Argument(metavar="[ACCOUNT]")] = "",
        mode: Annotated[str, typer.Argument(metavar="[tag|enforce]")] = "",
    ) -> Work:
        if bool(account) != bool(mode) or mode not in {"", "tag", "enforce"}:
            raise typer.BadParameter(say("ACCOUNT tag ou ACCOUNT enforce", "ACCOUNT tag or ACCOUNT enforce"))

        def work() -> Status:
            from vigie.cli import modes as commands

            options: Globals = context.obj
            if not account:
                return commands.show(options.config)
            return commands.promote(options.config, account, "enforce" if mode == "enforce" else "tag")

        return work
