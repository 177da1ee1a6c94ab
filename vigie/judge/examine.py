"""raw bytes -> Case, in this process. `workers` does the same in processes that can be killed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from vigie.auth_checks.authenticate import authenticate
from vigie.auth_checks.frozen import FrozenResolver
from vigie.auth_checks.resolver import resolver_from
from vigie.auth_checks.types import (
    UNKNOWN_DELIVERY,
    ArcResult,
    AuthEvidence,
    BorderHop,
    Delivery,
    DmarcResult,
    DnsAnswer,
    Provenance,
    SpfResult,
    Status,
)
from vigie.judge import tesseract
from vigie.judge.pictured import with_pictures
from vigie.judge.settings import JudgeSettings
from vigie.message.parse import UNREADABLE, parse
from vigie.message.pasted import pasted
from vigie.message.shape import campaign
from vigie.message.types import Medium, Message
from vigie.rules import brand
from vigie.rules.explain import explain, languages
from vigie.rules.judgement import UNRELATED, claims, conclude, judge
from vigie.rules.types import Case, JudgedLink, Label, Verdict

NOT_ASKED = "not asked: the message does not claim to come from a protected sender"
SHOWN_LINKS = 200
SHOWN_TEXT = 200


class UnreadableError(Exception):
    """The reader failed over a message: nothing is known about it, and nothing may be said."""

    temporary = False


class Examiner:
    """Judges messages with one set of settings; keeps the DNS cache and the brands between them. Not thread-safe."""

    def __init__(self, settings: JudgeSettings) -> None:
        self._settings = settings
        self._brands = settings.brands.packs()
        self._resolver = resolver_from(settings.dns)
        self._reader = tesseract.installed() if settings.limits.ocr else None

    def examine(
        self,
        raw: bytes,
        *,
        now: datetime,
        received: datetime | None = None,
        delivery: Delivery = UNKNOWN_DELIVERY,
        answers: Sequence[DnsAnswer] | None = None,
        opens: bool = True,
    ) -> Case:
        """Judges one message. `received` (aware): when it reached the mailbox, INTERNALDATE; None when that is unknown.

        `answers`: what the DNS said when it was judged first; then nobody is asked, and the same verdict comes out again.
        `opens`: see parse; no letter is looked for in pictures without it.
        Hostile bytes give defects and findings. Only the first `limits.message_bytes` are read.
        Raises UnreadableError where our own reader failed; the worker pool turns it, like any fault of ours, into `undecided`.
        """
        started = time.perf_counter()
        limit = self._settings.limits.message_bytes
        message = parse(raw[:limit], opens=opens)
        if len(raw) >= limit:  # the mailboxes hand over no more than the limit either
            delivery = replace(delivery, cut=True)
        _readable(message)
        if self._reader is not None and opens:
            left = self._settings.limits.wall_s / 2 - (time.perf_counter() - started)  # the other half is for the DNS
            message = with_pictures(message, self._reader, self._brands, left)
        resolver = self._resolver if answers is None else FrozenResolver(answers)

        def authenticated() -> AuthEvidence:
            asked = resolver.session()
            return authenticate(message, asked, self._settings.trust, received=received, now=now, delivery=delivery)

        evidence, verdict = self._judged(message, not_asked(received, now), authenticated)
        return self._case(message, evidence, verdict, len(raw), started)

    def examine_text(self, text: bytes, *, now: datetime, medium: Medium | None = None) -> Case:
        """Judges a pasted text (UTF-8): an SMS, a letter, notes of a call. `medium` None: guessed; the case tells it.

        Nothing is asked of the DNS and nothing can prove it: it is never `genuine`. Raises UnreadableError as `examine` does.
        """
        started = time.perf_counter()
        message = pasted(text[: self._settings.limits.message_bytes], medium)
        _readable(message)
        evidence = not_asked(None, now)
        verdict = judge(message, evidence, self._brands)
        return self._case(message, None, verdict, len(text), started)

    def _case(
        self, message: Message, evidence: AuthEvidence | None, verdict: Verdict, size: int, started: float
    ) -> Case:
        profile = next((item for item in self._brands if item.name == verdict.brand), self._brands[0])
        told = {lang: explain(verdict, evidence, profile, lang, message.medium, self._brands) for lang in languages()}
        return Case(
            sha256=message.sha256,
            message_id=message.message_id[:SHOWN_TEXT],
            subject=shown(message.subject),
            author=author_line(message),
            verdict=verdict,
            evidence=evidence,
            links=tuple(_links(message, profile)),
            explanation={lang: text for lang, (text, _) in told.items()},
            advice={lang: advice for lang, (_, advice) in told.items()},
            elapsed_ms=round((time.perf_counter() - started) * 1000, 2),
            size=size,
            medium=message.medium,
            campaign=campaign(message) if _belongs(message, verdict) else "",
        )

    def _judged(
        self, message: Message, empty: AuthEvidence, authenticated: Callable[[], AuthEvidence]
    ) -> tuple[AuthEvidence, Verdict]:
        """Asks DNS only about mail that claims to be a brand's, unless told to ask always: no stranger learns who read what."""
        claimed = claims(message, empty, self._brands)
        if self._settings.dns.ask == "claimed" and not any(claim.any for claim in claimed):
            return empty, UNRELATED
        evidence = authenticated()
        return evidence, conclude(claimed, evidence)


def _belongs(message: Message, verdict: Verdict) -> bool:
    return message.medium is Medium.MAIL and verdict.label is not Label.UNRELATED


def _readable(message: Message) -> None:
    for defect in message.defects:
        if defect.code == UNREADABLE:  # an empty message claims nothing: `unrelated` would be a lie (G5)
            raise UnreadableError(f"the reader failed with {defect.detail}")


def not_asked(received: datetime | None, now: datetime) -> AuthEvidence:
    """The evidence about a message whose sender nobody had to ask about."""
    return AuthEvidence(
        border=BorderHop(found=False, reason=NOT_ASKED),
        spf=SpfResult(Status.NONE, "", Provenance.UNAVAILABLE, NOT_ASKED),
        dkim=(),
        dmarc=DmarcResult(Status.NONE, "", Provenance.UNAVAILABLE, NOT_ASKED),
        arc=ArcResult(Status.NONE, NOT_ASKED),
        author_domain="",
        authenticated_domain=None,
        complete=False,
        received_at=received,
        examined_at=now,
        obstacles=(NOT_ASKED,),
    )


def shown(text: str) -> str:
    """One line for a person: control and format characters out, bounded."""
    plain = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(plain.split())[:SHOWN_TEXT]


def author_line(message: Message) -> str:
    """The first author as a mail client shows it."""
    if not message.authors:
        return ""
    first = message.authors[0]
    display = shown(first.display)
    address = shown(first.addr)
    return f"{display} <{address}>"[:SHOWN_TEXT] if display else address


def _links(message: Message, profile: brand.Brand) -> list[JudgedLink]:
    return [
        JudgedLink(
            shown=shown(link.shown),
            target=link.target[:2000],
            host=link.host,
            official=not link.via and all(map(profile.official_host, (link.host, *link.other_hosts))),
            layer=link.layer,
            unwrapped_from=link.unwrapped_from[:2000] if link.unwrapped_from else None,
        )
        for link in message.links[:SHOWN_LINKS]
    ]
