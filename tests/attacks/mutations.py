"""Forgeries by the thousand: one place of a signed letter changed in every way that came to mind, exhaustively and in order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tests.attacks.letters import AUTHOR_DOMAIN, BORDER, BRAND, EVIL, fields_of, joined, name_of

Mutation = tuple[str, bytes]
"""What was done, and the message that it gives."""

Edit = Callable[[bytes], bytes]

ADDED = {
    "from": [f"Ameli <{EVIL}>", f"<{BRAND}>", f"Votre Assurance Maladie <{BRAND}>, <{EVIL}>", ""],
    "sender": [f"<{EVIL}>", f"Votre Assurance Maladie <{BRAND}>"],
    "reply-to": [f"<{EVIL}>", f"<{BRAND}>, <{EVIL}>"],
    "to": ["Tous <tous@evil.example>", ""],
    "cc": ["Autre <autre@evil.example>"],
    "subject": ["Remboursement : https://evil.example/r", ""],
    "date": ["Fri, 20 Nov 2026 10:00:00 +0100", "hier"],
    "content-type": [
        "text/html; charset=utf-7",
        'multipart/mixed; boundary="=_x"',
        "application/octet-stream; name=facture.html",
        "message/rfc822",
        "text/plain",
    ],
    "content-transfer-encoding": ["base64", "quoted-printable", "7bit", "x-uuencode"],
    "content-disposition": ["attachment; filename=facture.html", "inline"],
    "content-location": ["https://evil.example/"],
    "content-base": ["https://evil.example/"],
    "content-id": ["<logo@evil.example>"],
    "content-description": ["Facture de https://evil.example"],
    "mime-version": ["1.0", "2.0"],
    "message-id": ["<1@evil.example>"],
    "in-reply-to": ["<1@evil.example>"],
    "references": ["<1@evil.example>"],
    "resent-from": [f"<{EVIL}>"],
    "resent-sender": [f"<{EVIL}>"],
    "mail-followup-to": [f"<{EVIL}>"],
    "mail-reply-to": [f"<{EVIL}>"],
    "list-unsubscribe": ["<https://evil.example/u>", f"<mailto:{EVIL}>"],
    "list-post": [f"<mailto:{EVIL}>"],
    "list-help": ["<https://evil.example/aide>"],
    "list-archive": ["<https://evil.example/a>"],
    "disposition-notification-to": [f"<{EVIL}>"],
    "return-receipt-to": [f"<{EVIL}>"],
    "thread-topic": ["Remboursement : https://evil.example/r"],
    "comments": ["Remboursement : https://evil.example/r"],
    "keywords": ["remboursement"],
    "organization": ["Assurance Maladie"],
    "return-path": [f"<{EVIL}>", f"<{BRAND}>"],
    "errors-to": [f"<{EVIL}>"],
    "bcc": ["camille.dumontel@demo.example"],
    "x-priority": ["1"],
    "x-mailer": ["Ameli"],
    "x-unsent": ["1"],
    "x-message-flag": ["Remboursement : https://evil.example/r"],
}
"""Values that an attacker would like to add or to put in a field's place."""

INSIDE = [
    *(b"\0", b"\r", b"\t", b"\x0b", b"\x0c", b"\x1b", b"\x7f", b"\x80", b"\xa0", b"\xff", b"=?utf-8?q?=00?="),
    *(char.encode() for char in "\u200b\u200e\u202e\u2000\u00ad\ufeff\u2028\u0085\u3000\u2060\u180e\u034f\U000e0041"),
]
"""What no reader sees, or sees as a blank."""
BOUNDS = [b" ", b"\t", b"\r\n ", b"\r\n\t", b"\r\n \r\n ", b"  ", b"\r\n", b"\n", b"\r\n\r\n", b"\n\n", b"\r\r\n"]
"""Blanks and line ends, within a field's rules and beyond them."""


def forgeries(raw: bytes) -> Iterator[Mutation]:
    """Every mutation of a letter, field by field, then of the body, the signature and what stands around."""
    fields, body = fields_of(raw)
    for at, field in enumerate(fields):
        for what, changed in of_field(field):
            yield f"{name_of(field)}: {what}", joined([*fields[:at], changed, *fields[at + 1 :]], body)
        for what, changed in of_name(field):
            yield f"{name_of(field)}, name: {what}", joined([*fields[:at], changed, *fields[at + 1 :]], body)
    yield from _added(fields, body)
    yield from _swapped(fields, body)
    for what, changed in of_body(body):
        yield f"body: {what}", joined(fields, changed)
    yield from _results(fields, body)
    yield from _signature(fields, body)
    yield from _ends(raw, fields, body)


def of_field(field: bytes) -> Iterator[Mutation]:
    """One field with another body."""
    name, _, value = field.partition(b":")
    value = value.removesuffix(b"\r\n")
    head = name + b":"
    for number, other in enumerate(ADDED.get(name_of(field), ["https://evil.example/r", EVIL, ""])):
        yield f"replaced {number}", head + b" " + other.encode() + b"\r\n"
    yield "deleted", b""
    for number, longer in enumerate((value + b" " + EVIL.encode(), b" " + EVIL.encode() + b"," + value)):
        yield f"more text {number}", head + longer + b"\r\n"
    for number, longer in enumerate((b" (" + EVIL.encode() + b")" + value, value + b" (" + EVIL.encode() + b")")):
        yield f"comment {number}", head + longer + b"\r\n"
    yield "upper case", head + value.upper() + b"\r\n"
    yield "lower case", head + value.lower() + b"\r\n"
    yield "swapped case", head + value.swapcase() + b"\r\n"
    yield "encoded", head + b" " + _word(value.strip()) + b"\r\n"
    yield "quoted", head + b' "' + value.strip() + b'"\r\n'
    yield "twice in one", head + value + b"," + value + b"\r\n"
    yield "half", head + value[: len(value) // 2] + b"\r\n"
    for position in _positions(value):
        for number, piece in enumerate((*INSIDE, *BOUNDS)):
            yield f"byte {number} put at {position}", head + value[:position] + piece + value[position:] + b"\r\n"
        for number, piece in enumerate((b"x", b"@", b"<", b">", b",", b";", b":", b'"', b"\\", b"(", b")", b"=")):
            yield f"sign {number} put at {position}", head + value[:position] + piece + value[position:] + b"\r\n"
        if position < len(value):
            yield f"byte gone at {position}", head + value[:position] + value[position + 1 :] + b"\r\n"
            flipped = bytes([value[position] ^ 1])
            yield f"bit at {position}", head + value[:position] + flipped + value[position + 1 :] + b"\r\n"


def of_name(field: bytes) -> Iterator[Mutation]:
    """One field under another name, or the same written otherwise."""
    name, _, value = field.partition(b":")
    for what, other in (
        ("upper case", name.upper()),
        ("lower case", name.lower()),
        ("swapped case", name.swapcase()),
        ("blank behind", name + b" "),
        ("tab behind", name + b"\t"),
        ("blank before", b" " + name),
        ("tab before", b"\t" + name),
        ("folded", name + b"\r\n "),
        ("no-break space behind", name + b"\xc2\xa0"),
        ("zero width inside", name[:1] + b"\xe2\x80\x8b" + name[1:]),
        ("NUL inside", name[:1] + b"\0" + name[1:]),
        ("NUL behind", name + b"\0"),
        ("carriage return behind", name + b"\r"),
        ("vertical tab behind", name + b"\x0b"),
        ("another name", b"X-" + name),
        ("a letter less", name[:-1]),
    ):
        yield what, other + b":" + value
    yield "no colon", name + value


def of_body(body: bytes) -> Iterator[Mutation]:
    """Another body."""
    lure = b'\r\n<p><a href="https://evil.example/r">Votre remboursement</a></p>\r\n'
    yield "appended", body + lure
    yield "prepended", lure + body
    yield "gone", b""
    yield "twice", body + b"\r\n" + body
    yield "part appended", body + b"--=_b26\r\nContent-Type: text/html\r\n\r\n" + lure + b"--=_b26--\r\n"
    yield (
        "part before the end",
        body.replace(b"--=_b26--", b"--=_b26\r\nContent-Type: text/html\r\n\r\n" + lure + b"\r\n--=_b26--"),
    )
    yield "preamble", b"Un mot : https://evil.example/r\r\n" + body
    yield "link replaced", body.replace(b"www.ameli.fr", b"www.evil.example")
    yield "link by an entity", body.replace(b"www.ameli.fr", b"www&#46;evil.example")
    yield "boundary replaced", body.replace(b"=_b26", b"=_b27")
    yield "boundary longer", body.replace(b"--=_b26", b"--=_b266")
    yield "boundary with a blank", body.replace(b"--=_b26\r\n", b"--=_b26 \r\n")
    yield "encoding replaced", body.replace(b"quoted-printable", b"base64")
    yield "kind replaced", body.replace(b"text/plain", b"text/html")
    yield "blank lines behind", body + b"\r\n\r\n"
    yield "blanks behind", body + b" \t "
    yield "line of blanks behind", body + b"  \r\n"
    yield "blanks at line ends", body.replace(b"\r\n", b" \r\n")
    yield "tabs for blanks", body.replace(b" ", b"\t")
    yield "two blanks for one", body.replace(b" ", b"  ")
    yield "no blanks", body.replace(b" ", b"")
    yield "blanks before lines", body.replace(b"\r\n", b"\r\n ")
    yield "bare line feeds", body.replace(b"\r\n", b"\n")
    yield "bare carriage returns", body.replace(b"\r\n", b"\r")
    yield "a carriage return more", body.replace(b"\r\n", b"\r\r\n")
    yield "upper case", body.upper()
    for position in _positions(body, 40):
        for number, piece in enumerate((*INSIDE[:10], *BOUNDS, b"x", b"=", b"<", b"--=_b26--\r\n", "\u200b".encode())):
            yield f"piece {number} put at {position}", body[:position] + piece + body[position:]
        yield f"byte gone at {position}", body[:position] + body[position + 1 :]
        yield f"rest gone at {position}", body[:position]
        if position < len(body):
            yield f"bit at {position}", body[:position] + bytes([body[position] ^ 1]) + body[position + 1 :]


def _positions(data: bytes, most: int = 6) -> list[int]:
    """Places in the data: both ends, and evenly between them."""
    step = max(len(data) // most, 1)
    return sorted({0, 1, len(data) - 1, len(data), *range(0, len(data), step)} & set(range(len(data) + 1)))


def _word(text: bytes) -> bytes:
    return b"=?utf-8?q?" + b"".join(b"=%02X" % byte for byte in text) + b"?="


def _added(fields: list[bytes], body: bytes) -> Iterator[Mutation]:
    """A field more: on top, above and below the one of its name, at the bottom; with an odd name, too."""
    names = [name_of(field) for field in fields]
    for name, values in ADDED.items():
        for number, value in enumerate(values):
            field = f"{name.title()}: {value}\r\n".encode()
            places = {"on top": 0, "at the bottom": len(fields)}
            if name in names:
                places |= {"above": names.index(name), "below": names.index(name) + 1}
            for where, at in places.items():
                yield f"{name} {number} added {where}", joined([*fields[:at], field, *fields[at:]], body)
        plain = values[0].encode()
        title = name.title().encode()
        for what, field in (
            ("space before colon", title + b" : " + plain),
            ("leading blank", b" " + title + b": " + plain),
            ("folded name", title + b"\r\n : " + plain),
            ("NUL in name", title[:2] + b"\0" + title[2:] + b": " + plain),
            ("zero width in name", title[:2] + b"\xe2\x80\x8b" + title[2:] + b": " + plain),
            ("behind a bare CR", b"X-A: b\r" + title + b": " + plain),
            ("behind a bare LF", b"X-A: b\n" + title + b": " + plain),
            ("behind a line of blanks", b"X-A: b\r\n \r\n" + title + b": " + plain),
            ("behind a vertical tab", b"X-A: b\x0b" + title + b": " + plain),
            ("behind a line separator", b"X-A: b\xe2\x80\xa8" + title + b": " + plain),
            ("behind a NEL", b"X-A: b\xc2\x85" + title + b": " + plain),
            ("behind a lone word", b"mot\r\n" + title + b": " + plain),
        ):
            for where, at in (("on top", 0), ("at the bottom", len(fields))):
                yield f"{name} added {where}, {what}", joined([*fields[:at], field + b"\r\n", *fields[at:]], body)


def _swapped(fields: list[bytes], body: bytes) -> Iterator[Mutation]:
    """Two neighbours change places; a field stands twice; the end of the header comes early."""
    for at in range(len(fields)):
        name = name_of(fields[at])
        yield f"{name} twice", joined([*fields[: at + 1], *fields[at:]], body)
        yield f"{name} copied to the top", joined([fields[at], *fields], body)
        yield f"{name} copied to the bottom", joined([*fields, fields[at]], body)
        yield f"{name} moved to the top", joined([fields[at], *fields[:at], *fields[at + 1 :]], body)
        yield f"{name} moved to the bottom", joined([*fields[:at], *fields[at + 1 :], fields[at]], body)
        for what, end in (("empty line", b"\r\n"), ("line of blanks", b" \r\n"), ("bare LF", b"\n"), ("CR", b"\r\r\n")):
            yield f"{what} above {name}", joined([*fields[:at], end, *fields[at:]], body)
        if at:
            yield (
                f"{name} before its neighbour",
                joined([*fields[: at - 1], fields[at], fields[at - 1], *fields[at + 1 :]], body),
            )


def _results(fields: list[bytes], body: bytes) -> Iterator[Mutation]:
    """Results of the attacker's own, at every place."""
    said = f"{BORDER}; spf=pass smtp.mailfrom={AUTHOR_DOMAIN}; dkim=pass header.d={AUTHOR_DOMAIN}; dmarc=pass header.from={AUTHOR_DOMAIN}"
    for at in range(len(fields) + 1):
        for name in (
            "Authentication-Results",
            "ARC-Authentication-Results",
            "Received-SPF",
            "X-Original-Authentication-Results",
        ):
            field = f"{name}: {said}\r\n".encode()
            yield f"{name} at {at}", joined([*fields[:at], field, *fields[at:]], body)


def _signature(fields: list[bytes], body: bytes) -> Iterator[Mutation]:
    """The signature with other tags, or another one beside it."""
    for at, field in enumerate(fields):
        if name_of(field) != "dkim-signature":
            continue
        value = field.partition(b":")[2].removesuffix(b"\r\n")
        tags = [tag for tag in value.split(b";") if tag.strip()]
        for changed, what in _retagged(tags):
            new = b"DKIM-Signature:" + b";".join(changed) + b"\r\n"
            yield f"signature: {what}", joined([*fields[:at], new, *fields[at + 1 :]], body)
            yield f"signature above: {what}", joined([new, *fields], body)


def _retagged(tags: list[bytes]) -> Iterator[tuple[list[bytes], str]]:
    for number, tag in enumerate(tags):
        name, _, value = tag.partition(b"=")
        key = name.strip().decode("latin-1")
        yield [*tags[:number], *tags[number + 1 :]], f"without {key}="
        yield [*tags, tag], f"{key}= twice"
        for other in (
            b"",
            b"0",
            b"evil.example",
            value + b"x",
            value[:-1],
            value.swapcase(),
            value + b"\0",
            b"\xff" + value,
        ):
            yield [*tags[:number], name + b"=" + other, *tags[number + 1 :]], f"{key}={other[:20]!r}"
    for more in (
        b" l=0",
        b" l=10",
        b" l=100000",
        b" x=1",
        b" t=99999999999",
        b" z=From:x",
        b" i=@evil.example",
        b" q=dns",
        b" c=simple/simple",
        b" h=from",
    ):
        yield [*tags, more], f"more {more!r}"


def _ends(raw: bytes, fields: list[bytes], body: bytes) -> Iterator[Mutation]:
    """Other line ends, other beginnings."""
    yield "bare line feeds everywhere", raw.replace(b"\r\n", b"\n")
    yield "bare line feeds in the header", joined(fields, b"").replace(b"\r\n", b"\n") + body
    yield "carriage returns only", raw.replace(b"\r\n", b"\r")
    yield "an envelope line on top", b"From relais@evil.example Wed Nov 18 06:41:09 2026\r\n" + raw
    yield "a marked envelope line on top", b">From relais@evil.example Wed Nov 18 06:41:09 2026\r\n" + raw
    yield "an envelope line that is a field", b"From relais@evil.example: x\r\n" + raw
    yield "a byte order mark on top", b"\xef\xbb\xbf" + raw
    yield "an empty line on top", b"\r\n" + raw
    yield "a NUL on top", b"\0" + raw
    yield "another header on top", b"From: <relais@evil.example>\r\nSubject: x\r\n\r\n" + raw
    yield "a padded header", b"X-A: " + b"x" * (1 << 20) + b"\r\n" + raw
    yield "many fields", b"X-A: b\r\n" * 2_100 + raw
    for position in _positions(raw, 60):
        yield f"rest gone at {position}", raw[:position]
        yield f"byte gone at {position}", raw[:position] + raw[position + 1 :]
    for match in re.finditer(rb"\r\n", joined(fields, b"")):
        yield f"line feed only at {match.start()}", raw[: match.start()] + raw[match.start() + 1 :]
        yield f"CR only at {match.start()}", raw[: match.start() + 1] + raw[match.start() + 2 :]
        yield f"line end gone at {match.start()}", raw[: match.start()] + raw[match.start() + 2 :]
