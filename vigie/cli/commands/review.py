"""`vigie review` and its options."""

from __future__ import annotations

from typing import Annotated

import typer

from vigie.cli.frame import Globals, Work
from vigie.cli.language import say
from vigie.cli.status import Status


def declare(app: typer.Typer) -> None:
    """Adds it to the command table."""
    review = typer.Typer(
        help=say("La quarantaine : voir, comprendre, remettre en place.", "The quarantine: see, understand, put back."),
        no_args_is_help=True,
        rich_markup_mode=None,
    )

    @review.command("list", help=say("Ce qui est en quarantaine.", "What lies in quarantine."))
    def show_list(
        context: typer.Context,
        everything: Annotated[
            bool, typer.Option("--all", help=say("aussi ce qui n'y est pas", "what does not lie there, too"))
        ] = False,
        account: Annotated[
            str, typer.Option(metavar="ACCOUNT", help=say("ce compte seulement", "this account only"))
        ] = "",
    ) -> Work:
        def work() -> Status:
            from vigie.cli import review as commands

            options: Globals = context.obj
            return commands.show_list(options.config, account, everything=everything)

        return work

    @review.command(
        help=say("Un cas : verdict, raisons, ce qui a été fait.", "One case: verdict, reasons, what was done.")
    )
    def show(context: typer.Context, case: Annotated[str, typer.Argument(metavar="ID")]) -> Work:
        def work() -> Status:
            from vigie.cli import review as commands

            options: Globals = context.obj
            return commands.show(options.config, case)

        return work

    @review.command(
        help=say(
            "Remet le message en place, tel quel ; il ne sera plus mis en quarantaine.",
            "Puts the message back as it was; it is not quarantined again.",
        )
    )
    def release(context: typer.Context, case: Annotated[str, typer.Argument(metavar="ID")]) -> Work:
        def work() -> Status:
            from vigie.cli import review as commands

            options: Globals = context.obj
            return commands.release(options.config, case)

        return work

    app.add_typer(review, name="review")
