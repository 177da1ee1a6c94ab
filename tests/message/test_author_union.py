"""Whatever address another parser shows as the author is among ours (threats section 3.1), for fields built from hostile pieces."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.utils import getaddresses, parseaddr

import mailparser
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.attacks.letters import BRAND, EVIL, alternative, encoded, plain
from tests.attacks.shapes import SHAPES, composed
from tests.message.mails import REST, word
from vigie.message.parse import read

GOOD = "assurance-maladie@info.ameli.fr"
ADDRESS = re.compile(r"[^\s@<>\"(),:;\\\[\]]+@(?:[\w-]+\.)+[\w-]+")
"""What a person would take for an address: something, an at-sign, a host name with a dot."""


def bare(text: str) -> str:
    """In small letters, without what leaves no mark on a screen, and without letters beyond ASCII: bytes of no declared charset."""
    return "".join(char for char in text.strip() if char.isascii() and char.isprintable()).casefold()


def shown(raw: bytes) -> Iterator[tuple[str, str]]:
    """(parser, address) for every plain address that some parser takes for the author's."""
    old = email.message_from_bytes(raw, policy=email.policy.compat32)
    new = email.message_from_bytes(raw, policy=email.policy.default)
    values = [
        str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        for name, value in old.raw_items()
        if name.lower() == "from"
    ]
    for value in values:
        yield "parseaddr", parseaddr(value)[1]
        try:
            decoded = str(make_header(decode_header(value)))
        except (ValueError, LookupError, email.errors.HeaderParseError):
            continue
        yield "parseaddr of decoded", parseaddr(decoded)[1]
    yield from (("getaddresses", addr) for _, addr in getaddresses(values))
    try:
        fields = new.get_all("From", [])
    except Exception:  # noqa: BLE001 - the oracle's faults are its own
        fields = []
    for field in fields:
        yield from (("default policy", item.addr_spec) for item in getattr(field, "addresses", ()))
    try:
        yield from (("mail-parser", addr) for _, addr in mailparser.parse_from_bytes(raw).from_)
    except Exception:  # noqa: BLE001 - see above
        return


def missing(raw: bytes) -> list[tuple[str, str]]:
    """What others show and we do not: each host, and each address that stands in the text as it is shown.

    An address that a parser has glued together from pieces counts by its host.
    """
    authors = read(raw).authors
    ours = {bare(author.addr) for author in authors}
    hosts = {addr.rpartition("@")[2] for addr in ours}
    text = bare(raw.decode("utf-8", "replace"))
    lost = []
    for parser, shown_as in shown(raw):
        address = bare(shown_as)
        if not ADDRESS.fullmatch(address) or "=?" in shown_as:
            continue
        literal = shown_as.isascii() and address in text
        if address.rpartition("@")[2] not in hosts or (literal and address not in ours):
            lost.append((parser, shown_as))
    return lost


PIECES = [
    *(GOOD, EVIL, f"<{GOOD}>", f"<{EVIL}>", "Ameli", '"Ameli"', f'"{GOOD}"', '"', "\\", '\\"', "(", ")", f"({GOOD})"),
    *("<", ">", ",", ";", ":", "@", ".", " ", "\t", "\r\n ", "\r\n\t", "\r", "\0", "\u2000", "\u200b", "\u202e"),
    *("Amis:", "\\,", "\\<", "@evil.example,@any.example:", f"<@evil.example:{GOOD}>", f"<<{GOOD}>{EVIL}>"),
    *(word(GOOD), word(f"<{GOOD}>"), word(f"Ameli <{GOOD}>"), word("Ameli"), word('"'), word(","), "=?utf-8?q?", "?="),
    *("[192.0.2.1]", "x@[192.0.2.1]", "..", "é", "\xa0", "%", "!", "'", "`", "<>", "é@évil.example", "=40", "\x1b"),
]
TOPS = [
    "From: ",
    "From:",
    "from : ",
    "FROM:\t",
    "From\r\n : ",
    " From: ",
    "Sender: x@y.example\r\nFrom: ",
    "X: y\rFrom: ",
]


@settings(max_examples=800, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(TOPS), st.lists(st.sampled_from(PIECES), min_size=1, max_size=7), st.booleans())
@example("From: ", [GOOD, ",", f"<{EVIL}>"], False)
def test_our_union_holds_what_others_show(top, pieces, twice):
    field = (top + "".join(pieces) + "\r\n").encode()
    raw = field + (f"From: <{EVIL}>\r\n".encode() if twice else b"") + REST.encode() + b"\r\nx\r\n"
    assert missing(raw) == []


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.number)
def test_our_union_holds_what_others_show_of_each_attack(shape):
    for letter in (plain, alternative, encoded):
        assert missing(composed(letter(), shape)) == []


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60))
def test_our_union_holds_what_others_show_of_any_bytes(data):
    for field in (b"From: " + data, b"From: <" + BRAND.encode() + b">" + data, b"From: " + data + BRAND.encode()):
        assert missing(field + b"\r\n" + REST.encode() + b"\r\nx\r\n") == []
