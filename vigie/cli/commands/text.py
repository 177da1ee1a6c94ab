"""`vigie text` and its options."""

from __future__ import annotations

from typing import Annotated

import typer

from vigie.cli.frame import Globals, Work, no_fail_help
from vigie.cli.language import say
from vigie.cli.status import Status

_FRENCH = {"lettre": "letter", "courrier": "letter", "appel": "call"}


def declare(app: typer.Typer) -> None:
    """Adds it to the command table."""

    @app.command(
        help=say(
            "Juge un texte collé : un SMS, une lettre, le récit d'un appel. FILE, ou l'entrée standard ; ne touche à rien.",
            "Judges a pasted text: an SMS, a letter, notes of a call. FILE, or standard input; touches nothing.",
        )
    )
    def text(
        context: typer.Context,
        path: Annotated[str, typer.Argument(metavar="[FILE]")] = "-",
        kind: Annotated[
            str,
            typer.Option(
                metavar=say("sms|lettre|appel", "sms|letter|call"),
                help=say("SMS, lettre ou appel (sinon deviné)", "SMS, letter or call (else guessed)"),
            ),
        ] = "",
        as_json: Annotated[bool, typer.Option("--json", help=say("un objet JSON", "one JSON object"))] = False,
        no_fail: Annotated[bool, typer.Option("--no-fail", help=no_fail_help())] = False,
    ) -> Work:
        kind = _FRENCH.get(kind, kind)
        if kind not in {"", "sms", "letter", "call"}:
            raise typer.BadParameter(say("sms, lettre ou appel", "sms, letter or call"), param_hint="--kind")

        def work() -> Status:
            from vigie.cli.text import text as command

            options: Globals = context.obj
            return command(options.config, path, kind=kind, as_json=as_json, no_fail=no_fail)

        return work
