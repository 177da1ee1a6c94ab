"""`vigie run` and its options."""

from __future__ import annotations

import typer

from vigie.cli.frame import Globals, Work
from vigie.cli.language import say
from vigie.cli.status import Status


def declare(app: typer.Typer) -> None:
    """Adds it to the command table."""

    @app.command(
        help=say(
            "Le service qui surveille toutes les boîtes. À intervalles et dès l'arrivée (IDLE), jusqu'à Ctrl-C ou SIGTERM.",
            "The service that watches every mailbox. Scheduled and at arrival (IDLE), until Ctrl-C or SIGTERM.",
        )
    )
    def run(context: typer.Context) -> Work:
        def work() -> Status:
            from vigie.cli.run import run as command

            options: Globals = context.obj
            return command(options.config)

        return work
