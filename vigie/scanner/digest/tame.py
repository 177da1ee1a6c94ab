"""Words of a mail as they may stand in a mail of ours: nothing turns the letters around them, nothing opens by a click."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from vigie.ledger.types import Record
from vigie.message.types import Layer
from vigie.rules.explain import parts
from vigie.rules.types import Finding, Kind, Label, Quote, Strength, Verdict

_DOT = re.compile(r"(?<=\S)[.\u3002\uff0e\uff61](?=\S)")
_SCHEME = re.compile(r"(?i)\b(h)tt(ps?)\b|:(?=//)")


def line(text: str, most: int = 200) -> str:
    """One line without control, format or bidirectional characters (C-21), in which no program finds an address to open."""
    return defanged(plain(text, most))


def plain(text: str, most: int = 200) -> str:
    """One line without control, format or bidirectional characters (C-21), addresses as they are: for words of our own."""
    told = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return told if len(told) <= most else told[: most - 1] + "…"


def defanged(text: str) -> str:
    """`user[@]host[.]example`, `hxxps[:]//`: readable, and no address any more."""
    quiet = _SCHEME.sub(lambda found: f"{found[1]}xx{found[2]}" if found[1] else "[:]", text)
    return _DOT.sub("[.]", quiet.replace("@", "[@]"))


def reason(record: Record, language: str) -> str:
    """The weightiest thing that speaks against it, one sentence; "" where the ledger has forgotten it. Total."""
    try:
        told = json.loads(record.case_json)
        findings = tuple(_findings(told["findings"]))
        verdict = Verdict(Label(record.verdict), record.brand, record.decided_by, findings, proven=False)
    except (ValueError, KeyError, TypeError):
        return ""
    found = parts(verdict, None, language)
    return line(next(iter((*found.against, *found.wants, *found.claims)), ""), 300)


def _findings(told: Any) -> Iterator[Finding]:  # noqa: ANN401 - JSON
    for one in told:
        yield Finding(
            rule=str(one["rule"]),
            kind=Kind(one["kind"]),
            strength=Strength(one["strength"]),
            layer=Layer(one["layer"]),
            quotes=tuple(_quote(quote) for quote in one["quotes"]),
            topic=str(one["topic"]),
        )


def _quote(told: Mapping[str, Any]) -> Quote:
    return Quote(where=str(told["where"]), text=str(told["text"]))
