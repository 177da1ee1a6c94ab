"""What `vigie check --explain-auth` shows: the chain of reasoning, and the one line to trust."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from itertools import groupby

from rich.text import Text

from vigie.auth_checks.reasoning import Step, steps
from vigie.cli.console import plain
from vigie.cli.language import say
from vigie.cli.reasons import said
from vigie.rules.types import Case

WIDTH = 80
"""Of a pipe and of the widest terminal line: a longer one is hard to read."""
INDENT = 2
MARGIN = 4
NO_BREAK = "\u00a0"


def chain(case: Case) -> tuple[Step, ...]:
    """The steps of a case; none where it could not be examined."""
    if case.evidence is None:
        return ()
    return steps(case.evidence, spf_proves=case.verdict.proven)


def reasoning_object(case: Case) -> list[dict[str, str]]:
    """The steps as JSON has them: English, in order, the conclusion last."""
    return [{"subject": step.subject, "found": step.found, "standard": step.standard} for step in chain(case)]


def explained(case: Case, width: int = WIDTH) -> Iterator[Text]:
    """The lines for a person: what was looked at, what was found, which clause says so; the conclusion last, on one line."""
    taken = chain(case)
    if not taken:
        yield Text(" " * INDENT + say("non examiné : personne ne le prouve", "not examined: nobody proves it"))
        return
    width = max(40, min(width, WIDTH))
    yield Text(say("Authentification, étape par étape", "Authentication, step by step"))
    for subject, group in groupby(taken[:-1], key=lambda step: step.subject):
        yield Text(f"{' ' * INDENT}{plain(said(subject))}", style="bold")
        for clause, same in groupby(group, key=lambda step: step.standard):
            for step in same:
                yield from (Text(" " * MARGIN + line) for line in _wrapped(plain(said(step.found)), width - MARGIN))
            yield Text(f"{' ' * MARGIN}[{said(clause)}]", style="dim")
    proven = case.evidence is not None and (case.evidence.complete or case.verdict.proven)
    yield Text(f"=> {plain(said(taken[-1].found))}", style="bold green" if proven else "bold yellow")


def _wrapped(text: str, width: int) -> list[str]:
    """The text in lines; no line begins with the stop that French sets behind a space."""
    tied = re.sub(r" (?=[;:»?!])", NO_BREAK, text)
    return [line.replace(NO_BREAK, " ") for line in textwrap.wrap(tied, width, break_on_hyphens=False)] or ["-"]
