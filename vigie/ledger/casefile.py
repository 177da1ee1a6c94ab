"""Case -> Record: what the ledger keeps of a judged message. Masked and bounded here, before anything reaches the disk (G11)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from vigie.ledger import stored
from vigie.ledger.identity import record_id
from vigie.ledger.masking import masked
from vigie.ledger.themes import theme
from vigie.ledger.types import Place, Record
from vigie.rules.types import Case, Label

SHOWN = 200
"""Characters of subject and author."""
MESSAGE_ID = 998
"""RFC 5322 section 2.1.1: no line is longer."""
CASE_BYTES = 64 * 1024
STRING = 1000
TOLD = 3000
"""Of the explanation in one language, which people read to its end."""
ENTRIES = 200
"""Of a list, before the size is looked at."""
PLAIN_VALUES = 100
"""Of a case whose frame alone is too big."""
_KEPT_AS_IS = frozenset({"sha256", "message_id"})
"""Top-level keys that name the message: a search for it needs them letter by letter."""
_OF_THE_MAIL = frozenset({"path", "subject", "author", "authentication", "findings", "links", "explanation", "advice"})
"""Top-level keys that tell what is in the mail, or who wrote it."""

_DOUBTED = frozenset({Label.IMPERSONATION, Label.SUSPICIOUS, Label.UNDECIDED})


def record_from_case(
    case: Case,
    place: Place,
    case_object: Mapping[str, Any],
    *,
    judged_at: datetime,
    retry_at: datetime | None = None,
    attempts: int = 1,
    consented: bool = False,
) -> Record:
    """The record of a case. `case_object` is what `vigie check --json` prints of it, from vigie.judge.export.

    The id follows from the place: judging a place again gives the same one. Of a mail that has nothing to do with a
    protected sender only the verdict is kept, and what recognises it: whom somebody writes to is no business of ours.
    `consented`: somebody has handed it in, to be read.
    """
    if case.verdict.label is Label.UNRELATED and not consented:
        case = replace(case, subject="", author="")
        case_object = {key: value for key, value in case_object.items() if key not in _OF_THE_MAIL}
    return Record(
        id=record_id(place),
        place=place,
        sha256=case.sha256,
        message_id=_one_line(case.message_id)[:MESSAGE_ID],
        subject=_bounded(_one_line(case.subject), SHOWN),
        author=_bounded(_one_line(case.author), SHOWN),
        verdict=case.verdict.label.value,
        brand=case.verdict.brand,
        decided_by=case.verdict.decided_by,
        case_json=case_text(case_object),
        judged_at=judged_at,
        elapsed_ms=case.elapsed_ms,
        size=case.size,
        retry_at=retry_at,
        attempts=attempts,
        theme=theme(case.subject, case_object) if case.verdict.label in _DOUBTED else "",
        campaign=case.campaign,
        sender=_bounded(_sender(case), SHOWN),
    )


def is_partial(record: Record) -> bool:
    """True where only the message's beginning was judged, since it was over the size limit."""
    return stored.case(record.case_json).get("partial") is True


def _sender(case: Case) -> str:
    evidence = case.evidence
    if evidence is None or case.verdict.label is Label.UNRELATED:
        return ""
    proven, shown = evidence.authenticated_domain, evidence.author_domain
    return proven or (f"?{shown}" if shown else "")


def case_text(case_object: Mapping[str, Any]) -> str:
    """One line of valid JSON, at most 64 KiB as UTF-8, masked. "links_left_out": how many of a list are missing, beside it.

    What a hostile mail fills up (links, signatures) goes first; what decides (verdict, proven) stays whatever it does.
    """
    kept = {
        key: _named(value) if key in _KEPT_AS_IS else _masked(value, TOLD if key == "explanation" else STRING)
        for key, value in _counted(case_object).items()
    }
    text = _json(kept)
    while len(text.encode()) > CASE_BYTES:
        longest = max(_lists(kept), key=lambda found: len(_json(found[0][found[1]])), default=None)
        if longest is None:
            return _json(_bare(kept))
        _halve(*longest)
        text = _json(kept)
    return text


def _lists(inside: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Every list that has something to lose, as (object, key); lists within lists go with them."""
    for key, value in inside.items():
        if isinstance(value, list) and value:
            yield inside, key
        elif isinstance(value, dict):
            yield from _lists(value)


def _halve(inside: dict[str, Any], key: str) -> None:
    count = (len(inside[key]) + 1) // 2
    inside[key] = inside[key][:-count]
    inside[_left_out(key)] = inside.get(_left_out(key), 0) + count


def _left_out(key: str) -> str:
    return f"{key}_left_out"


def _bare(kept: Mapping[str, Any]) -> dict[str, Any]:
    """What is left of a case whose very frame is too big: every plain value, the verdict among them."""
    plain = {
        key: value[:SHOWN] if isinstance(value, str) and key not in _KEPT_AS_IS else value
        for key, value in kept.items()
        if not isinstance(value, dict | list) and len(key) <= SHOWN
    }
    return {**dict(islice(plain.items(), PLAIN_VALUES)), "left_out": True}


def _masked(value: object, most: int) -> object:
    """Every string below `value` masked and bounded, every list bounded."""
    if isinstance(value, str):
        return _bounded(value, most)
    if isinstance(value, Mapping):
        return {key: _masked(item, most) for key, item in _counted(value).items()}
    if isinstance(value, list | tuple):
        return [_masked(item, most) for item in value[:ENTRIES]]
    return value


def _named(value: object) -> object:
    return str(value)[:MESSAGE_ID]


def _counted(value: Mapping[str, Any]) -> dict[str, Any]:
    """With the number of entries that long lists will lose."""
    beyond = {_left_out(key): len(item) - ENTRIES for key, item in value.items() if _is_long(item)}
    return {**value, **beyond}


def _is_long(item: object) -> bool:
    return isinstance(item, list | tuple) and len(item) > ENTRIES


def _bounded(text: str, most: int) -> str:
    """Masked first, cut afterwards: the cut must not leave half a number that nobody knows for what it is."""
    return masked(text[: 12 * most])[:most]


def _one_line(text: str) -> str:
    """Control characters and direction marks would let a subject write over the reader's screen."""
    return "".join(char if char.isprintable() else " " for char in text)


def _json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
