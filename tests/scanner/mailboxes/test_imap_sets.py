"""UID sets and dates, by their properties."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.scanner.mailboxes.imap_sets import MAX_SET, MAX_UID, date, date_time, internaldate, ranges, uid_sets

UIDS = st.lists(st.integers(1, MAX_UID) | st.integers(1, 3000))


def named(uid_set: str) -> set[int]:
    found: set[int] = set()
    for part in uid_set.split(","):
        first, _, last = part.partition(":")
        found.update(range(int(first), int(last or first) + 1))
    return found


@given(UIDS)
def test_sets_name_exactly_the_uids_and_stay_short(uids: list[int]) -> None:
    sets = list(uid_sets(uids))
    assert set().union(*map(named, sets)) == set(uids)
    assert sum(len(named(one)) for one in sets) == len(set(uids))
    assert all(0 < len(one) <= MAX_SET for one in sets)


@given(UIDS)
def test_ranges_are_ascending_and_apart(uids: list[int]) -> None:
    found = list(ranges(uids))
    assert all(first <= last for first, last in found)
    assert all(one[1] + 1 < other[0] for one, other in itertools.pairwise(found))


def test_no_uids_no_set() -> None:
    assert list(uid_sets([])) == []  # I-32


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 - the zone follows
    st.integers(-14 * 60, 14 * 60),
)
def test_an_instant_survives_the_way_there_and_back(when: datetime, minutes: int) -> None:
    instant = when.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    assert internaldate(date_time(instant)) == instant


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" 1-Feb-2026 03:04:05 +0100", datetime(2026, 2, 1, 2, 4, 5, tzinfo=UTC)),
        ("01-FEB-2026 03:04:05 -0030", datetime(2026, 2, 1, 3, 34, 5, tzinfo=UTC)),
        ("31-Dec-2016 23:59:60 +0000", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_internaldates(text: str, expected: datetime) -> None:
    assert internaldate(text) == expected


@given(st.text() | st.from_regex(r"\d+-[A-Z][a-z]{2}-\d{4} \d+:\d\d:\d\d [+-]\d{4}"))
def test_what_is_no_date_is_the_epoch_and_no_fault(text: str) -> None:
    assert internaldate(text).tzinfo is not None


def test_a_day() -> None:
    assert date(datetime(2026, 5, 3, tzinfo=UTC)) == "03-May-2026"
