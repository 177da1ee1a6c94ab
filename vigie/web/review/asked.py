"""What a list was asked for, from its address and back: nothing in an address is an error, what makes no sense is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from urllib.parse import urlencode

from vigie.ledger import themes
from vigie.ledger.review_types import Pile, Sort, Wanted
from vigie.rules.types import Label

SEARCH = 200
"""Characters of a search."""
MARK = 500
NAME = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as it was asked for; `fields` are the parts of the address, as typed, without those that say nothing."""

    wanted: Wanted
    sort: Sort
    mark: str
    fields: Mapping[str, str]

    def address(self, **changed: str) -> str:
        """The same list with some parts changed; an empty one is left out. The mark goes, unless it is given."""
        fields = {name: value for name, value in {**self.fields, **changed}.items() if value}
        return f"/cases?{urlencode(fields)}" if fields else "/cases"

    @property
    def narrowed(self) -> bool:
        """Something beyond the pile and the order was asked for."""
        return bool(self.fields.keys() - {"pile", "sort"})


def asked(query: Mapping[str, str]) -> Asked:
    """The list that an address asks for."""
    fields = dict(_fields(query))
    since, until = _day(fields.get("since", "")), _day(fields.get("until", ""))
    wanted = Wanted(
        pile=Pile(fields.get("pile", Pile.WAITING)),
        account=fields.get("account", ""),
        verdicts=(fields["verdict"],) if "verdict" in fields else (),
        theme=fields.get("theme", ""),
        campaign=fields.get("campaign", ""),
        since=since,
        until=None if until is None else until + timedelta(days=1),
        search=fields.get("q", ""),
    )
    return Asked(wanted, Sort(fields.get("sort", Sort.NEWEST)), _text(query, "mark", MARK), fields)


def _fields(query: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, allowed in _CHOICES.items():
        value = query.get(name, "")
        if value in allowed:
            yield name, value
    for name, most in (("account", NAME), ("campaign", NAME), ("q", SEARCH)):
        value = _text(query, name, most)
        if value:
            yield name, value
    for name in ("since", "until"):
        value = _text(query, name, 10)
        if _day(value) is not None:
            yield name, value


_CHOICES: Mapping[str, frozenset[str]] = {
    "pile": frozenset(Pile),
    "sort": frozenset(Sort),
    "verdict": frozenset(Label),
    "theme": frozenset(themes.NAMES),
}


def _text(query: Mapping[str, str], name: str, most: int) -> str:
    return "".join(char for char in query.get(name, "")[:most] if char.isprintable()).strip()


def _day(text: str) -> datetime | None:
    """Its midnight here, aware; years that a calendar of somebody else may have are none."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a date; its midnight becomes aware below
        if not 2000 <= day.year <= 2200:
            return None
        return datetime.combine(day, time.min).astimezone()
    except ValueError:
        return None
