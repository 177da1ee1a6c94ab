"""The `vigie` program: reads the command line, then loads and runs the one command that was asked for.

Reading and running are two steps: typer only says what to do, so that interrupts, broken pipes and faults are met in one place.
"""

from __future__ import annotations

import gc
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Annotated

import typer

import vigie
from vigie.cli import console, language, logs, usage
from vigie.cli.commands import (
    audit,
    backtest,
    catalog,
    check,
    demo,
    doctor,
    evaluate,
    export,
    forget,
    init,
    login,
    promote,
    report,
    review,
    rollback,
    scan,
    status,
    text,
    undo,
    web,
)
from vigie.cli.commands import (
    run as service,
)
from vigie.cli.frame import Globals
from vigie.cli.language import colon, say
from vigie.cli.status import Fault, Status

COMMANDS = (
    *(check, text, scan, service, status, login),
    *(web, review, report, backtest, promote, rollback, undo, forget, export, audit),
    *(demo, doctor, evaluate, catalog, init),
)
"""In the order of `vigie --help`, which shows groups of commands last."""


def build() -> typer.Typer:
    """The command table, in the language that is in use."""
    app = typer.Typer(
        name="vigie",
        help=say(
            "Trouve les courriels qui se font passer pour ameli (l'Assurance Maladie), le prouve, et les met en quarantaine.",
            "Finds e-mails that pretend to come from ameli (the French health insurance), proves it, and quarantines them.",
        ),
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_global_options())
    for command in COMMANDS:
        command.declare(app)
    return app


def _global_options() -> Callable[..., None]:
    def before(
        context: typer.Context,
        config: Annotated[
            Path | None,
            typer.Option(
                metavar="FILE",
                help=say(
                    "vigie.toml à lire (sinon VIGIE_CONFIG, ./vigie.toml, /etc/vigie/vigie.toml)",
                    "the vigie.toml to read (else VIGIE_CONFIG, ./vigie.toml, /etc/vigie/vigie.toml)",
                ),
            ),
        ] = None,
        lang: Annotated[str, typer.Option(metavar="fr|en", help=say("langue", "language"))] = "",
        verbose: Annotated[
            int,
            typer.Option(
                "-v",
                "--verbose",
                count=True,
                show_default=False,
                help=say("en dit plus (deux fois : encore plus)", "says more (twice: more still)"),
            ),
        ] = 0,
        log_format: Annotated[
            str, typer.Option(metavar="text|json", help=say("forme du journal (stderr)", "form of the log (stderr)"))
        ] = "text",
        version: Annotated[  # noqa: ARG001 - its callback answers
            bool,
            typer.Option(
                "--version", is_eager=True, callback=_version, help=say("affiche la version", "shows the version")
            ),
        ] = False,
    ) -> None:
        if lang not in ("", *language.LANGUAGES):
            raise typer.BadParameter(say("fr ou en", "fr or en"), param_hint="--lang")
        if log_format not in {"text", "json"}:
            raise typer.BadParameter(say("text ou json", "text or json"), param_hint="--log-format")
        context.obj = Globals(config, verbose, log_format)
        logs.start(log_format, verbose, quiet=context.invoked_subcommand != "run")

    return before


def _version(asked: bool) -> None:
    if asked:
        print(f"vigie {vigie.__version__}")
        raise typer.Exit


class _Crash:
    """Turns a bug into one line and status 70, with the traceback at -v."""

    def __init__(self, *, verbose: bool) -> None:
        self._verbose = verbose

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trail: TracebackType | None
    ) -> None:
        if error is None or not isinstance(error, Exception):
            return
        if self._verbose:
            traceback.print_exception(kind, error, trail)
        console.complain(
            say(
                f"erreur interne ({type(error).__name__}) : c'est un défaut de Vigie ; -v donne de quoi le signaler",
                f"internal error ({type(error).__name__}): a defect of Vigie; -v shows what to report",
            )
        )
        raise SystemExit(Status.CRASH)


def run(arguments: Sequence[str]) -> int:
    """Carries out one command line and gives the exit status. Prints every fault as one line on stderr."""
    try:
        todo = build()(list(arguments), prog_name="vigie", standalone_mode=False)
        return int(todo() if callable(todo) else todo or Status.DONE)
    except typer.TyperException as error:
        return _usage(error)
    except Fault as fault:
        console.complain(str(fault))
        return fault.status
    except (KeyboardInterrupt, typer.Abort):
        return Status.INTERRUPTED
    except BrokenPipeError:
        console.abandon_output()
        return Status.BROKEN_PIPE


def _usage(error: typer.TyperException) -> int:
    text = error.format_message()
    context = getattr(error, "ctx", None)
    where = context.command_path if context is not None else "vigie"
    if not text or type(error).__name__ == "NoArgsIsHelpError":
        print(text, file=sys.stderr)
    else:
        console.complain(f"{usage.in_words(text)} ({say('aide', 'help')}{colon()} {where} --help)")
    return Status.USAGE


def main() -> None:
    """Runs the command line of this process and ends it; the console script is `cli.entry`."""
    console.tolerate_any_text()
    arguments = sys.argv[1:]
    language.use(language.choose(arguments, os.environ))
    with _Crash(verbose=any(word in {"-v", "-vv", "--verbose"} for word in arguments)):
        status = run(arguments)
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            console.abandon_output()
            status = Status.BROKEN_PIPE
    gc.freeze()  # what is left ends with the process: looking through all of it for garbage would take a quarter of a second
    sys.exit(status)
