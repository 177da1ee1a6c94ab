"""`vigie forget` and its options."""

from __future__ import annotations

from typing import Annotated

import typer

from vigie.cli.frame import Globals, Work, message_help
from vigie.cli.language import say
from vigie.cli.status import Status


def declare(app: typer.Typer) -> None:
    """Adds it to the command table."""

    @app.command(
        help=say(
            "Efface ce que le registre garde d'un message ou d'un compte. Jamais un courriel de la boîte. "
            "Qu'un message a été remis en place est oublié aussi : rejugé, il peut repartir en quarantaine.",
            "Erases what the ledger remembers of a message or an account. Never a mail of the mailbox. "
            "That a message was put back is forgotten, too: judged again, it can be quarantined again.",
        )
    )
    def forget(
        context: typer.Context,
        message_id: Annotated[str, typer.Option(metavar="ID", help=message_help())] = "",
        account: Annotated[
            str, typer.Option(metavar="ACCOUNT", help=say("tout d'un compte", "all of an account"))
        ] = "",
        expired: Annotated[
            bool, typer.Option("--expired", help=say("ce qui dépasse [retention]", "what is older than [retention]"))
        ] = False,
        yes: Annotated[bool, typer.Option("--yes", help=say("sans demander", "without asking"))] = False,
    ) -> Work:
        if expired == bool(message_id or account):
            one = say("--message-id, --account ou --expired", "--message-id, --account or --expired")
            raise typer.BadParameter(one)

        def work() -> Status:
            from vigie.cli.forget import Wanted
            from vigie.cli.forget import forget as command

            options: Globals = context.obj
            return command(options.config, Wanted(message_id, account, expired, yes))

        return work
