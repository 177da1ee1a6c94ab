"""`vigie check`: judges messages from files and changes nothing. Output in input order, as soon as it is known."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from rich.text import Text

from vigie.cli import console, words
from vigie.cli.config import load_or_default
from vigie.cli.console import plain
from vigie.cli.explained import WIDTH, explained, reasoning_object
from vigie.cli.in_order import Begun, Known, in_order
from vigie.cli.inert import inert, quoting_inertly
from vigie.cli.language import colon, current, say
from vigie.cli.status import Fault, Status, worst
from vigie.cli.system import reason
from vigie.judge.export import case_object
from vigie.judge.settings import JudgeSettings
from vigie.judge.workers import WorkerPool, WorkersError
from vigie.rules.types import Case, Label
from vigie.scanner.mailboxes.sources import Item, Unreadable, messages


def check(
    config: Path | None,
    paths: Sequence[str],
    *,
    as_json: bool,
    no_fail: bool,
    verbose: bool,
    explain_auth: bool = False,
) -> Status:
    """Judges everything under `paths`. Gives the exit status. `explain_auth`: with the chain of reasoning about who sent it."""
    settings = load_or_default(config).judge
    if explain_auth:  # whoever asks why wants the DNS asked, about unrelated mail too (decision 3)
        settings = settings.model_copy(update={"dns": settings.dns.model_copy(update={"ask": "always"})})
    show = (
        _JsonOutput(explain_auth=explain_auth) if as_json else _TextOutput(verbose=verbose, explain_auth=explain_auth)
    )
    unread = 0
    try:
        for label, case in _judged(settings, paths):
            if isinstance(case, Case):
                show.case(label, case)
            else:
                unread += 1
                console.complain(f"{label}: {_reason(case)}")
    except WorkersError as error:
        raise Fault(str(error)) from None
    show.end(unread)
    found = Status.IMPERSONATION if show.counts[Label.IMPERSONATION] and not no_fail else Status.DONE
    return worst(found, Status.UNREACHED if unread else Status.DONE)


def _judged(settings: JudgeSettings, paths: Sequence[str]) -> Iterator[tuple[str, Case | Unreadable]]:
    """Label and case (or why there is none) of every message, in input order."""
    limit = settings.limits.message_bytes
    with WorkerPool(settings) as pool:
        items = chain.from_iterable(messages(path, limit=limit) for path in paths)
        yield from in_order((item.label, _submit(pool, item)) for item in items)


def _submit(pool: WorkerPool, item: Item | Unreadable) -> Begun[Case | Unreadable]:
    if not isinstance(item, Item):
        return Known(item)
    return pool.submit(item.raw, received=None, key=plain(item.label))


def _reason(unreadable: Unreadable) -> str:
    return {
        "empty": say("vide : il n'y a pas de message", "empty: there is no message"),
        "no-message": say(
            "aucun message (.eml, mbox, Maildir) dans ce dossier", "no message (.eml, mbox, Maildir) in this folder"
        ),
        "no-mail": say(
            "ce n'est pas un courriel (aucun en-tête) ; un SMS, une lettre ou le récit d'un appel : vigie text",
            "this is no mail (it has no header); a text message, a letter or notes of a call: vigie text",
        ),
        "outlook-msg": say(
            "fichier .msg d'Outlook, sans le message d'origine : enregistrez-le en .eml",
            "an Outlook .msg file, without the original message: save it as .eml",
        ),
    }.get(unreadable.reason, say("ne peut pas être lu", "cannot be read") + f"{colon()} {reason(unreadable.reason)}")


class _Output:
    """Counts what it shows."""

    def __init__(self) -> None:
        self.counts: Counter[Label] = Counter()

    def case(self, label: str, case: Case) -> None:
        self.counts[case.verdict.label] += 1
        self._show(label, case)

    def _show(self, label: str, case: Case) -> None:
        raise NotImplementedError

    def end(self, unread: int) -> None:
        """Nothing more to come."""


class _JsonOutput(_Output):
    """The contract's objects. ASCII only: no locale and no terminal can be upset by what a mail holds."""

    def __init__(self, *, explain_auth: bool) -> None:
        super().__init__()
        self._explain_auth = explain_auth

    def _show(self, label: str, case: Case) -> None:
        more = {"reasoning": reasoning_object(case)} if self._explain_auth else {}
        print(json.dumps({**case_object(case, label), **more}), flush=True)


class _TextOutput(_Output):
    """A line for each message, and the whole explanation where there is one message only, or with -v."""

    def __init__(self, *, verbose: bool, explain_auth: bool = False) -> None:
        super().__init__()
        self._verbose = verbose
        self._explain_auth = explain_auth
        self._console = console.screen()
        self._last: Case | None = None

    def _show(self, label: str, case: Case) -> None:
        self._last = case
        self._console.print(headline(case, label, self._console.width if self._console.is_terminal else None))
        if self._verbose:
            self._detail(case)
        if self._explain_auth:
            for line in explained(case, self._console.width if self._console.is_terminal else WIDTH):
                self._console.print(line)

    def _detail(self, case: Case) -> None:
        for line in detail(case):
            self._console.print(line)

    def end(self, unread: int) -> None:
        total = self.counts.total()
        if total == 1 and self._last is not None and not (self._verbose or self._explain_auth):
            self._detail(self._last)
        if total + unread > 1:
            tally = ", ".join(words.counted(label, self.counts[label]) for label in words.ORDER if self.counts[label])
            lost = say(f" ; {unread} non lu(s)", f"; {unread} not read") if unread else ""
            self._console.print(
                f"\n{total} messages : {tally}{lost}" if current() == "fr" else f"\n{total} messages: {tally}{lost}"
            )


def headline(case: Case, label: str, width: int | None) -> Text:
    """Verdict, author, subject and why in one line; cut to the terminal's width where there is one."""
    text = Text(f"{words.verdict(case.verdict.label):<13}", style=words.STYLE[case.verdict.label])
    why = case.error.kind if case.error else words.why(case.verdict.label, case.explanation)
    text.append(f" {plain(label)}", style="not bold dim default on default")
    text.append(f"  {plain(case.author) or '?'}", style="not dim not bold default on default")
    text.append(f"  « {plain(case.subject)} »", style="not bold not dim default on default")
    text.append(f"  {plain(inert(why))}", style="not bold not dim default on default")
    if width is not None:
        text.truncate(width, overflow="ellipsis")
    return text


def detail(case: Case) -> Iterator[Text]:
    """The explanation, the advice, and the findings with what they rest on."""
    quotes = [quote.text for finding in case.verdict.findings for quote in finding.quotes]
    for sentence in words.sentences(case.explanation):
        yield Text(f"  {plain(quoting_inertly(sentence, quotes))}")
    if case.error is not None:
        yield Text(f"  {say('non examiné', 'not examined')}{colon()} {case.error.kind}: {plain(case.error.detail)}")
    for advice in case.advice.get(current(), ()):
        yield Text(f"  → {plain(advice)}", style="bold")
    found = [
        finding_line(
            finding.rule,
            (finding.kind, finding.strength, finding.layer),
            [(quote.where, quote.text) for quote in finding.quotes],
        )
        for finding in case.verdict.findings
    ]
    links = [
        f"{'✓' if link.official else '✗'} {inert(plain(link.host))}  {inert(plain(link.target))[:120]}"
        for link in case.links[:10]
    ]
    yield from technical([*found, *links])


def finding_line(rule: str, told: tuple[str, str, str], quotes: Sequence[tuple[str, str]]) -> str:
    """A finding for who knows the rules. `told`: kind, strength, layer; `quotes`: where and what."""
    kind, strength, layer = told
    shown = " · ".join(f"{plain(where)}: {inert(plain(text))}" for where, text in quotes[:3])
    return f"{plain(rule)} ({words.kind(kind)}, {words.strength(strength)}, {words.layer(layer)})  {shown}"


def technical(lines: Iterable[str]) -> Iterator[Text]:
    """Each of them once, under a heading that tells who needs them."""
    told = dict.fromkeys(lines)
    if told:
        yield Text(f"  {say('Détails techniques :', 'Technical details:')}", style="dim")
    for line in told:
        yield Text(f"    {line}", style="dim")
