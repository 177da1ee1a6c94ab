"""Who says it comes from whom, as a picture: boxes from what is shown down to the mailbox, each with what was verified.

The picture repeats in few words what stands beside it as text; no colour says anything that a word does not say (WCAG 1.4.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vigie.auth_checks.reasons import in_language
from vigie.ledger import stored
from vigie.ledger.handed_in_rows import is_place
from vigie.ledger.types import Record
from vigie.rules.types import Label
from vigie.web.review.opened import Stop
from vigie.web.review.shown import host, line
from vigie.web.review.told import Told
from vigie.web.words import Words

WIDTH = 340
BOX = 66
GAP = 26
SIGNATURES = 3
STOPS = 6


@dataclass(frozen=True, slots=True)
class Link:
    """One box. `state`: good, bad, open; `word` says the same. `name` is short enough for the box, `whole` is all of it."""

    title: str
    name: str
    whole: str
    state: str
    word: str
    reason: str
    y: int

    @property
    def bottom(self) -> int:
        """Where the arrow to the next box begins."""
        return self.y + BOX


@dataclass(frozen=True, slots=True)
class Chain:
    """The boxes from top to bottom, and the height of the picture."""

    links: tuple[Link, ...]
    width: int
    box: int
    gap: int

    @property
    def height(self) -> int:
        """Of the whole picture."""
        return self.links[-1].bottom + 2


def _mailbox(record: Record, t: Words) -> str:
    """Of what somebody handed in nobody knows in which mailbox it lies."""
    place = record.place
    handed = t("handed_in.place") if is_place(place) else place.folder
    return " / ".join(part for part in (place.account, handed) if part)


_MARKS = {"good": "✓", "bad": "✗", "open": ""}
_STATES = {"pass": "good", "fail": "bad", "softfail": "bad", "permerror": "bad"}


def chain(record: Record, told: Told, t: Words, stops: Sequence[Stop] = ()) -> Chain:
    """The picture of a case; `stops`: the Received fields, where the message itself was opened."""
    rows = [
        _shown(record, told, t),
        *_signatures(told, t),
        *_envelope(told, t),
        *_stops(stops, t),
        (t("review.chain.mailbox"), _mailbox(record, t), "open", "", ""),
    ]
    return Chain(
        tuple(
            Link(
                title,
                host(whole),
                line(whole),
                state,
                f"{_MARKS[state]} {word}".strip() if word else "",
                line(reason),
                1 + at * (BOX + GAP),
            )
            for at, (title, whole, state, word, reason) in enumerate(rows)
        ),
        WIDTH,
        BOX,
        GAP,
    )


_Row = tuple[str, str, str, str, str]


def _shown(record: Record, told: Told, t: Words) -> _Row:
    """What the reader of the mail sees, and what DMARC says of it."""
    dmarc = stored.mapping(told.authentication.get("dmarc"))
    status = line(dmarc.get("status"), 20)
    if told.verdict.proven:
        state, word = "good", t("review.chain.proven")
    elif _STATES.get(status) != "good":
        state, word = "bad", t("review.chain.unproven")
    else:
        accused = told.verdict.label in (Label.IMPERSONATION, Label.SUSPICIOUS)
        state, word = "bad" if accused else "open", t("review.chain.another")
    return t("review.chain.shown"), record.author or "?", state, word, _reason("DMARC", status, dmarc, t)


def _signatures(told: Told, t: Words) -> Iterator[_Row]:
    authentication = told.authentication
    found = [item for item in authentication.get("dkim") or () if isinstance(item, dict)]
    if not found and authentication:
        yield t("review.chain.signed"), "—", "open", t("review.chain.unsigned"), ""
    aligned = line(stored.mapping(authentication.get("dmarc")).get("organizational_domain"), 255)
    for item in found[:SIGNATURES]:
        status, domain = line(item.get("status"), 20), line(item.get("domain"), 255)
        state = _STATES.get(status, "open")
        word = t(f"review.chain.signature-{state}")
        if state == "good" and aligned and not _is_within(domain, aligned):
            state, word = "open", t("review.chain.signature-other")
        yield t("review.chain.signed"), domain or "?", _calm(state, told), word, _reason("DKIM", status, item, t)


def _envelope(told: Told, t: Words) -> Iterator[_Row]:
    spf = stored.mapping(told.authentication.get("spf"))
    if not spf:
        return
    status = line(spf.get("status"), 20)
    state = _STATES.get(status, "open")
    yield (
        t("review.chain.envelope"),
        line(spf.get("domain"), 255) or "—",
        _calm(state, told),
        t(f"review.chain.spf-{state}"),
        _reason("SPF", status, spf, t),
    )


def _calm(state: str, told: Told) -> str:
    """Good is only what helps to prove the organisation: a fraud signs its own domain just as well."""
    return "open" if state == "good" and not told.verdict.proven else state


def _stops(stops: Sequence[Stop], t: Words) -> Iterator[_Row]:
    """The oldest first, as the message travelled; of many those in the middle are left out."""
    shown = list(stops[::-1])
    if len(shown) > STOPS:
        shown = [*shown[:1], *shown[1 - STOPS :]]
    for stop in shown:
        origin = " ".join(part for part in (stop.rdns or stop.helo, f"[{stop.ip}]" if stop.ip else "") if part)
        yield (
            t("review.chain.hop", by=host(stop.by or "?", 28)),
            origin or "?",
            "open",
            t("review.chain.unverified"),
            line(stop.at, 40),
        )


def _reason(protocol: str, status: str, found: Mapping[str, Any], t: Words) -> str:
    told = in_language(line(found.get("reason")), t.language)
    return f"{protocol} {status}{t('review.colon')} {told}" if told else f"{protocol} {status}".strip()


def _is_within(domain: str, organization: str) -> bool:
    """Relaxed alignment (RFC 9989 section 4.10.1): the same organizational domain."""
    return domain == organization or domain.endswith(f".{organization}")
