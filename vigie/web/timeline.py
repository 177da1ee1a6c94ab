"""Verdicts over time, as a page draws them: stacked bars a day (a week, a month where the time is long), and the same as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from vigie.rules.types import Label

MOST_BARS = 62
"""A month and the days around it stay days."""
WIDTH, HEIGHT = 100.0, 30.0
DRAWN = (Label.IMPERSONATION, Label.SUSPICIOUS, Label.UNDECIDED, Label.GENUINE)
"""From the base line up. Unrelated mail would hide everything else: it stands in the table only."""

ORDER = (*DRAWN, Label.UNRELATED)

Days = Mapping[date, Counter[Label]]


@dataclass(frozen=True, slots=True)
class Tongue:
    """The words in which a drawing is told."""

    lang: str
    """fr or en."""
    verdict: Callable[[Label], str]
    counted: Callable[[Label, int], str]

    def say(self, fr: str, en: str) -> str:
        """The one of the two that the reader wants."""
        return en if self.lang == "en" else fr


@dataclass(frozen=True, slots=True)
class _Span:
    """One bar: from that day on, up to the next bar's."""

    start: date
    name: str
    counts: Counter[Label]


def timeline(days: Days, tongue: Tongue) -> dict[str, Any] | None:
    """What the template needs; None where there is nothing to draw, or only one day."""
    shown = {day: counts for day, counts in days.items() if any(counts[label] for label in DRAWN)}
    if len(shown) < 2:
        return None
    spans = list(_spans({day: counts for day, counts in days.items() if min(shown) <= day <= max(shown)}, tongue))
    highest = max(sum(span.counts[label] for label in DRAWN) for span in spans)
    step = WIDTH / len(spans)
    worst = max(spans, key=lambda span: (span.counts[Label.IMPERSONATION], span.start))
    return {
        "bars": [rect for at, span in enumerate(spans) for rect in _rects(span, at * step, step, highest, tongue)],
        "first": spans[0].name,
        "last": spans[-1].name,
        "highest": highest,
        "legend": [{"label": label.value, "word": tongue.verdict(label)} for label in DRAWN],
        "heads": [tongue.verdict(label) for label in ORDER],
        "rows": [
            {"name": span.name, "cells": [span.counts[label] for label in ORDER]}
            for span in spans
            if span.counts.total()
        ],
        "text": _told(spans, worst, tongue),
        "unit": _unit(spans, tongue),
    }


def _spans(days: Days, tongue: Tongue) -> Iterator[_Span]:
    first, last = min(days), max(days)
    begin, after, name = _calendar((last - first).days + 1, tongue)
    start = begin(first)
    while start <= last:
        end = after(start)
        counts: Counter[Label] = Counter()
        for day, found in days.items():
            if start <= day < end:
                counts.update(found)
        yield _Span(start, name(start), counts)
        start = end


def _calendar(length: int, tongue: Tongue) -> Any:  # noqa: ANN401 - three functions of a date
    """(begin of the bar, begin of the next one, name) for bars of a day, a week, a month or a year."""

    def day_name(day: date) -> str:
        return day.strftime(tongue.say("%d/%m/%Y", "%Y-%m-%d"))

    if length <= MOST_BARS:
        return lambda day: day, lambda day: day + timedelta(days=1), day_name
    if length <= 7 * MOST_BARS:
        return lambda day: day - timedelta(days=day.weekday()), lambda day: day + timedelta(days=7), day_name
    if length <= 30 * MOST_BARS:
        return (
            lambda day: day.replace(day=1),
            lambda day: (day.replace(day=1) + timedelta(days=32)).replace(day=1),
            lambda day: day.strftime(tongue.say("%m/%Y", "%Y-%m")),
        )
    return (
        lambda day: day.replace(month=1, day=1),
        lambda day: day.replace(year=day.year + 1),
        lambda day: str(day.year),
    )


def _rects(span: _Span, x: float, step: float, highest: int, tongue: Tongue) -> Iterator[dict[str, str]]:
    top = HEIGHT
    for label in DRAWN:
        number = span.counts[label]
        if number:
            height = HEIGHT * number / highest
            top -= height
            yield {
                "label": label.value,
                "x": f"{x + step * 0.1:.2f}",
                "y": f"{top:.2f}",
                "width": f"{step * 0.8:.2f}",
                "height": f"{height:.2f}",
                "text": f"{span.name}{tongue.say(' :', ':')} {tongue.counted(label, number)}",
            }


def _unit(spans: list[_Span], tongue: Tongue) -> str:
    width = (spans[1].start - spans[0].start).days if len(spans) > 1 else 1
    if width == 1:
        return tongue.say("par jour", "per day")
    if width == 7:
        return tongue.say("par semaine", "per week")
    return tongue.say("par mois", "per month") if width < 32 else tongue.say("par an", "per year")


def _told(spans: list[_Span], worst: _Span, tongue: Tongue) -> str:
    """The drawing in one sentence, for those who do not see it."""
    total = sum((span.counts for span in spans), Counter[Label]())
    sums = ", ".join(tongue.counted(label, total[label]) for label in DRAWN if total[label])
    told = tongue.say(
        f"Du {spans[0].name} au {spans[-1].name} : {sums}.", f"From {spans[0].name} to {spans[-1].name}: {sums}."
    )
    if worst.counts[Label.IMPERSONATION]:
        most = tongue.counted(Label.IMPERSONATION, worst.counts[Label.IMPERSONATION])
        told += tongue.say(f" Le plus : {most} ({worst.name}).", f" Most: {most} ({worst.name}).")
    return told
