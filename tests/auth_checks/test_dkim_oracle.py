"""Our DKIM beside dkimpy's own verify, on random mails: we never say pass where it says fail, and on honest mail they agree."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from types import SimpleNamespace

import dkim as dkimpy
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.auth_checks.letters import AUTHOR, key_record, sign, zone
from tests.effort import often
from vigie.auth_checks.canonical import header_hash
from vigie.auth_checks.dkim import check_dkim
from vigie.auth_checks.keys import PublicKey, fetch_key
from vigie.auth_checks.letter import read_letter
from vigie.auth_checks.resolver import ZoneResolver
from vigie.auth_checks.types import DkimResult, Status

DAY = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
KEYS = {f"sel._domainkey.{AUTHOR}": key_record(), f"ed._domainkey.{AUTHOR}": key_record("ed25519")}

BLANK = st.sampled_from([" ", "  ", "\t", " \t ", "\r\n ", "\r\n\t", " \r\n  "])
WORD = st.text(alphabet="abcxyzABCéÿ=;:_-.0123456789?\"'<>[]", min_size=1, max_size=12)
VALUE = st.lists(st.one_of(WORD, BLANK), max_size=8).map("".join)
NAME = st.sampled_from(
    ["To", "Subject", "Date", "Cc", "X-A", "x-a", "Reply-To", "Message-ID", "List-Id", "MIME-Version"]
)
LINE = st.lists(
    st.sampled_from(["a", "Bonjour", "=", ".", " ", "\t", "  ", "é", "-- ", "--b", "From ", "\x0b"]), max_size=6
).map("".join)
BODY = st.lists(LINE, max_size=8).map(lambda lines: "".join(line + "\r\n" for line in lines))
CANONICAL = st.sampled_from([b"simple", b"relaxed"])
MAIL = st.builds(
    lambda fields, body: (
        "From: Caisse <lettre@info.caisse.example>\r\n"
        + "".join(f"{name}:{value or ' '}\r\n" for name, value in fields)
        + "\r\n"
        + body
    ).encode(),
    st.lists(st.tuples(NAME, VALUE.map(lambda text: " " + text)), max_size=6),
    BODY,
)


def oracle(raw: bytes) -> bool:
    """What dkimpy says of the topmost signature, at our instant."""

    def ask(name: bytes, timeout: float = 5) -> bytes | None:
        return KEYS.get(name.decode("ascii", "replace").rstrip("."), "").encode() or None

    clock = dkimpy.time
    dkimpy.time = SimpleNamespace(time=DAY.timestamp)
    try:
        return bool(dkimpy.DKIM(raw).verify(dnsfunc=ask))
    except (dkimpy.DKIMException, ValueError, AssertionError, IndexError):
        return False
    finally:
        dkimpy.time = clock


def ours(raw: bytes) -> DkimResult | None:
    """Our result for the topmost signature; None without one."""
    return next(iter(check_dkim(read_letter(raw), AUTHOR, ZoneResolver(zone()).session(), received=DAY, now=DAY)), None)


@st.composite
def signed(draw: st.DrawFn) -> bytes:
    raw = draw(MAIL)
    present = sorted({name.decode() for name, _ in read_letter(raw).fields})
    names = ["From", *draw(st.lists(st.sampled_from([*present, "Subject", "Absent"]), max_size=8))]
    ed25519 = draw(st.booleans())
    return sign(
        raw,
        selector="ed" if ed25519 else "sel",
        key="ed25519" if ed25519 else "brand",
        algorithm="ed25519-sha256" if ed25519 else "rsa-sha256",
        headers=names,
        length=draw(st.booleans()),
        canonicalize=(draw(CANONICAL), draw(CANONICAL)),
    )


@settings(max_examples=often(60, 150), deadline=None)
@given(signed())
def test_on_honest_mail_they_agree(raw: bytes):
    assert oracle(raw)
    found = ours(raw)
    assert found is not None
    assert found.status is Status.PASS, found.reason


@settings(max_examples=often(80, 200), deadline=None)
@given(signed(), st.data())
def test_we_never_pass_what_it_fails(raw: bytes, data: st.DataObject):
    """What happens on the way: white space, folding, further fields and lines, a changed octet."""
    how = data.draw(st.sampled_from(["fields", "blanks", "unfold", "end", "octet", "swap", "tags"]))
    place = data.draw(st.integers(0, len(raw) - 1))
    if how == "fields":
        raw = f"{data.draw(NAME)}: {data.draw(WORD)}\r\n".encode() + raw
    elif how == "blanks":
        spaces = [match.start() for match in re.finditer(rb"[ \t]", raw)]
        at = data.draw(st.sampled_from(spaces))
        raw = raw[:at] + data.draw(st.sampled_from([b"", b"  ", b"\t", b"\r\n "])) + raw[at + 1 :]
    elif how == "unfold":
        raw = re.sub(rb"\r\n[ \t]", b" ", raw, count=data.draw(st.integers(1, 4)))
    elif how == "end":
        raw = raw + data.draw(st.sampled_from([b"\r\n", b"\r\n\r\n", b" \r\n", b"x", b"\n"]))
    elif how == "octet":
        raw = raw[:place] + data.draw(st.binary(min_size=1, max_size=1)) + raw[place + 1 :]
    elif how == "swap":
        head, _, body = raw.partition(b"\r\n\r\n")
        lines = re.split(rb"\r\n(?![ \t])", head)
        raw = b"\r\n".join([lines[0], *data.draw(st.permutations(lines[1:]))]) + b"\r\n\r\n" + body
    else:
        tag = data.draw(st.sampled_from([b"t=", b"bh=", b"h=", b"d=", b"s=", b"c=", b"b="]))
        raw = raw.replace(tag, data.draw(st.sampled_from([tag + b" ", b" " + tag, tag + b"\r\n ", tag.upper()])), 1)
    found = ours(raw)
    # A header line without a name ends dkimpy's reading; for us it is a structural defect, and the message is never proven.
    if found is not None and found.status is Status.PASS and not read_letter(raw).defects:
        assert oracle(raw), how


@settings(max_examples=often(80, 200), deadline=None)
@given(MAIL, st.lists(NAME, max_size=10), CANONICAL)
def test_the_header_hash_is_dkimpys(raw: bytes, names: list[str], canonical: bytes):
    letter = read_letter(raw)
    own = (b"DKIM-Signature", b" v=1; a=rsa-sha256; b=" + b"QUJD\r\n " * 3 + b"QQ==; d=x.example\r\n")
    policy = dkimpy.CanonicalizationPolicy.from_c_value(canonical)
    wanted = [name.lower().encode() for name in ["from", *names, "from"]]
    digest = dkimpy.HashThrough(dkimpy.HASH_ALGORITHMS[b"rsa-sha256"]())
    headers = policy.canonicalize_headers([list(field) for field in letter.fields])
    dkimpy.hash_headers(digest, policy, headers, wanted, own, {})
    signed_names = ["from", *(name.lower() for name in names)]
    assert header_hash(own, signed_names, letter.fields, relaxed=canonical == b"relaxed") == digest.digest()


def test_keys_are_read_as_dkimpy_reads_them():
    resolver = ZoneResolver(zone()).session()
    rsa: PublicKey = fetch_key("sel", AUTHOR, "rsa", resolver)
    material, bits, kind, _ = dkimpy.evaluate_pk("x", KEYS[f"sel._domainkey.{AUTHOR}"].encode())
    assert (rsa.bits, rsa.kind) == (bits, kind.decode())
    assert rsa.material == (material["modulus"], material["publicExponent"])
