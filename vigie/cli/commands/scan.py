"""`vigie scan` and its options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vigie.cli.frame import Globals, Work, no_fail_help
from vigie.cli.language import say
from vigie.cli.status import Status


def declare(app: typer.Typer) -> None:
    """Adds it to the command table."""

    @app.command(
        help=say(
            "Analyse une fois une boîte IMAP. Reprend là où la dernière analyse s'est arrêtée ; sans ACCOUNT, tous les comptes.",
            "One pass over an IMAP mailbox. Goes on where the last one stopped; without ACCOUNT, all of them.",
        )
    )
    def scan(
        context: typer.Context,
        account: Annotated[str, typer.Argument(metavar="[ACCOUNT]")] = "",
        folder: Annotated[str, typer.Option(metavar="F", help=say("ce dossier seulement", "this folder only"))] = "",
        since: Annotated[
            str,
            typer.Option(
                metavar="DATE",
                help=say(
                    "courriels reçus depuis, AAAA-MM-JJ ; juge à nouveau les anciens",
                    "mails received since, YYYY-MM-DD; judges old ones again",
                ),
            ),
        ] = "",
        mode: Annotated[
            str,
            typer.Option(
                metavar="observe|tag|enforce", help=say("au lieu du mode du compte", "instead of the account's mode")
            ),
        ] = "",
        report: Annotated[
            Path | None, typer.Option(metavar="FILE.html", help=say("écrit un rapport", "writes a report"))
        ] = None,
        no_fail: Annotated[bool, typer.Option("--no-fail", help=no_fail_help())] = False,
    ) -> Work:
        def work() -> Status:
            from vigie.cli.scan import Wanted
            from vigie.cli.scan import scan as command

            options: Globals = context.obj
            return command(options.config, Wanted(account, folder, since, mode, report), no_fail=no_fail)

        return work
