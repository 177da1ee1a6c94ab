"""The 26 shapes of threats S-01..S-26, each as a change of a letter that the brand has signed.

A shape may need the brand to have signed loosely (`without`, `length`, `sealed`): that is the attack's premise, and it
is met before anything is changed. `forge` then changes the signed letter; `envelope` is how it came and what a border
that was fooled wrote.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass

import dkim

from tests.attacks.letters import (
    AUTHOR_DOMAIN,
    BRAND,
    EVIL,
    SIGNED_AT,
    Envelope,
    delivered,
    fields_of,
    joined,
    name_of,
    signed,
)
from tests.samples import sign

Change = Callable[[bytes], bytes]

EVIL_ENVELOPE = Envelope()
LURE = b"https://evil.example/assure"


@dataclass(frozen=True)
class Shape:
    """One attack. `raises`: words of which the judged message must show one, findings, defects or parts of an obstacle."""

    number: str
    slug: str
    why: str
    forge: Change
    raises: tuple[str, ...]
    envelope: Envelope = EVIL_ENVELOPE
    without: frozenset[str] = frozenset()
    """Fields that the brand left unsigned."""
    length: bool = False
    """The brand signed with l=."""
    sealed: bool = True
    """The brand signed each field once more than it was there."""


# --- tools ----------------------------------------------------------------------------------------------------------


def on_top(*fields: bytes) -> Change:
    """Fields put above all others."""
    return lambda raw: b"".join(field + b"\r\n" for field in fields) + raw


def above(name: str, *fields: bytes) -> Change:
    """Fields put above the first of that name; on top where there is none."""

    def change(raw: bytes) -> bytes:
        found, body = fields_of(raw)
        at = next((number for number, field in enumerate(found) if name_of(field) == name), 0)
        return joined([*found[:at], *(field + b"\r\n" for field in fields), *found[at:]], body)

    return change


def instead(name: str, *fields: bytes) -> Change:
    """The first field of that name replaced; put on top where there is none."""

    def change(raw: bytes) -> bytes:
        found, body = fields_of(raw)
        at = next((number for number, field in enumerate(found) if name_of(field) == name), None)
        rest = found if at is None else found[:at] + found[at + 1 :]
        at = at or 0
        return joined([*rest[:at], *(field + b"\r\n" for field in fields), *rest[at:]], body)

    return change


def without(*names: str) -> Change:
    """All fields of these names taken out."""

    def change(raw: bytes) -> bytes:
        found, body = fields_of(raw)
        return joined([field for field in found if name_of(field) not in names], body)

    return change


def lured(raw: bytes) -> bytes:
    """The text leads elsewhere; the signature of the brand, which the attacker does not have for this text, is gone."""
    return without("dkim-signature")(raw).replace(b"https://www.ameli.fr/assure", LURE)


def signed_by(domain: str, selector: str) -> Change:
    """An attacker or provider signs with the key that lies at that name."""

    def change(raw: bytes) -> bytes:
        fields = [name for name in map(name_of, fields_of(raw)[0]) if name in sign.SIGNED]
        try:
            return sign.signature(raw, domain, selector, sign.OTHERS, SIGNED_AT, fields=fields) + raw
        except (dkim.DKIMException, IndexError):  # dkimpy signs nothing that it cannot read, nor without From
            return raw

    return change


def both(*changes: Change) -> Change:
    """One after the other."""

    def change(raw: bytes) -> bytes:
        for one in changes:
            raw = one(raw)
        return raw

    return change


def word(text: str) -> bytes:
    """The text as one encoded word."""
    return b"=?utf-8?B?" + base64.b64encode(text.encode()) + b"?="


def _appended(raw: bytes) -> bytes:
    """A16: a boundary of the attacker's, and behind the signed part the only text that is shown then."""
    kind = b'Content-Type: multipart/alternative; boundary="=_x"'
    more = b"\r\n--=_x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>L'Assurance Maladie : <a href=" + LURE
    return instead("content-type", kind)(raw) + more + b">votre remboursement</a></p>\r\n--=_x--\r\n"


def _replayed(raw: bytes) -> bytes:
    """A14: what the signature leaves out is rewritten."""
    found, body = fields_of(raw)
    changed = [
        b"Subject: Remboursement de 214,60 euros : confirmez sous 24 h\r\n"
        if name_of(field) == "subject"
        else b"To: Tous les assures <assures@evil.example>\r\n"
        if name_of(field) == "to"
        else re.sub(rb"(?i)charset=utf-8", b"charset=utf-7", field)
        if name_of(field) == "content-type"
        else field
        for field in found
    ]
    return joined(changed, body)


def _brand(text: str = "Votre Assurance Maladie ") -> bytes:
    return f"{text}<{BRAND}>".encode()


_EVIL = EVIL.encode()
_GOOD = BRAND.encode()


def _from(value: bytes) -> Change:
    """The attacker's own mail with this From, signed by his own domain."""
    return both(lured, instead("from", b"From: " + value), signed_by("evil.example", "sel"))


def _injected(mail_from: str, results: str) -> Envelope:
    """The attacker's envelope, and the results of a border that it has fooled."""
    return Envelope(mail_from, results=f"{results}; dmarc=pass header.from={AUTHOR_DOMAIN}")


UNPROVEN = ("No DKIM signature aligns", "author-unproven", "not evaluated")

SHAPES = (
    Shape(
        "S-01",
        "mail-from-below-the-brand",
        "MAIL FROM lies in a subdomain of the brand's that does not exist: the border lets HELO pass and aligns MAIL FROM.",
        lured,
        UNPROVEN,
        _injected("<any@mailfrom.notexist.info.ameli.fr>", f"spf=pass smtp.mailfrom=mailfrom.notexist.{AUTHOR_DOMAIN}"),
    ),
    Shape(
        "S-02",
        "mail-from-that-looks-empty",
        "A parenthesis in MAIL FROM makes one component see an empty address, and the other the brand's.",
        lured,
        UNPROVEN,
        _injected(f"<(any@{AUTHOR_DOMAIN}>", f"spf=pass smtp.mailfrom=(any@{AUTHOR_DOMAIN}"),
    ),
    Shape(
        "S-03",
        "nul-in-the-selector",
        "A NUL in s= ends the name for the resolver: the key is fetched from the attacker's zone, and d= says the brand.",
        both(lured, signed_by(AUTHOR_DOMAIN, "sel._domainkey.evil.example.\0.any")),
        ("control-in-header", "nul"),
        _injected("<any@33.evil.example>", f"dkim=pass header.d={AUTHOR_DOMAIN}"),
    ),
    Shape(
        "S-04",
        "quote-in-d",
        "A quote in d= is copied into the results, where a component behind reads the brand's domain.",
        both(lured, signed_by(f"{AUTHOR_DOMAIN}'a.evil.example", "sel")),
        UNPROVEN,
        _injected(f"<{EVIL}>", f"dkim=pass header.d={AUTHOR_DOMAIN}'a.evil.example"),
    ),
    Shape(
        "S-05",
        "parenthesis-in-mail-from",
        "What stands behind the parenthesis in MAIL FROM is a comment in the results.",
        lured,
        UNPROVEN,
        _injected(
            f"<any@{AUTHOR_DOMAIN}(a.evil.example>", f"spf=pass smtp.mailfrom=any@{AUTHOR_DOMAIN}(a.evil.example)"
        ),
    ),
    Shape(
        "S-06",
        "quote-in-mail-from",
        "Two at-signs and a quote in MAIL FROM: the SPF component takes the last domain, the DMARC component the first.",
        lured,
        UNPROVEN,
        _injected(
            f"<any@{AUTHOR_DOMAIN}'@any.evil.example>", f"spf=pass smtp.mailfrom=any@{AUTHOR_DOMAIN}'@any.evil.example"
        ),
    ),
    Shape(
        "S-07",
        "route-in-mail-from",
        "A source route in MAIL FROM carries the brand's domain into the results.",
        lured,
        UNPROVEN,
        _injected(
            f"<@{AUTHOR_DOMAIN},@any.example:'any@evil.example>",
            f"spf=pass smtp.mailfrom=@{AUTHOR_DOMAIN},@any.example:'any@evil.example",
        ),
    ),
    Shape(
        "S-08",
        "two-from-fields",
        "Two From fields: the server checks one, the client shows the other.",
        both(
            lured,
            without("from"),
            above("to", b"From: <" + _EVIL + b">", b"From: " + _brand()),
            signed_by("evil.example", "sel"),
        ),
        ("several-from",),
    ),
    Shape(
        "S-09",
        "blank-before-from",
        "The first line begins with a blank: no field for the server, the author for some clients.",
        both(lured, on_top(b" From: <" + _EVIL + b">")),
        ("header-leading-space",),
    ),
    Shape(
        "S-10",
        "blank-before-the-colon",
        "A blank before the colon: obsolete syntax that most parsers skip and some clients show.",
        both(
            lured, instead("from", b"From: <" + _EVIL + b">", b"From : " + _brand()), signed_by("evil.example", "sel")
        ),
        ("header-space-colon",),
    ),
    Shape(
        "S-11",
        "folded-field-name",
        "The field name and its colon stand on two lines.",
        both(lured, above("from", b"From\r\n : <" + _EVIL + b">")),
        ("header-folded-name", "header-no-colon"),
    ),
    Shape(
        "S-12",
        "no-from-but-a-sender",
        "The From field cannot be read, and clients show the Sender.",
        both(lured, without("from", "sender"), above("to", b"From\r\n : <" + _EVIL + b">", b"Sender: " + _brand())),
        ("header-folded-name", "no-author", "header-no-colon"),
    ),
    Shape(
        "S-13",
        "two-addresses",
        "Two addresses in one From field.",
        _from(b"<" + _EVIL + b">, " + _brand()),
        ("several-authors",),
    ),
    Shape(
        "S-14",
        "encoded-address",
        "An address inside an encoded word, beside another that is not encoded.",
        _from(word(f"<{BRAND}>") + b",<" + _EVIL + b">"),
        ("several-authors", "from-malformed"),
    ),
    Shape(
        "S-15",
        "route",
        "A source route in front of the address: its first domain for the server, the address for the client.",
        _from(b"<@evil.example,@any.example:" + _GOOD + b">"),
        ("several-authors", "from-malformed"),
    ),
    Shape(
        "S-16",
        "quoted-pair",
        "An escaped comma between two addresses: one or two, depending on who reads.",
        _from(b"<" + _GOOD + b">\\,<" + _EVIL + b">"),
        ("several-authors",),
    ),
    Shape(
        "S-17",
        "bare-address-before-another",
        "An address without brackets, a comma, an address in brackets.",
        _from(_GOOD + b",<" + _EVIL + b">"),
        ("several-authors",),
    ),
    Shape(
        "S-18",
        "address-behind-the-brackets",
        "Text behind the brackets is a second address for some.",
        _from(b"<" + _EVIL + b">" + _GOOD),
        ("several-authors",),
    ),
    Shape(
        "S-19",
        "unsigned-fields-rewritten",
        "Subject, To and Content-Type were not signed, so a replay carries the attacker's.",
        _replayed,
        ("is not signed",),
        without=frozenset({"to", "subject", "content-type"}),
        sealed=False,
    ),
    Shape(
        "S-20",
        "second-subject-on-top",
        "Subject and To were signed once only, so a second one on top leaves the signature intact.",
        on_top(b"Subject: Remboursement en attente, https://evil.example/r", b"To: Tous <tous@evil.example>"),
        ("duplicate-once-only-header",),
        sealed=False,
    ),
    Shape(
        "S-21",
        "body-appended",
        "l= covers the genuine text; the attacker appends his own and declares another boundary.",
        _appended,
        ("l= leaves", "is not signed"),
        without=frozenset({"content-type", "mime-version"}),
        length=True,
        sealed=False,
    ),
    Shape(
        "S-22",
        "provider-signs-for-its-user",
        "A mail provider signs whatever From its user has written, with its own domain.",
        both(lured, signed_by("messagerie.example", "mx1")),
        UNPROVEN,
        Envelope("<client4471@messagerie.example>", "out3.messagerie.example", "198.51.100.90"),
    ),
    Shape(
        "S-23",
        "own-signature-and-another-from",
        "The attacker's own signed mail, replayed with a From of the brand's on top.",
        both(
            lured,
            instead("from", b"From: <" + _EVIL + b">"),
            signed_by("evil.example", "sel"),
            on_top(b"From: " + _brand()),
        ),
        ("several-from",),
    ),
    Shape(
        "S-24",
        "invisible-character-behind-the-domain",
        "An en quad behind the domain makes it another one for the server, and the same for the reader.",
        _from(b"Votre Assurance Maladie <" + _GOOD + "\u2000>".encode()),
        ("from-invisible",),
    ),
    Shape(
        "S-25",
        "whole-from-encoded",
        "The whole field, address included, is one encoded word: no domain for the server.",
        _from(word(f"Votre Assurance Maladie <{BRAND}>")),
        ("from-malformed", "no-author"),
    ),
    Shape(
        "S-26",
        "sender-without-from",
        "No From at all, and a Sender of the brand's.",
        both(lured, without("from", "sender"), above("to", b"Sender: " + _brand())),
        ("no-author",),
    ),
)


def composed(raw: bytes, *shapes: Shape) -> bytes:
    """The genuine letter `raw`, signed as loosely as the shapes need it, changed by one after the other, and delivered."""
    letter = signed(
        raw,
        without=frozenset().union(*(shape.without for shape in shapes)),
        length=any(shape.length for shape in shapes),
        sealed=all(shape.sealed for shape in shapes),
    )
    for shape in shapes:
        letter = shape.forge(letter)
    return delivered(letter, _envelope(shapes))


def _envelope(shapes: tuple[Shape, ...]) -> Envelope:
    """The last unusual envelope, with the results of all."""
    unusual = [shape.envelope for shape in shapes if shape.envelope != EVIL_ENVELOPE]
    if not unusual:
        return EVIL_ENVELOPE
    last = unusual[-1]
    results = "; ".join(envelope.results for envelope in unusual if envelope.results)
    return Envelope(last.mail_from, last.helo, last.ip, results)
