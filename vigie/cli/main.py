"""The `vigie` program: reads the command line, then loads and runs the one command that was asked for.

Reading and running are two steps: typer only says what to do, so that interrupts, broken pipes and faults are met in one place.
"""

from __future__ import annotations

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
from vigie.cli.commands import audit, backtest, forget, modes, review, undo, web
from vigie.cli.frame import Globals, Work
from vigie.cli.language import colon, say
from vigie.cli.status import Fault, Status


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
    _judging(app)
    _mailboxes(app)
    _about(app)
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


def _no_fail() -> str:
    return say("statut 0 même si une usurpation est trouvée", "status 0 even when an impersonation is found")


def _judging(app: typer.Typer) -> None:
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
            typer.Option("--no-fail", help=_no_fail()),
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
                metavar="sms|letter|call",
                help=say("SMS, lettre ou appel (sinon deviné)", "SMS, letter or call (else guessed)"),
            ),
        ] = "",
        as_json: Annotated[bool, typer.Option("--json", help=say("un objet JSON", "one JSON object"))] = False,
        no_fail: Annotated[bool, typer.Option("--no-fail", help=_no_fail())] = False,
    ) -> Work:
        if kind not in {"", "sms", "letter", "call"}:
            raise typer.BadParameter(say("sms, letter ou call", "sms, letter or call"), param_hint="--kind")

        def work() -> Status:
            from vigie.cli.text import text as command

            options: Globals = context.obj
            return command(options.config, path, kind=kind, as_json=as_json, no_fail=no_fail)

        return work


def _mailboxes(app: typer.Typer) -> None:
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
        no_fail: Annotated[bool, typer.Option("--no-fail", help=_no_fail())] = False,
    ) -> Work:
        def work() -> Status:
            from vigie.cli.scan import Wanted
            from vigie.cli.scan import scan as command

            options: Globals = context.obj
            return command(options.config, Wanted(account, folder, since, mode, report), no_fail=no_fail)

        return work

    @app.command(
        help=say(
            "Le service qui surveille toutes les boîtes. À intervalles et dès l'arrivée (IDLE), jusqu'à Ctrl-C ou SIGTERM.",
            "The service that watches every mailbox. Scheduled and at arrival (IDLE), until Ctrl-C or SIGTERM.",
        )
    )
    def run(context: typer.Context) -> Work:
        def work() -> Status:
            from vigie.cli.run import run as command

            options: Globals = context.obj
            return command(options.config)

        return work

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

    app.command(
        help=say(
            "Connecte un compte OAuth (Microsoft 365, Google, OIDC), une fois. Le service renouvelle ensuite le jeton.",
            "Logs an OAuth account in (Microsoft 365, Google, OIDC), once. The service then refreshes the token.",
        )
    )(_login())
    for command in (review, web, backtest, modes, undo, forget, audit):
        command.declare(app)


def _login() -> Callable[..., Work]:
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

    return login


def _about(app: typer.Typer) -> None:
    @app.command(
        help=say(
            "La démonstration, sans configuration. Une boîte IMAP d'essai, le vrai service, un tableau vivant, un rapport.",
            "All of it on this machine, without configuration. A sample IMAP mailbox, the real service, a live table, a report.",
        )
    )
    def demo(
        speed: Annotated[
            float,
            typer.Option(
                min=0.1, max=1000, help=say("les courriels arrivent N fois plus vite", "mails arrive N times as fast")
            ),
        ] = 1.0,
    ) -> Work:
        def work() -> Status:
            from vigie.cli.demo.command import demo as command

            return command(speed=speed)

        return work

    @app.command(
        help=say(
            "Vérifie l'installation et dit comment réparer. Configuration, DNS, connexion, capacités, dossiers, mots-clés, disque.",
            "Checks the installation and says how to mend it. Configuration, DNS, login, capabilities, folders, keywords, disk.",
        )
    )
    def doctor(context: typer.Context) -> Work:
        def work() -> Status:
            from vigie.cli.doctor import doctor as command

            options: Globals = context.obj
            return command(options.config)

        return work

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

    @app.command(
        help=say(
            "Les règles, les marques et les actions qui sont installées.",
            "The rules, brands and actions that are installed.",
        )
    )
    def catalog(
        context: typer.Context,
        verify: Annotated[
            bool,
            typer.Option("--verify", help=say("juge les exemples de chaque marque", "judges each brand's own samples")),
        ] = False,
        folder: Annotated[
            Path | None,
            typer.Option(metavar="DIR", help=say("un dossier de marques à vous", "a folder of brands of your own")),
        ] = None,
    ) -> Work:
        def work() -> Status:
            from vigie.cli.catalog import catalog as command

            options: Globals = context.obj
            return command(options.config, folder=folder, verify=verify)

        return work

    @app.command(
        help=say(
            "Écrit les huit lignes d'un vigie.toml à compléter.", "Writes the eight lines of a vigie.toml to fill in."
        )
    )
    def init(path: Annotated[Path, typer.Argument(metavar="[FILE]")] = Path("vigie.toml")) -> Work:
        def work() -> Status:
            from vigie.cli.init import init as command

            return command(path)

        return work


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
    sys.exit(status)
