"""`vigie evaluate` and its options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vigie.cli.frame import Globals, Work
from vigie.cli.language import say
from vigie.cli.status import Status


def declare(app: typer.Typer) -> None:
    """Adds it to the command table."""

    @app.command(
        help=say(
            "Mesure la justesse des verdicts sur des courriels étiquetés. FOLDER : labels.toml, ou un sous-dossier par verdict.",
            "Measures how right the verdicts are on labelled mails. FOLDER: a labels.toml, or a sub-folder a verdict.",
        )
    )
    def evaluate(
        context: typer.Context,
        folder: Annotated[Path, typer.Argument(metavar="FOLDER")],
        report: Annotated[
            Path | None,
            typer.Option(metavar="FILE.html", help=say("écrit une page avec courbes", "writes a page with plots")),
        ] = None,
        save: Annotated[
            Path | None, typer.Option(metavar="FILE.json", help=say("garde les verdicts", "keeps the verdicts"))
        ] = None,
        against: Annotated[
            Path | None,
            typer.Option(metavar="FILE.json", help=say("compare à une évaluation gardée", "compares with a kept run")),
        ] = None,
    ) -> Work:
        def work() -> Status:
            from vigie.cli.evaluate.command import Wanted
            from vigie.cli.evaluate.command import evaluate as command

            options: Globals = context.obj
            return command(options.config, Wanted(folder, report, save, against))

        return work
