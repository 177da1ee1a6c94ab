"""`vigie backtest` and its options."""

from __future__ import annotations

from typing import Annotated

import typer

from vigie.cli.frame import Globals, Work, since_help
from vigie.cli.language import say
from vigie.cli.status import Status


def declare(app: typer.Typer) -> None:
    """Adds it to the command table."""

    @app.command(
        help=say(
            "Ce que le mode enforce aurait fait. D'après le registre, ou en rejugeant les dossiers ; ne touche à rien.",
            "What mode enforce would have done. From the ledger, or by judging the folders again; touches nothing.",
        )
    )
    def backtest(
        context: typer.Context,
        account: Annotated[str, typer.Argument(metavar="[ACCOUNT]")] = "",
        since: Annotated[str, typer.Option(metavar="WHEN", help=since_help())] = "30d",
        judge_again: Annotated[
            bool,
            typer.Option(
                "--judge-again",
                help=say(
                    "relit les dossiers et juge avec les règles et le DNS d'aujourd'hui",
                    "reads the folders and judges with the rules and the DNS of today",
                ),
            ),
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help=say("un objet JSON", "one JSON object"))] = False,
    ) -> Work:
        def work() -> Status:
            from vigie.cli.backtest import Wanted
            from vigie.cli.backtest import backtest as command

            options: Globals = context.obj
            return command(options.config, Wanted(account, since, judge_again, as_json))

        return work
