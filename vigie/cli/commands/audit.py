"""`vigie audit` and its options."""

from __future__ import annotations

from typing import Annotated

import typer

from vigie.cli.frame import Globals, Work, account_help, since_help
from vigie.cli.language import say
from vigie.cli.status import Status


def declare(app: typer.Typer) -> None:
    """Adds it to the command table."""
    audit = typer.Typer(
        help=say(
            "Qui a fait quoi et quand : un journal où chaque entrée scelle la précédente.",
            "Who did what and when: a log in which each entry seals the one before it.",
        ),
        no_args_is_help=True,
        rich_markup_mode=None,
    )

    @audit.command(
        "list", help=say("Les entrées, de la plus ancienne à la plus récente.", "The entries, oldest first.")
    )
    def show_list(
        context: typer.Context,
        since: Annotated[str, typer.Option(metavar="WHEN", help=since_help())] = "",
        account: Annotated[str, typer.Option(metavar="ACCOUNT", help=account_help())] = "",
        as_json: Annotated[
            bool, typer.Option("--json", help=say("un objet JSON par entrée", "one JSON object an entry"))
        ] = False,
    ) -> Work:
        def work() -> Status:
            from vigie.cli import audit as commands

            options: Globals = context.obj
            return commands.show_list(options.config, since=since, account=account, as_json=as_json)

        return work

    @audit.command(
        help=say(
            "Recalcule la chaîne : trouve toute entrée modifiée, retirée, déplacée ou ajoutée.",
            "Computes the chain again: finds every entry that was changed, removed, moved or added.",
        )
    )
    def verify(
        context: typer.Context,
        head: Annotated[
            str,
            typer.Option(
                metavar="N:HASH",
                help=say("la tête notée un autre jour", "the head that was noted another day"),
            ),
        ] = "",
    ) -> Work:
        def work() -> Status:
            from vigie.cli import audit as commands

            options: Globals = context.obj
            return commands.verify(options.config, head)

        return work

    app.add_typer(audit, name="audit")
