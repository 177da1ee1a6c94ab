"""`vigie status` and its options."""

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
            "Le service voit-il tout ? Pour chaque dossier, depuis quand un courriel attend d'être jugé ; sans ACCOUNT, tous.",
            "Does the service see everything? For each folder, how long a mail waits to be judged; without ACCOUNT, all of them.",
        )
    )
    def status(
        context: typer.Context,
        account: Annotated[str, typer.Argument(metavar="[ACCOUNT]")] = "",
        as_json: Annotated[
            bool, typer.Option("--json", help=say("un objet JSON par dossier", "one JSON object per folder"))
        ] = False,
    ) -> Work:
        def work() -> Status:
            from vigie.cli.liveness import status as command

            options: Globals = context.obj
            return command(options.config, account, as_json=as_json)

        return work
