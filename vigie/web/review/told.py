"""What a stored case tells, read with care: the ledger bounds and thins it, so that every part of it may be missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vigie.ledger import stored
from vigie.message.types import Layer
from vigie.rules.types import Finding, Kind, Label, Quote, Strength, Verdict
from vigie.web.review.shown import line


@dataclass(frozen=True, slots=True)
class ToldLink:
    """A link: what the reader sees, where it leads, whether that is the organisation's own."""

    shown: str
    target: str
    host: str
    official: bool
    unwrapped_from: str

    @property
    def disguised(self) -> bool:
        """The shown text names another site than the one it leads to."""
        words = self.shown.lower()
        return bool(self.host) and "." in words and " " not in words.strip() and self.host.lower() not in words


@dataclass(frozen=True, slots=True)
class Told:
    """A stored case."""

    verdict: Verdict
    links: tuple[ToldLink, ...]
    links_left_out: int
    authentication: Mapping[str, Any]
    explanation: Mapping[str, str]
    advice: Mapping[str, Sequence[str]]
    error: str
    """Why it could not be examined: timeout, memory, crash, oversize; "" where it was."""
    thinned: bool
    """The ledger has forgotten what was in the mail."""


def told(case_json: str, *, verdict: str, brand: str | None, decided_by: int) -> Told:
    """The case of a record. Total: what cannot be read is left out."""
    found = stored.case(case_json)
    authentication = stored.mapping(found.get("authentication"))
    return Told(
        verdict=Verdict(
            label=Label(verdict),
            brand=brand,
            decided_by=decided_by,
            findings=tuple(_findings(found.get("findings"))),
            proven=found.get("proven") is True,
        ),
        links=tuple(_links(found.get("links"))),
        links_left_out=_number(found.get("links_left_out")),
        authentication=authentication,
        explanation={
            key: text for key, text in stored.mapping(found.get("explanation")).items() if isinstance(text, str)
        },
        advice={
            key: [line(item) for item in lines if isinstance(item, str)]
            for key, lines in stored.mapping(found.get("advice")).items()
            if isinstance(lines, list)
        },
        error=line(stored.mapping(found.get("error")).get("kind"), 40),
        thinned="findings" not in found and verdict != Label.UNRELATED,
    )


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _findings(value: object) -> Iterator[Finding]:
    for item in stored.mappings(value):
        try:
            kind, strength, layer = Kind(item["kind"]), Strength(item["strength"]), Layer(item["layer"])
            rule, topic = str(item["rule"]), str(item.get("topic", ""))
        except (KeyError, ValueError):
            continue  # written by a Vigie that knew another kind
        quotes = tuple(
            Quote(line(one.get("where"), 120), line(one.get("text"))) for one in stored.mappings(item.get("quotes"))
        )
        yield Finding(rule, kind, strength, layer, quotes, topic)


def _links(value: object) -> Iterator[ToldLink]:
    """Each target once for each text that hides it."""
    seen = set()
    for item in stored.mappings(value):
        link = ToldLink(
            line(item.get("shown"), 300),
            line(item.get("target")),
            line(item.get("host"), 255),
            item.get("official") is True,
            line(item.get("unwrapped_from")),
        )
        if (link.shown, link.target) not in seen:
            seen.add((link.shown, link.target))
            yield link
