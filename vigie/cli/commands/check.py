"""`vigie check` and its options."""

from __future__ import annotations

from typing import Annotated

import typer

from vigie.cli.frame import Globals, Work, no_fail_help
from vigie.cli.language import say
from vigie.cli.status import Status


def declare(app: typer.Typer) -> None:
    """Adds it to the command table."""

    @app.command(
        help=say(
            "Juge des messages dans des fichiers, sans toucher à rien. Fichiers, mbox, Maildir, dossiers de .eml, ou - (entrée standard).",
            "Judges messages in files and touches nothing. Files, mbox, Maildir, folders of .eml, or - (standard input).",
        )
    )
    def check(
        context: typer.Context,
        path: Annotated[list[str] | None, typer.Argument(metavar="PATH", show_default=False)] = None,
        as_json: Annotated[
            bool, typer.Option("--json", help=say("un objet JSON par message", "one JSON object per message"))
        ] = False,
        explain_auth: Annotated[
            bool,
            typer.Option(
                "--explain-auth",
                help=say(
                    "qui l'a vraiment envoyé : tout le raisonnement, étape par étape, et la norme de chacune",
                    "who really sent it: the whole reasoning, step by step, each with its standard",
                ),
            ),
        ] = False,
        replay: Annotated[
            str,
            typer.Option(
                metavar="ID",
                help=say(
                    "recalcule le verdict d'un cas avec le DNS d'alors ; message : PATH, sinon sa boîte",
                    "computes a case's verdict again with the DNS of then; message: PATH, else its mailbox",
                ),
            ),
        ] = "",
        no_fail: Annotated[
            bool,
            typer.Option("--no-fail", help=no_fail_help()),
        ] = False,
    ) -> Work:
        paths = path or []
        if not paths and not replay:
            raise typer.BadParameter(say("fichier ou dossier attendu", "a file or folder is needed"), param_hint="PATH")
        if replay and len(paths) > 1:
            raise typer.BadParameter(say("un seul fichier", "one file only"), param_hint="PATH")

        def work() -> Status:
            options: Globals = context.obj
            if replay:
                from vigie.cli.replay import Wanted
                from vigie.cli.replay import replay as again

                file = paths[0] if paths else None
                wanted = Wanted(replay, file, as_json, no_fail, options.verbosity > 0, explain_auth)
                return again(options.config, wanted)
            from vigie.cli.check import check as command

            return command(
                options.config,
                paths,
                as_json=as_json,
                no_fail=no_fail,
                verbose=options.verbosity > 0,
                explain_auth=explain_auth,
            )

        return work
