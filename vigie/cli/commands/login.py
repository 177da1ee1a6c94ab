"""`vigie login` and its options."""

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
            "Connecte un compte OAuth (Microsoft 365, Google, OIDC), une fois. Le service renouvelle ensuite le jeton.",
            "Logs an OAuth account in (Microsoft 365, Google, OIDC), once. The service then refreshes the token.",
        )
    )
    def login(
        context: typer.Context,
        account: Annotated[str, typer.Argument(metavar="ACCOUNT")],
        port: Annotated[
            int,
            typer.Option(
                min=0,
                max=65535,
                help=say(
                    "port de retour du navigateur (0 : libre)", "port that the browser comes back to (0: a free one)"
                ),
            ),
        ] = 0,
        revoke: Annotated[
            bool, typer.Option("--revoke", help=say("retire la connexion", "withdraws the login"))
        ] = False,
    ) -> Work:
        def work() -> Status:
            from vigie.cli.login import Wanted
            from vigie.cli.login import login as command

            options: Globals = context.obj
            return command(options.config, Wanted(account, port, revoke))

        return work
