"""`vigie demo` and its options."""

from __future__ import annotations

from typing import Annotated

import typer

from vigie.cli.frame import Work
from vigie.cli.language import say
from vigie.cli.status import Status


def declare(app: typer.Typer) -> None:
    """Adds it to the command table."""

    @app.command(
        help=say(
            "La démonstration, sans configuration. Une boîte IMAP d'essai, le vrai service, un tableau vivant, un rapport.",
            "All of it on this machine, without configuration. A sample IMAP mailbox, the real service, a live table, a report.",
        )
    )
    def demo(
        speed: Annotated[
            float,
            typer.Option(
                min=0.1, max=1000, help=say("les courriels arrivent N fois plus vite", "mails arrive N times as fast")
            ),
        ] = 1.0,
    ) -> Work:
        def work() -> Status:
            from vigie.cli.demo.command import demo as command

            return command(speed=speed)

        return work
