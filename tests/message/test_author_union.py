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
from tests.effort import often
from tests.message.mails import REST, word
from vigie.message.parse import read

GOOD = "assurance-maladie@info.ameli.fr"
ADDRESS = re.compile(r"[^\s@<>\"(),:;\\\[\]]+@(?:[\w-]+\.)+[\w-]+")
"""What a person would take for an address: something, an at-sign, a host name with a dot."""

WORD = re.compile(r"=\?[^?\s]+\?[bBqQ]\?[^?]*\?=")


def bare(text: str) -> str:
    """In small letters, without what leaves no mark on a screen, and without letters beyond ASCII: bytes of no declared charset."""
    spaced = "".join(" " if char.isspace() else char for char in text.strip())
    return "".join(char for char in spaced if char.isascii() and char.isprintable()).casefold().strip()


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
    """What others show and we do not, of hosts and addresses that stand as they are shown in the text or in one of its encoded words.

    What a parser has glued together from pieces is nobody's address.
    """
    ours = {bare(author.addr) for author in read(raw).authors}
    hosts = {addr.rpartition("@")[2] for addr in ours}
    text = raw.decode("utf-8", "replace")
    text = bare("|".join([text, *map(decoded, WORD.findall(text))]))
    lost = []
    for parser, shown_as in shown(raw):
        address = bare(shown_as)
        host = address.rpartition("@")[2]
        if not ADDRESS.fullmatch(address) or "=?" in shown_as:
            continue
        alone = shown_as.isascii() and address in text
        if (host in text and host not in hosts) or (alone and address not in ours):
            lost.append((parser, shown_as))
    return lost


def decoded(encoded_word: str) -> str:
    """The standard library's reading; "" where it has none."""
    try:
        return str(make_header(decode_header(encoded_word)))
    except (ValueError, LookupError, email.errors.HeaderParseError):
        return ""


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


@settings(max_examples=often(200, 800), derandomize=True, suppress_health_check=[HealthCheck.too_slow], deadline=None)
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


@settings(max_examples=often(80, 300), derandomize=True, deadline=None)
@given(st.binary(max_size=60))
def test_our_union_holds_what_others_show_of_any_bytes(data):
    for field in (b"From: " + data, b"From: <" + BRAND.encode() + b">" + data, b"From: " + data + BRAND.encode()):
        assert missing(field + b"\r\n" + REST.encode() + b"\r\nx\r\n") == []
