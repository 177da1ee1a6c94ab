"""`vigie web` and `vigie web create-admin`."""

from __future__ import annotations

from typing import Annotated

import typer

from vigie.cli.frame import Globals, Work
from vigie.cli.language import say
from vigie.cli.status import Status


def declare(app: typer.Typer) -> None:
    """Adds both to the command table."""
    web = typer.Typer(
        help=say(
            "Les pages où l'on décide de ce qui est en quarantaine. Jusqu'à Ctrl-C ou SIGTERM.",
            "The pages on which people decide about what lies in quarantine. Until Ctrl-C or SIGTERM.",
        ),
        invoke_without_command=True,
        rich_markup_mode=None,
    )

    @web.callback()
    def serve(context: typer.Context) -> Work | None:
        if context.invoked_subcommand is not None:
            return None

        def work() -> Status:
            from vigie.cli.web import serve as command

            options: Globals = context.obj
            return command(options.config)

        return work

    @web.command(
        "create-admin",
        help=say(
            "La première personne : peut tout faire, et invite les autres. Demande un mot de passe, ou le lit (entrée standard).",
            "The first person: may do everything, and invites the others. Asks for a password, or reads it (standard input).",
        ),
    )
    def create_admin(
        context: typer.Context,
        name: Annotated[str, typer.Argument(metavar="NAME")],
        link: Annotated[
            bool,
            typer.Option(
                "--link",
                help=say(
                    "affiche un lien où la personne choisit elle-même", "prints a link by which the person chooses one"
                ),
            ),
        ] = False,
    ) -> Work:
        def work() -> Status:
            from vigie.cli.web import create_admin as command

            options: Globals = context.obj
            return command(options.config, name, link=link)

        return work

    app.add_typer(web, name="web")
