"""`vigie review` and its options."""

from __future__ import annotations

from typing import Annotated

import typer

from vigie.cli.commands import report
from vigie.cli.frame import Globals, Work, account_help, since_help
from vigie.cli.language import say
from vigie.cli.status import Status

PILES = ("waiting", "requested", "held", "confirmed", "released", "decided", "in-place", "all")
SORTS = ("newest", "oldest", "author", "subject", "account")
_Ids = Annotated[list[str], typer.Argument(metavar="ID...", show_default=False)]
_SomeIds = Annotated[list[str] | None, typer.Argument(metavar="[ID...]", show_default=False)]


def declare(app: typer.Typer) -> None:
    """Adds the sub-commands to the command table."""
    review = typer.Typer(
        help=say(
            "La quarantaine : voir, comprendre, décider, revenir en arrière.",
            "The quarantine: see, understand, decide, take back.",
        ),
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    _looking(review)
    _deciding(review)
    report.declare(review)
    app.add_typer(review, name="review")


def _json_help() -> str:
    return say("un objet JSON par ligne", "one JSON object a line")


def _looking(review: typer.Typer) -> None:
    _list(review)

    @review.command(
        help=say(
            "Un cas : verdict, raisons, ce qui a été fait et décidé.",
            "One case: verdict, reasons, what was done and decided.",
        )
    )
    def show(
        context: typer.Context,
        case: Annotated[str, typer.Argument(metavar="ID")],
        as_json: Annotated[bool, typer.Option("--json", help=say("un objet JSON", "one JSON object"))] = False,
    ) -> Work:
        def work() -> Status:
            from vigie.cli import review as commands

            options: Globals = context.obj
            return commands.show(options.config, case, as_json=as_json)

        return work

    @review.command(
        help=say(
            "Les campagnes : courriels de même forme, qu'une seule décision règle.",
            "The campaigns: mails of the same shape, which one decision settles.",
        )
    )
    def campaigns(
        context: typer.Context,
        everything: Annotated[
            bool, typer.Option("--all", help=say("aussi celles dont rien n'attend", "those of which none waits, too"))
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help=_json_help())] = False,
    ) -> Work:
        def work() -> Status:
            from vigie.cli import campaigns as commands

            options: Globals = context.obj
            return commands.show_list(options.config, everything=everything, as_json=as_json)

        return work

    @review.command(
        help=say("Où en sont les décisions par campagne.", "How far the decisions about campaigns are."),
    )
    def bulks(
        context: typer.Context,
        as_json: Annotated[bool, typer.Option("--json", help=_json_help())] = False,
    ) -> Work:
        def work() -> Status:
            from vigie.cli import campaigns as commands

            options: Globals = context.obj
            return commands.show_bulks(options.config, as_json=as_json)

        return work


def _list(review: typer.Typer) -> None:
    @review.command("list", help=say("Ce qui est en quarantaine.", "What lies in quarantine."))
    def show_list(
        context: typer.Context,
        everything: Annotated[
            bool, typer.Option("--all", help=say("aussi ce qui n'y est pas", "what does not lie there, too"))
        ] = False,
        pile: Annotated[
            str, typer.Option(metavar="|".join(PILES), help=say("lesquels, par leur sort", "which, by their fate"))
        ] = "held",
        account: Annotated[str, typer.Option(metavar="ACCOUNT", help=account_help())] = "",
        verdict: Annotated[
            str, typer.Option(metavar="VERDICT", help=say("ce verdict seulement", "this verdict only"))
        ] = "",
        theme: Annotated[str, typer.Option(metavar="THEME", help=say("ce thème seulement", "this theme only"))] = "",
        campaign: Annotated[
            str, typer.Option(metavar="C", help=say("cette campagne seulement", "this campaign only"))
        ] = "",
        search: Annotated[
            str,
            typer.Option(
                metavar="WORDS",
                help=say("mots de l'objet, de l'auteur, du Message-ID", "in subject, author, Message-ID"),
            ),
        ] = "",
        since: Annotated[str, typer.Option(metavar="WHEN", help=since_help())] = "",
        sort: Annotated[str, typer.Option(metavar="|".join(SORTS), help=say("l'ordre", "the order"))] = "newest",
        as_json: Annotated[bool, typer.Option("--json", help=_json_help())] = False,
        as_csv: Annotated[
            bool,
            typer.Option("--csv", help=say("pour un tableur, sans formule", "for a spreadsheet, without formulas")),
        ] = False,
    ) -> Work:
        if pile not in PILES:
            raise typer.BadParameter(", ".join(PILES), param_hint="--pile")
        if sort not in SORTS:
            raise typer.BadParameter(", ".join(SORTS), param_hint="--sort")

        def work() -> Status:
            from vigie.cli import review as commands

            options: Globals = context.obj
            typed = commands.Typed(
                "all" if everything else pile, account, verdict, theme, campaign, search, since, sort, everything
            )
            return commands.show_list(options.config, typed, as_json=as_json, as_csv=as_csv)

        return work


def _deciding(review: typer.Typer) -> None:
    def decision(name: str, text: str) -> None:
        @review.command(name, help=text)
        def decide(
            context: typer.Context,
            cases: _SomeIds = None,
            campaign: Annotated[
                str,
                typer.Option(
                    metavar="C", help=say("tous ceux de cette campagne qui attendent", "all of this campaign that wait")
                ),
            ] = "",
            yes: Annotated[bool, typer.Option("--yes", help=_yes())] = False,
            count: Annotated[int | None, typer.Option(metavar="N", min=0, help=_count())] = None,
            seen: Annotated[int | None, typer.Option(metavar="N", min=0, help=_seen())] = None,
        ) -> Work:
            if bool(cases) == bool(campaign):
                raise typer.BadParameter(say("des ID ou --campaign", "IDs or --campaign"))

            def work() -> Status:
                from vigie.cli import campaigns as many
                from vigie.cli import deciding

                options: Globals = context.obj
                if campaign:
                    return many.decide(options.config, many.Typed(name, campaign, yes, count))
                return deciding.decide(options.config, name, cases or [], seen)

            return work

    decision(
        "release",
        say(
            "Remet le message en place, tel quel ; il ne sera plus mis en quarantaine.",
            "Puts the message back as it was; it is not quarantined again.",
        ),
    )
    decision(
        "confirm",
        say(
            "C'est bien une fraude : le message reste en quarantaine.",
            "It is a fraud: the message stays in quarantine.",
        ),
    )
    _undo(review)
    _purge(review)


def _undo(review: typer.Typer) -> None:
    @review.command(
        help=say(
            "Reprend la dernière décision ; un message remis en place retourne en quarantaine.",
            "Takes the last decision back; a message that was put back returns to quarantine.",
        )
    )
    def undo(
        context: typer.Context,
        cases: _SomeIds = None,
        bulk: Annotated[
            str,
            typer.Option(metavar="B", help=say("toute une décision par campagne", "a whole decision about a campaign")),
        ] = "",
        yes: Annotated[bool, typer.Option("--yes", help=_yes())] = False,
        count: Annotated[int | None, typer.Option(metavar="N", min=0, help=_count())] = None,
        seen: Annotated[int | None, typer.Option(metavar="N", min=0, help=_seen())] = None,
    ) -> Work:
        if bool(cases) == bool(bulk):
            raise typer.BadParameter(say("des ID ou --bulk", "IDs or --bulk"))

        def work() -> Status:
            from vigie.cli import campaigns as many
            from vigie.cli import deciding

            options: Globals = context.obj
            if bulk:
                return many.undo(options.config, many.Typed("undo", bulk, yes, count))
            return deciding.decide(options.config, "undo", cases or [], seen)

        return work


def _purge(review: typer.Typer) -> None:
    @review.command(
        help=say(
            "Oublie des cas décidés. Jamais un courriel : il reste où il est. "
            "Ce qui a été remis en place n'est pas remis en quarantaine pour autant.",
            "Forgets decided cases. Never a mail: it stays where it is. "
            "What was put back is not quarantined again for all that.",
        )
    )
    def purge(
        context: typer.Context,
        cases: _Ids,
        yes: Annotated[bool, typer.Option("--yes", help=_yes())] = False,
    ) -> Work:
        def work() -> Status:
            from vigie.cli import deciding

            options: Globals = context.obj
            return deciding.purge(options.config, cases, yes=yes)

        return work


def _yes() -> str:
    return say("sans demander", "without asking")


def _count() -> str:
    return say("au-delà de 50 : ils sont N, sans demander", "above 50: there are N, without asking")


def _seen() -> str:
    return say(
        "la version du cas que vous avez vue (review show --json) : refusé si elle a changé",
        "the case's version that you saw (review show --json): refused if it has changed",
    )
