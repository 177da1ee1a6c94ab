"""UID sets, windows and dates: the small grammar of IMAP commands. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

MAX_UID: Final = 2**32 - 1
MAX_SET: Final = 2000
"""Characters of one UID set; RFC 9051 section 4 promises lines of 8192 bytes."""

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE: Final = re.compile(r"\s*(\d{1,2})-([A-Za-z]{3})-(\d{4})\s+(\d{1,2}):(\d{2}):(\d{2})\s*([+-])(\d{2})(\d{2})")


def ranges(uids: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The same UIDs as closed ranges without gaps, ascending."""
    first = last = 0
    for uid in sorted(set(uids)):
        if uid == last + 1 and first:
            last = uid
            continue
        if first:
            yield first, last
        first = last = uid
    if first:
        yield first, last


def uid_sets(uids: Iterable[int]) -> Iterator[str]:
    """The same UIDs as UID sets, none longer than MAX_SET characters. No UIDs: nothing, never an empty set (I-32)."""
    parts: list[str] = []
    length = 0
    for first, last in ranges(uids):
        part = str(first) if first == last else f"{first}:{last}"
        if parts and length + len(part) + 1 > MAX_SET:
            yield ",".join(parts)
            parts, length = [], 0
        parts.append(part)
        length += len(part) + 1
    if parts:
        yield ",".join(parts)


def internaldate(text: str) -> datetime:
    """The instant of an INTERNALDATE, aware; the epoch for what is no date (a server's fault must not stop a scan)."""
    found = _DATE.match(text)
    if found is None or found.group(2).title() not in _MONTHS:
        return datetime.fromtimestamp(0, UTC)
    day, month, year, hour, minute, second, sign, zone_hours, zone_minutes = found.groups()
    offset = timedelta(hours=int(zone_hours), minutes=int(zone_minutes))
    try:
        return datetime(
            int(year),
            _MONTHS.index(month.title()) + 1,
            int(day),
            int(hour),
            int(minute),
            min(int(second), 59),  # a leap second
            tzinfo=timezone(-offset if sign == "-" else offset),
        )
    except ValueError:
        return datetime.fromtimestamp(0, UTC)


def date_time(when: datetime) -> str:
    """An instant as APPEND wants it; English months whatever the locale."""
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return f"{aware.day:02d}-{_MONTHS[aware.month - 1]}-{aware.year:04d} {aware:%H:%M:%S %z}"


def date(day: datetime) -> str:
    """A day as SEARCH wants it."""
    return f"{day.day:02d}-{_MONTHS[day.month - 1]}-{day.year:04d}"
