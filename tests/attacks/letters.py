"""Genuine letters of the brand, signed with the test keys, and the tools that take letters apart and put them together."""

from __future__ import annotations

import base64
import quopri
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from tests.samples import sign
from vigie.auth_checks.authenticate import authenticate
from vigie.auth_checks.resolver import ZoneResolver
from vigie.auth_checks.settings import TrustSettings
from vigie.auth_checks.types import AuthEvidence
from vigie.message.parse import parse
from vigie.message.types import Message
from vigie.rules import brand
from vigie.rules.judgement import judge
from vigie.rules.types import Label, Verdict

AUTHOR_DOMAIN = "info.ameli.fr"
BRAND = f"assurance-maladie@{AUTHOR_DOMAIN}"
EVIL = "relais@evil.example"
BORDER = "mx.demo.example"
SELECTOR = "demo2026"
SIGNED_AT = 1_794_980_469
RECEIVED = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

TEXT = """\
Bonjour,

Un nouveau message de l'Assurance Maladie vous attend dans votre compte ameli.

Pour le lire, rendez-vous sur https://www.ameli.fr/assure et connectez-vous.

L'Assurance Maladie
"""
HTML = """\
<html><body><p>Bonjour,</p>
<p>Un nouveau message de l'Assurance Maladie vous attend dans votre
<a href="https://www.ameli.fr/assure">compte ameli</a>.</p>
<p>L'Assurance Maladie</p></body></html>
"""
HEAD = f"""\
From: Votre Assurance Maladie <{BRAND}>
To: Camille Dumontel <camille.dumontel@demo.example>
Subject: Un nouveau message dans votre compte
Date: Wed, 18 Nov 2026 06:41:09 +0100
Message-ID: <f94088dc.85a02e@out25.info.ameli.fr>
MIME-Version: 1.0
"""


def lines(text: str) -> bytes:
    """The text in UTF-8 with CRLF."""
    return text.replace("\n", "\r\n").encode()


def plain() -> bytes:
    """One part of text."""
    return lines(HEAD + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n" + TEXT)


def alternative() -> bytes:
    """Text and HTML, quoted-printable, as the mailers of institutions do it."""
    parts = "".join(
        f"--=_b26\nContent-Type: text/{kind}; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
        + quopri.encodestring(text.encode()).decode()
        + "\n"
        for kind, text in (("plain", TEXT), ("html", HTML))
    )
    return lines(HEAD + f'Content-Type: multipart/alternative; boundary="=_b26"\n\n{parts}--=_b26--\n')


def encoded() -> bytes:
    """Display name and subject in encoded words, with Sender, Reply-To and Cc; the body is HTML in base64."""
    word = "=?utf-8?B?" + base64.b64encode(b"Votre Assurance Maladie").decode() + "?="
    head = HEAD.replace("Votre Assurance Maladie", word).replace(
        "MIME-Version",
        f"Reply-To: {BRAND}\nSender: {BRAND}\nCc: Louis Dumontel <louis.dumontel@demo.example>\nMIME-Version",
    )
    body = base64.encodebytes(HTML.encode()).decode()
    return lines(f"{head}Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\n{body}")


def fields_of(raw: bytes) -> tuple[list[bytes], bytes]:
    """The header fields, each with its folded lines and line ends, and the body."""
    head, _, body = raw.partition(b"\r\n\r\n")
    return re.findall(rb"(?ms)^[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*", head + b"\r\n"), body


def joined(fields: Iterable[bytes], body: bytes) -> bytes:
    """The message of these fields."""
    return b"".join(fields) + b"\r\n" + body


def name_of(field: bytes) -> str:
    """The lower-case field name without the blanks around it."""
    return field.partition(b":")[0].strip().lower().decode("latin-1")


@cache
def signed(raw: bytes, *, without: frozenset[str] = frozenset(), length: bool = False, sealed: bool = True) -> bytes:
    """The letter with the brand's signature on top, over all fields but those. `sealed`: once more than they are present."""
    chosen = [name for name in map(name_of, fields_of(raw)[0]) if name in sign.SIGNED and name not in without]
    if sealed:  # RFC 6376 section 8.15
        chosen += sign.SEALED
    return sign.signature(raw, AUTHOR_DOMAIN, SELECTOR, sign.BRAND, SIGNED_AT, fields=chosen, length=length) + raw


def simply_signed(raw: bytes) -> bytes:
    """Signed with simple canonicalization of header and body, each field once."""
    names = [name for name in sign.SIGNED if name in {name_of(field) for field in fields_of(raw)[0]}]
    field = sign.signature(raw, AUTHOR_DOMAIN, SELECTOR, sign.BRAND, SIGNED_AT, fields=names, canonical=b"simple")
    return field + raw


@dataclass(frozen=True)
class Envelope:
    """How the mail reached our border, and what the border wrote about it."""

    mail_from: str | None = f"<{EVIL}>"
    helo: str = "mx.evil.example"
    ip: str = "198.51.100.66"
    results: str = ""
    """The results of the border's Authentication-Results field; "" for none."""


OWN = Envelope(f"<retour@{AUTHOR_DOMAIN}>", "out25.info.ameli.fr", "203.0.113.25")
"""The brand's own way of sending."""


def delivered(raw: bytes, envelope: Envelope = OWN) -> bytes:
    """The message as it lies in the mailbox: Return-Path, our border's results and its Received field on top."""
    top = b""
    if envelope.mail_from is not None:
        top += f"Return-Path: {envelope.mail_from}\r\n".encode()
    top += b"Delivered-To: camille.dumontel@demo.example\r\n"
    if envelope.results:
        top += f"Authentication-Results: {BORDER};\r\n\t{envelope.results}\r\n".encode()
    top += (
        f"Received: from {envelope.helo} ({envelope.helo} [{envelope.ip}])\r\n\tby {BORDER} (Postfix) with ESMTPS id 4C8E1A77D2\r\n"
        "\tfor <camille.dumontel@demo.example>; Wed, 18 Nov 2026 06:41:12 +0100\r\n"
    ).encode()
    return top + raw


def zone() -> dict[str, dict[str, list[str]]]:
    """DNS of the brand as it is today, of the attacker, and of a mail provider with honest signatures."""
    others = sign.public_record(sign.OTHERS)
    return {
        "txt": {
            "_dmarc.ameli.fr": ["v=DMARC1; p=reject; sp=reject"],
            "_dmarc.info.ameli.fr": ["v=DMARC1; p=reject; adkim=s"],
            "ameli.fr": ["v=spf1 -all"],
            "info.ameli.fr": ["v=spf1 ip4:203.0.113.25 -all"],
            f"{SELECTOR}._domainkey.info.ameli.fr": [sign.public_record(sign.BRAND)],
            "evil.example": ["v=spf1 ip4:198.51.100.66 -all"],
            "33.evil.example": ["v=spf1 ip4:198.51.100.66 -all"],
            "any.evil.example": ["v=spf1 ip4:198.51.100.66 -all"],
            "mx.evil.example": ["v=spf1 ip4:198.51.100.66 -all"],
            "_dmarc.evil.example": ["v=DMARC1; p=none"],
            "sel._domainkey.evil.example": [others],
            "sel._domainkey.info.ameli.fr'a.evil.example": [others],
            "sel._domainkey.evil.example.\0.any._domainkey.info.ameli.fr": [others],
            "messagerie.example": ["v=spf1 ip4:198.51.100.90 -all"],
            "_dmarc.messagerie.example": ["v=DMARC1; p=reject"],
            "mx1._domainkey.messagerie.example": [others],
        }
    }


@cache
def resolver() -> ZoneResolver:
    return ZoneResolver(zone())


TRUST = TrustSettings(border_hosts=(BORDER,), authserv_ids=(BORDER,))
AMELI = brand.load("ameli")


@dataclass(frozen=True)
class Judged:
    """A message with everything that was found out about it."""

    message: Message
    evidence: AuthEvidence
    verdict: Verdict

    @property
    def proven(self) -> bool:
        """Something here says that the brand wrote it. An attacker may well prove his own domain."""
        complete = self.evidence.complete and not self.evidence.author_domain.endswith(".example")
        return complete or self.verdict.proven or self.verdict.label is Label.GENUINE

    def words(self) -> set[str]:
        """The names of findings, defects, and statuses, and all obstacles: what an attack may be recognized by."""
        found = {finding.rule for finding in self.verdict.findings}
        found |= {defect.code for defect in (*self.message.defects, *self.evidence.defects)}
        return found | set(self.evidence.obstacles)

    def told(self) -> str:
        """What a person needs to see why."""
        return f"{self.verdict.label} by row {self.verdict.decided_by}\n" + "\n".join(sorted(self.words()))


def judged(raw: bytes, *, trust: TrustSettings = TRUST) -> Judged:
    """The verdict of the ameli profile, DNS always asked."""
    message = parse(raw)
    evidence = authenticate(message, resolver().session(), trust, received=RECEIVED, now=NOW)
    return Judged(message, evidence, judge(message, evidence, (AMELI,)))


def complete(raw: bytes, trust: TrustSettings = TRUST) -> bool:
    """The proof is complete, for whatever author: without it no rule can make a message `genuine`."""
    message = parse(raw)
    return authenticate(message, resolver().session(), trust, received=RECEIVED, now=NOW).complete
