"""The evaluation as one self-contained HTML page: no script, nothing remote, plots as inline SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vigie.cli import words
from vigie.cli.console import plain
from vigie.cli.evaluate.measures import Judged, Measures, Share, worst
from vigie.cli.evaluate.runs import Change
from vigie.cli.evaluate.wording import accepted, figures, percent
from vigie.cli.language import colon, current, decimal, say, when
from vigie.cli.page import environment, put

BINS = 24
"""Of the histogram of times; their width grows, since a few mails take a hundred times as long as most."""
SHOWN_WRONG = 200


@dataclass(frozen=True, slots=True)
class Compared:
    """What the comparison with an earlier run found: sentences (none without an earlier run), and the verdicts that changed."""

    told: Sequence[str] = ()
    changed: Sequence[Change] = ()


def write(path: Path, title: str, found: Measures, mails: Sequence[Judged], compared: Compared) -> None:
    """Writes the page whole or not at all. Raises Fault."""
    put(path, render(title, found, mails, compared, at=datetime.now(UTC)))


def render(title: str, found: Measures, mails: Sequence[Judged], compared: Compared, *, at: datetime) -> str:
    """The page as text, in the language in use."""
    made = when(at)
    return (
        environment()
        .get_template("evaluate.html.j2")
        .render(
            lang=current(),
            title=say(f"Évaluation : {plain(title)}", f"Evaluation: {plain(title)}"),
            subtitle=say(f"{found.mails} courriels étiquetés · {made}", f"{found.mails} labelled mails · {made}"),
            figures=[_figure(name, share) for name, share in figures(found)],
            columns=[words.verdict(label) for label in words.ORDER],
            confusion=_confusion(found),
            themes=_bars(found.themes),
            evasions=_bars(found.evasions),
            rules=[
                {"rule": rule.rule, "found": rule.found_in, "precision": percent(rule.precision)}
                for rule in found.rules
            ],
            times=_histogram([mail.elapsed_ms for mail in mails]),
            quantiles=[f"{value:.1f}".replace(".", say(",", ".")) for value in found.times_ms],
            wrong=[
                {
                    "name": plain(mail.name),
                    "label": mail.verdict.value,
                    "word": words.verdict(mail.verdict),
                    "accepted": accepted(mail),
                    "theme": plain(mail.theme),
                    "rules": ", ".join(mail.rules),
                }
                for mail in worst(mails)[:SHOWN_WRONG]
            ],
            compared=list(compared.told),
            changes=[_change(change) for change in compared.changed],
            words=_words(),
        )
    )


def _figure(name: str, share: Share) -> dict[str, Any]:
    low, high = share.interval
    return {"name": name, "text": percent(share), "at": 100 * share.value, "low": 100 * low, "high": 100 * high,
            "known": bool(share.whole)}  # fmt: skip


def _confusion(found: Measures) -> list[dict[str, Any]]:
    rows = []
    for wanted in words.ORDER:
        numbers = [found.confusion.get((wanted, got), 0) for got in words.ORDER]
        if total := sum(numbers):
            cells = [
                {"number": number, "depth": round(number / total, 3), "hit": got is wanted}
                for number, got in zip(numbers, words.ORDER, strict=True)
            ]
            rows.append({"word": words.verdict(wanted), "cells": cells})
    return rows


def _bars(shares: dict[str, Share]) -> list[dict[str, Any]]:
    """The weakest first: that is where the work is."""
    ranked = sorted(shares.items(), key=lambda item: (item[1].value, item[0]))
    return [{"name": plain(name), "at": 100 * share.value, "text": percent(share)} for name, share in ranked]


def _histogram(times: Sequence[float]) -> list[dict[str, Any]]:
    """Bars of a histogram with logarithmic bins: x, width and height in per cent, and what each stands for."""
    positive = [max(time, 0.1) for time in times]
    if not positive:
        return []
    low, high = math.log10(min(positive)), math.log10(max(positive)) + 1e-9
    step = max((high - low) / BINS, 1e-9)
    counts = [0] * BINS
    for time in positive:
        counts[min(BINS - 1, int((math.log10(time) - low) / step))] += 1
    top = max(counts)
    return [
        {
            "x": 100 * number / BINS,
            "width": 100 / BINS - 0.4,
            "height": 100 * count / top,
            "text": f"{decimal(10 ** (low + number * step))} – {decimal(10 ** (low + (number + 1) * step))} ms{colon()} {count}",
        }
        for number, count in enumerate(counts)
    ]


def _change(change: Change) -> dict[str, Any]:
    return {
        "sign": "+" if change.better else "−" if change.worse else "=",
        "name": plain(change.mail.name),
        "before": words.verdict(change.before),
        "after": words.verdict(change.mail.verdict),
    }


def _words() -> dict[str, str]:
    return {
        "figures": say("Les chiffres", "The figures"),
        "interval": say(
            "Le trait montre entre quelles valeurs la vraie proportion se trouve, 19 fois sur 20 (Wilson).",
            "The line shows between which values the true proportion lies, 19 times in 20 (Wilson).",
        ),
        "confusion": say("Attendu (lignes), rendu (colonnes)", "Wanted (rows), given (columns)"),
        "themes": say("Par thème : verdicts justes", "By theme: right verdicts"),
        "evasions": say("Par procédé d'évasion : verdicts justes", "By evasion: right verdicts"),
        "wrong": say("Verdicts faux, les plus graves d'abord", "Wrong verdicts, the gravest first"),
        "no_wrong": say("Aucun.", "None."),
        "rules": say("Les règles", "The rules"),
        "rule": say("règle", "rule"),
        "found": say("courriels où elle trouve quelque chose", "mails in which it finds something"),
        "precision": say("dont faux", "of these false"),
        "times": say("Temps par courriel (échelle logarithmique)", "Time per mail (logarithmic scale)"),
        "changes": say("Comparaison avec l'évaluation précédente", "Compared with the earlier run"),
        "longest": say("le plus long", "longest"),
    }
