"""`vigie web`, `vigie web create-admin` and `vigie web token`."""

from __future__ import annotations

from typing import Annotated

import typer

from vigie.cli.frame import Globals, Work
from vigie.cli.language import say
from vigie.cli.status import Status


def declare(app: typer.Typer) -> None:
    """Adds them to the command table."""
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

    _declare_tokens(web)
    app.add_typer(web, name="web")


def _declare_tokens(web: typer.Typer) -> None:
    token = typer.Typer(
        help=say("Les jetons des programmes qui interrogent Vigie.", "The tokens of programs that ask Vigie."),
        rich_markup_mode=None,
    )

    @token.command(
        "create", help=say("En crée un, et l'affiche cette seule fois.", "Makes one, and shows it this one time.")
    )
    def create(
        context: typer.Context,
        name: Annotated[str, typer.Argument(metavar="NAME")],
        scope: Annotated[
            list[str] | None,
            typer.Option("--scope", help=say("check (d'office), report, records", "check (usual), report, records")),
        ] = None,
        account: Annotated[
            list[str] | None,
            typer.Option("--account", help=say("sans elle : toutes les boîtes", "left out: every mailbox")),
        ] = None,
        days: Annotated[
            int | None,
            typer.Option("--days", help=say("durée de validité (d'office 365)", "how long it is good (365)")),
        ] = None,
    ) -> Work:
        def work() -> Status:
            from vigie.cli.tokens import create as command

            options: Globals = context.obj
            return command(options.config, name, scope or (), account or (), days)

        return work

    @token.command("list", help=say("Les jetons, sans ce qui ouvre.", "The tokens, without what opens."))
    def listed(context: typer.Context) -> Work:
        def work() -> Status:
            from vigie.cli.tokens import show as command

            options: Globals = context.obj
            return command(options.config)

        return work

    @token.command("revoke", help=say("Il n'ouvre plus rien.", "It opens nothing any more."))
    def revoke(context: typer.Context, token_id: Annotated[str, typer.Argument(metavar="ID")]) -> Work:
        def work() -> Status:
            from vigie.cli.tokens import revoke as command

            options: Globals = context.obj
            return command(options.config, token_id)

        return work

    web.add_typer(token, name="token")
