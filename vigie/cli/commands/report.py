"""`vigie report` and `vigie review report`, and their options."""

from __future__ import annotations

from typing import Annotated

import typer

from vigie.cli.frame import Globals, Work
from vigie.cli.language import say
from vigie.cli.status import Status


def declare(app: typer.Typer) -> None:
    """Adds it to a command table."""

    @app.command(
        help=say(
            "Signale une fraude confirmée : montre ce qui partira, demande, envoie. Sans --to : dit à qui, et comment.",
            "Reports a confirmed fraud: shows what will go, asks, sends. Without --to: tells to whom, and how.",
        )
    )
    def report(
        context: typer.Context,
        case: Annotated[str, typer.Argument(metavar="ID")],
        to: Annotated[
            str,
            typer.Option(
                "--to", metavar="CHANNEL", help=say("à qui : voir vigie catalog", "to whom: see vigie catalog")
            ),
        ] = "",
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help=say("montre seulement, n'envoie rien", "shows only, sends nothing"))
        ] = False,
        yes: Annotated[bool, typer.Option("--yes", help=say("sans demander", "without asking"))] = False,
    ) -> Work:
        def work() -> Status:
            from vigie.cli import addressees, reporting

            options: Globals = context.obj
            if not to:
                return addressees.show(options.config, case)
            return reporting.report(options.config, case, to, dry_run=dry_run, yes=yes)

        return work
