"""The drawing of verdicts over time: every mail in one bar, bars that a page has room for, and the same said in words."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.test_report import NOW, assert_inert, entry
from vigie.cli import language, report
from vigie.cli.timeline import HEIGHT, MOST_BARS, WIDTH, timeline
from vigie.rules.types import Label

START = date(2024, 2, 28)
COURSES = st.dictionaries(
    st.dates(date(2000, 1, 1), date(2030, 12, 31)),
    st.dictionaries(st.sampled_from(list(Label)), st.integers(0, 50)).map(Counter),
    max_size=30,
)


def course(length: int) -> dict[date, Counter[Label]]:
    return {START + timedelta(days=day): Counter({Label.IMPERSONATION: 1 + day % 3}) for day in range(length)}


@pytest.mark.parametrize(
    ("length", "unit"),
    [(2, "par jour"), (MOST_BARS, "par jour"), (MOST_BARS + 1, "par semaine"), (500, "par mois"), (4000, "par an")],
)
def test_the_bars_grow_with_the_time(length, unit):
    chart = timeline(course(length))
    assert chart is not None
    assert chart["unit"].startswith(unit)
    assert len(chart["rows"]) <= MOST_BARS + 1


@pytest.mark.parametrize("days", [{}, course(1), {START: Counter({Label.UNRELATED: 3}), date(2024, 5, 1): Counter()}])
def test_nothing_is_drawn_of_nothing_or_of_one_day(days):
    assert timeline(days) is None


@given(COURSES)
def test_no_mail_is_lost_and_no_bar_leaves_the_drawing(days):
    chart = timeline(days)
    shown = {day for day, counts in days.items() if any(counts[label] for label in Label if label != Label.UNRELATED)}
    assert (chart is None) == (len(shown) < 2)
    if chart is None:
        return
    told = sum(sum(row["cells"][:4]) for row in chart["rows"])
    assert told == sum(counts[label] for counts in days.values() for label in Label if label != Label.UNRELATED)
    for bar in chart["bars"]:
        assert 0 <= float(bar["x"]) <= float(bar["x"]) + float(bar["width"]) <= WIDTH + 0.01
        assert -0.05 <= float(bar["y"]) <= float(bar["y"]) + float(bar["height"]) <= HEIGHT + 0.05


def test_who_does_not_see_it_is_told():
    chart = timeline(
        {
            START: Counter({Label.IMPERSONATION: 2, Label.GENUINE: 1}),
            START + timedelta(days=1): Counter({Label.SUSPICIOUS: 1}),
        }
    )
    assert chart is not None
    assert (
        chart["text"]
        == "Du 28/02/2024 au 29/02/2024 : 2 usurpations, 1 suspect, 1 authentique. Le plus : 2 usurpations (28/02/2024)."
    )
    page = report.render("Vigie", [entry("x")], at=NOW, days=course(10))
    assert 'role="img" aria-label="Du 28/02/2024' in page
    assert_inert(page)


def test_in_english():
    language.use("en")
    try:
        chart = timeline(course(10))
    finally:
        language.use("fr")
    assert chart is not None
    assert chart["text"].startswith("From 2024-02-28 to 2024-03-08: 19 impersonations.")
