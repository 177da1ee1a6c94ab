"""`vigie doctor` and its options."""

from __future__ import annotations

import typer

from vigie.cli.frame import Globals, Work
from vigie.cli.language import say
from vigie.cli.status import Status


def declare(app: typer.Typer) -> None:
    """Adds it to the command table."""

    @app.command(
        help=say(
            "Vérifie l'installation et dit comment réparer. Configuration, DNS, connexion, capacités, dossiers, mots-clés, disque.",
            "Checks the installation and says how to mend it. Configuration, DNS, login, capabilities, folders, keywords, disk.",
        )
    )
    def doctor(context: typer.Context) -> Work:
        def work() -> Status:
            from vigie.cli.doctor import doctor as command

            options: Globals = context.obj
            return command(options.config)

        return work
