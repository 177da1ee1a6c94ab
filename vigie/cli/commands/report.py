"""`vigie report` and `vigie review report`, and their options."""

from __future__ import annotations

from typing import Annotated

import typer

from vigie.cli.frame import Globals, Work
from vigie.cli.language import say
from vigie.cli.status import Fault, Status


def declare(app: typer.Typer) -> None:
    """Adds it to a command table."""

    @app.command(
        help=say(
            "Signale une fraude confirmée : montre ce qui partira, demande, envoie. Sans --to : dit à qui, et comment.",
            "Reports a confirmed fraud: shows what will go, asks, sends. Without --to: tells to whom, and how.",
        )
    )
    def report(
        context: typer.Context,
        case: Annotated[str, typer.Argument(metavar="[ID]", show_default=False)] = "",
        to: Annotated[
            str,
            typer.Option(
                "--to", metavar="CHANNEL", help=say("à qui : voir vigie catalog", "to whom: see vigie catalog")
            ),
        ] = "",
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help=say("montre seulement, n'envoie rien", "shows only, sends nothing"))
        ] = False,
        yes: Annotated[bool, typer.Option("--yes", help=say("sans demander", "without asking"))] = False,
        statistics: Annotated[
            bool,
            typer.Option(
                "--statistics",
                help=say(
                    "ce qui a été signalé où, et ce qui est revenu", "what was reported where, and what came back"
                ),
            ),
        ] = False,
        since: Annotated[
            str,
            typer.Option(metavar="30d", help=say("pour --statistics : depuis quand", "for --statistics: since when")),
        ] = "",
        as_json: Annotated[
            bool,
            typer.Option(
                "--json", help=say("pour --statistics : pour des programmes", "for --statistics: for programs")
            ),
        ] = False,
        stop: Annotated[
            str,
            typer.Option(
                metavar="CHANNEL|all",
                help=say("plus rien n'y part, avant --allow", "nothing is sent there until --allow"),
            ),
        ] = "",
        allow: Annotated[str, typer.Option(metavar="CHANNEL|all", help=say("reprend l'envoi", "sending goes on"))] = "",
    ) -> Work:
        def work() -> Status:
            from vigie.cli import addressees, report_figures, reporting

            options: Globals = context.obj
            _only_one(case, statistics, stop, allow)
            if statistics:
                return report_figures.statistics(options.config, since, as_json=as_json)
            if stop or allow:
                return (report_figures.stop if stop else report_figures.allow)(options.config, stop or allow)
            if not to and not (dry_run or yes):
                return addressees.show(options.config, case)
            if not to:
                raise Fault(
                    say("--to CHANNEL : à qui (vigie catalog)", "--to CHANNEL: to whom (vigie catalog)"), Status.USAGE
                )
            return reporting.report(options.config, case, to, dry_run=dry_run, yes=yes)

        return work


def _only_one(*asked: object) -> None:
    """Raises Fault (usage) unless one thing was asked for."""
    if sum(map(bool, asked)) != 1:
        french, english = "un cas, ou --statistics, --stop, --allow", "a case, or --statistics, --stop, --allow"
        raise Fault(say(french, english), Status.USAGE)
