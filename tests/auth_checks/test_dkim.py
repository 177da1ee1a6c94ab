"""DKIM: what dkimpy accepts and we must not, one row a threat (threats.md S-03, S-04, S-19..S-23, S-44..S-49, S-57)."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import dkim as dkimpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.auth_checks.letters import (
    AUTHOR,
    NOW,
    PLAIN,
    RECEIVED,
    SIGNED,
    evidence,
    key_record,
    private_key,
    public_key,
    public_of,
    rsa_key,
    sign,
    zone,
)
from vigie.auth_checks.canonical import canonical_body
from vigie.auth_checks.dkim import MAX_READ, MAX_REPORTED, MAX_VERIFIED, check_dkim
from vigie.auth_checks.footers import MAX_TRIES, added_footer
from vigie.auth_checks.letter import ONCE_ONLY, read_letter
from vigie.auth_checks.resolver import ZoneResolver
from vigie.auth_checks.types import DkimResult, Status
from vigie.message.fields import HEADER_FIELDS


class Counting:
    """A resolver that notes which TXT names it is asked for."""

    def __init__(self, data: dict[str, object]) -> None:
        self.asked: list[str] = []
        self.inner = ZoneResolver(data).session()

    def txt(self, name: str) -> tuple[bytes, ...]:
        self.asked.append(name)
        return self.inner.txt(name)

    def addresses(self, name: str, version: int = 0) -> tuple[str, ...]:
        return self.inner.addresses(name, version)

    def mx(self, name: str) -> tuple[str, ...]:
        return self.inner.mx(name)

    def ptr(self, ip: str) -> tuple[str, ...]:
        return self.inner.ptr(ip)


def check(
    raw: bytes, data: dict[str, object] | None = None, received: datetime = RECEIVED, now: datetime = NOW
) -> list[DkimResult]:
    resolver = ZoneResolver(zone() if data is None else data).session()
    return list(check_dkim(read_letter(raw), AUTHOR, resolver, received=received, now=now))


def one(raw: bytes, data: dict[str, object] | None = None, **times: datetime) -> DkimResult:
    (found,) = check(raw, data, **times)
    return found


def resigned(raw: bytes, change: Callable[[bytes], bytes], key: str = "brand") -> bytes:
    """The message with another DKIM-Signature: `change` edits its tags, then b= is computed anew over the edited field."""
    field = change(re.sub(rb"(\bb=)[^;]*$", rb"\1", dkim_field(raw).rstrip()))
    return finished(field, raw[len(dkim_field(raw)) :], key)


def dkim_field(raw: bytes) -> bytes:
    match = re.match(rb"DKIM-Signature:(?:[^\r]|\r\n[ \t])*\r\n", raw)
    assert match is not None
    return match[0]


def finished(field: bytes, rest: bytes, key: str = "brand") -> bytes:
    """Computes b= for a field that ends in `b=`, relaxed header canonicalization, as dkimpy would."""
    tags = dict(part.strip().split(b"=", 1) for part in field.partition(b":")[2].strip().split(b";") if b"=" in part)
    signer = dkimpy.DKIM(rest)
    policy = dkimpy.CanonicalizationPolicy.from_c_value(b"relaxed/relaxed")
    digest = dkimpy.HashThrough(dkimpy.HASH_ALGORITHMS[b"rsa-sha256"]())
    names = [name.strip().lower() for name in tags[b"h"].split(b":")]
    header = (b"DKIM-Signature", field.partition(b":")[2])
    dkimpy.hash_headers(digest, policy, policy.canonicalize_headers(signer.headers), names, header, tags)
    value = dkimpy.RSASSA_PKCS1_v1_5_sign(digest, dkimpy.parse_pem_private_key(private_key(key)))
    return field + base64.b64encode(bytes(value)) + b"\r\n" + rest


def test_good_signatures():
    for raw, bits in (
        (sign(), 2048),
        (sign(canonicalize=(b"simple", b"simple")), 2048),
        (sign(canonicalize=(b"relaxed", b"simple")), 2048),
        (sign(selector="ed", key="ed25519", algorithm="ed25519-sha256"), 256),
        (sign(headers=[*SIGNED, "From", "Subject"]), 2048),
        (sign().replace(b"\r\n", b"\n"), 2048),
        (resigned(sign(), lambda field: field), 2048),
    ):
        found = one(raw)
        assert (found.status, found.covers_message, found.uncovered) == (Status.PASS, True, ()), found.reason
        assert (found.domain, found.key_bits) == (AUTHOR, bits)
        assert found.instant is not None


def test_simple_keeps_every_blank_and_relaxed_does_not():
    for body, status in ((b"relaxed", Status.PASS), (b"simple", Status.FAIL)):
        raw = sign(canonicalize=(b"relaxed", body))
        assert one(raw.replace(b"Bonjour,", b"Bonjour, ")).status is status
        assert one(raw.replace(b"un nouveau", b"un \t nouveau")).status is status
    for header, status in ((b"relaxed", Status.PASS), (b"simple", Status.FAIL)):
        raw = sign(canonicalize=(header, b"relaxed"))
        assert one(raw.replace(b"Subject: ", b"SUBJECT:  ")).status is status


Edit = Callable[[bytes], bytes]
EDITS: list[tuple[Edit, Status, str]] = [
    (lambda f: f.replace(b"d=info.caisse.example", b"d=voleur.example.\x00.any"), Status.PERMERROR, "S-03: NUL in d="),
    (lambda f: f.replace(b"s=sel", b"s=sel\x00.x"), Status.PERMERROR, "S-03: NUL in s="),
    (lambda f: f.replace(b"d=info.caisse.example", b"d=legit(.voleur.example"), Status.PERMERROR, "S-04: parenthesis"),
    (lambda f: f.replace(b"d=info.caisse.example", b"d=legit'a.voleur.example"), Status.PERMERROR, "S-04: quote"),
    (lambda f: f.replace(b"d=info.caisse.example", b"d=info caisse.example"), Status.PERMERROR, "blank in d="),
    (lambda f: f.replace(b"d=info.caisse.example", b"d=example"), Status.PERMERROR, "one label"),
    (lambda f: f.replace(b"d=info.caisse.example", b"d=caf\xc3\xa9.example"), Status.PERMERROR, "not ASCII"),
    (lambda f: f.replace(b"s=sel", b"s=a\\.b"), Status.PERMERROR, "an escape of zone files"),
    (lambda f: f.replace(b"v=1", b"v=2"), Status.PERMERROR, "version"),
    (lambda f: f.replace(b"a=rsa-sha256", b"a=rsa-md5"), Status.PERMERROR, "algorithm"),
    (lambda f: f.replace(b"a=rsa-sha256", b"a=ed25519-sha256"), Status.PERMERROR, "the key is of another kind"),
    (lambda f: f.replace(b"q=dns/txt", b"q=http"), Status.PERMERROR, "query method"),
    (lambda f: f.replace(b"c=relaxed/relaxed", b"c=nofws/simple"), Status.PERMERROR, "canonicalization"),
    (lambda f: f.replace(b"q=dns/txt", b"q=dns/txt; q=dns/txt"), Status.PERMERROR, "a tag twice"),
    (lambda f: re.sub(rb" bh=[^;]*", b" bh=@@@@", f), Status.PERMERROR, "bh= no base64"),
    (lambda f: re.sub(rb"\bb=[^;]*$", b"b=@@@@\r\n", f), Status.PERMERROR, "b= no base64"),
    (lambda f: f.replace(b"h=from", b"h=fr\xe9 : from"), Status.PERMERROR, "h= no field names"),
    (lambda f: f.replace(b"h=from", b"h= : from"), Status.PERMERROR, "h= with an empty name"),
    (lambda f: f.replace(b"q=dns/txt", b"q=dns/txt; l=-1"), Status.PERMERROR, "l= no number"),
    (lambda f: f.replace(b"q=dns/txt", b"q=dns/txt; x=1"), Status.PERMERROR, "x= before t="),
    (lambda f: f.replace(b"i=@info.caisse.example", b"i=@voleur.example"), Status.PERMERROR, "i= outside d="),
    (lambda f: f.replace(b"i=@info.caisse.example", b"i=@xinfo.caisse.example"), Status.PERMERROR, "i= a mere ending"),
    (lambda f: f.replace(b"from :", b""), Status.PERMERROR, "From is not signed"),
    (lambda f: f.replace(b"s=sel", b"s=never"), Status.PERMERROR, "a selector that never was"),
    (lambda f: f.replace(b" bh=", b" xx="), Status.PERMERROR, "bh= missing"),
    (lambda f: f.replace(b"q=dns/txt", b"q=dns/txt; z=" + b"x" * 20_000), Status.PERMERROR, "a huge field"),
    (lambda f: f.replace(b"info.caisse.example", b"a." * 130 + b"example"), Status.PERMERROR, "a long name"),
    (lambda f: f.replace(b"c=relaxed/relaxed", b"c=relaxed/"), Status.PERMERROR, "half a canonicalization"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "status", "why"), EDITS, ids=[row[2] for row in EDITS])
def test_malformed_fields(change: Callable[[bytes], bytes], status: Status, why: str):
    edited = change(dkim_field(sign()))
    assert edited != dkim_field(sign()), why
    found = one(edited + PLAIN)
    assert found.status is status, found.reason
    assert not found.covers_message
    assert found.key_missing == ("never" in why)
    assert found.domain == "" or re.fullmatch(r"[a-z0-9.-]+", found.domain)


def test_no_question_is_asked_for_a_name_with_control_characters():
    listening = Counting({"txt": {}})
    for change, _, _ in EDITS[:8]:
        check_dkim(read_letter(change(sign())), AUTHOR, listening, received=RECEIVED, now=NOW)
    assert listening.asked == []


UNSIGNED = ["To", "Cc", "Subject", "Date", "Reply-To", "Content-Type"]


@pytest.mark.parametrize("name", UNSIGNED)
def test_s19_a_reader_visible_field_that_is_not_signed(name: str):
    raw = PLAIN
    if f"\r\n{name}:".encode() not in raw:
        raw = f"{name}: someone@caisse.example\r\n".encode() + raw
    found = one(sign(raw, headers=[field for field in SIGNED if field != name]))
    assert (found.status, found.covers_message) == (Status.PASS, False)
    assert found.uncovered == (f"the header field {name.lower()} is not signed",)
    assert name.lower() in found.reason


@pytest.mark.parametrize(
    "field", [b"Content-Type: text/html\r\n", b"Reply-To: x@voleur.example\r\n", b"sEnDeR : A B <a@b.example>\r\n"]
)
def test_s19_a_field_added_on_replay(field: bytes):
    raw = sign(
        PLAIN.replace(b"Content-Type: text/plain; charset=utf-8\r\n", b""),
        headers=["From", "To", "Subject", "Date", "Content-Transfer-Encoding"],
    )
    assert one(raw).covers_message
    found = one(field + raw)
    assert (found.status, found.covers_message) == (Status.PASS, False)


@pytest.mark.parametrize("name", [b"Subject", b"To", b"Date", b"Content-Type", b"subject ", b"TO\t"])
@pytest.mark.parametrize("place", ["above", "below"])
def test_s20_a_second_field_is_never_covered(name: bytes, place: str):
    extra = name + b": something else\r\n"
    raw = sign()
    raw = extra + raw if place == "above" else raw.replace(b"\r\n\r\n", b"\r\n" + extra + b"\r\n", 1)
    found = one(raw)
    assert not found.covers_message
    assert any("more than once" in reason for reason in found.uncovered)


@pytest.mark.parametrize("extra", [b"From: a@voleur.example", b"From : a@voleur.example", b"FROM\t: a@voleur.example"])
def test_s23_a_second_from(extra: bytes):
    found = evidence(extra + b"\r\n" + sign())
    assert not found.complete
    assert [(result.status, result.covers_message) for result in found.dkim] == [(Status.FAIL, False)]


@pytest.mark.parametrize("signed", [100, 0])
def test_s21_an_appended_body(signed: int):
    nothing = b"bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    raw = sign(length=True)
    if not signed:
        raw = resigned(sign(), lambda f: re.sub(rb"bh=[^;]*", nothing, f).replace(b"q=dns/txt", b"q=dns/txt; l=0"))
    found = one(raw + b"Cliquez ici: http://voleur.example/\r\n")
    assert found.status is Status.FAIL
    assert not found.covers_message
    assert ("voleur" in found.footer) == bool(signed)
    assert "the end of the body is not signed (l=)" in found.uncovered


def test_l_longer_than_the_body_is_an_error():
    longer = resigned(sign(), lambda f: f.replace(b"q=dns/txt", b"q=dns/txt; l=99999"))
    assert (one(longer).status, one(longer).reason) == (Status.PERMERROR, "l= is longer than the body")


def test_under_l_the_signed_part_must_be_what_was_signed():
    changed = sign(length=True).replace(b"nouveau", b"ancien.")
    assert (one(changed).status, one(changed).reason) == (Status.FAIL, "the body was changed")
    assert one(changed + b"more").status is Status.FAIL


def test_blanks_without_a_last_line_end_are_no_change():
    assert one(sign() + b" \t").covers_message


@pytest.mark.parametrize("name", ONCE_ONLY)
def test_s20_what_comes_once_only_is_a_structural_defect_twice(name: str):
    field = name.encode() + b": x\r\n"
    codes = [defect.code for defect in read_letter(field * 2 + b"\r\n").defects if defect.structural]
    assert codes == [f"duplicate-{name}"]
    assert not read_letter(field + b"\r\n").defects


def test_l_of_the_whole_body_is_fine():
    assert one(sign(length=True)).covers_message
    assert one(sign(length=True) + b"\r\n\r\n").covers_message


def test_changes_are_failures():
    assert one(sign().replace(b"un nouveau", b"deux nouveaux")).reason == "the body was changed"
    assert one(sign().replace(b"Information de", b"Suspension de")).status is Status.FAIL
    assert one(sign(key="others")).status is Status.FAIL
    assert one(resigned(sign(), lambda f: f.replace(b"bh=", b"bh=A"))).status in {Status.FAIL, Status.PERMERROR}


def test_s44_expiry_is_judged_when_the_mail_came():
    ends = int(RECEIVED.timestamp()) + 3600
    raw = resigned(sign(), lambda f: re.sub(rb"t=\d+", b"t=%d; x=%d" % (ends - 7200, ends), f))
    assert one(raw).status is Status.PASS
    assert one(raw, now=NOW + timedelta(days=400)).status is Status.PASS
    late = one(raw, received=RECEIVED + timedelta(days=2), now=NOW + timedelta(days=2))
    assert (late.status, late.covers_message) == (Status.POLICY, False)
    future = one(raw, received=RECEIVED - timedelta(days=9), now=RECEIVED - timedelta(days=9))
    assert future.status is Status.POLICY


KEYS = [
    ([key_record(extra="t=y; ")], Status.POLICY, False, "S-47: testing"),
    ([key_record(extra="t=s:y; ")], Status.POLICY, False, "S-47: testing among flags"),
    ([key_record(extra="t=s; ")], Status.PASS, False, "t=s, i= is d="),
    ([key_record(extra="h=sha1; ")], Status.PERMERROR, False, "S-47: sha1 only"),
    ([key_record(extra="h=sha1:sha256; ")], Status.PASS, False, "sha256 too"),
    ([key_record(extra="s=tlsrpt; ")], Status.PERMERROR, False, "S-47: not for mail"),
    ([key_record(extra="s=web:email; ")], Status.PASS, False, "for mail too"),
    ([key_record(extra="n=a note; x=unknown; ")], Status.PASS, False, "unknown tags"),
    (["v=DKIM1; p="], Status.PERMERROR, True, "revoked"),
    ([key_record().replace("v=DKIM1", "v=DKIM2")], Status.PERMERROR, False, "version"),
    (["stray text", key_record()], Status.PASS, False, "stray text beside the key"),
    ([key_record(), key_record("others")], Status.PERMERROR, False, "two keys"),
    ([], Status.PERMERROR, True, "the name without TXT"),
    (["p=@@@@"], Status.PERMERROR, False, "no base64"),
    (["p=AAAA"], Status.PERMERROR, False, "no key"),
    (["k=ed25519; p=AAAA"], Status.PERMERROR, False, "of another kind"),
    (["p=" + "A" * 9000], Status.PERMERROR, True, "a huge record"),
    (["v=DKIM1; k=rsa; p=" + "MIIB" * 300], Status.PERMERROR, False, "no structure"),
]


@pytest.mark.parametrize(("records", "status", "missing", "why"), KEYS, ids=[row[3] for row in KEYS])
def test_keys(records: list[str], status: Status, missing: bool, why: str):
    found = one(sign(), zone(txt={f"sel._domainkey.{AUTHOR}": records}))
    assert (found.status, found.key_missing) == (status, missing), found.reason
    assert found.covers_message == (status is Status.PASS)


def test_a_failure_under_a_testing_key_is_no_failure():
    data = zone(txt={f"sel._domainkey.{AUTHOR}": [key_record(extra="t=y; ")]})
    assert one(sign() + b"more", data).status is Status.POLICY


def test_s47_t_s_forbids_an_identity_below():
    raw = sign(identity="x@evil.info.caisse.example")
    assert one(raw).status is Status.PASS
    data = zone(txt={f"sel._domainkey.{AUTHOR}": [key_record(extra="t=s; ")]})
    assert one(raw, data).status is Status.PERMERROR


@pytest.mark.parametrize(("bits", "status"), [(512, Status.PERMERROR), (1024, Status.PASS)])
def test_s46_key_sizes(bits: int, status: Status):
    pem = rsa_key(bits)
    data = zone(txt={f"sel._domainkey.{AUTHOR}": [f"v=DKIM1; p={public_of(pem)}"]})
    found = one(sign(key=pem), data)
    assert found.status is status
    assert ("weak" in found.reason) == (bits == 1024)


def test_s45_rsa_sha1_counts_as_unsigned():
    found = one(sign(algorithm="rsa-sha1"))
    assert (found.status, found.covers_message) == (Status.POLICY, False)


def test_s57_absence_and_fault_are_two_things():
    gone = one(sign(), zone(txt={f"sel._domainkey.{AUTHOR}": None}))
    assert (gone.status, gone.key_missing) == (Status.PERMERROR, True)
    broken = one(sign(), zone(txt={f"sel._domainkey.{AUTHOR}": None}, fail=[f"sel._domainkey.{AUTHOR}"]))
    assert (broken.status, broken.key_missing) == (Status.TEMPERROR, False)
    assert f"sel._domainkey.{AUTHOR}" in broken.reason


def test_s48_many_signatures_and_the_one_that_counts_last():
    stranger = dkim_field(sign(domain="voleur.example", key="others"))
    raw = stranger * 50 + sign()
    counting = Counting(zone())
    found = check_dkim(read_letter(raw), AUTHOR, counting, received=RECEIVED, now=NOW)
    assert len(found) == MAX_REPORTED
    assert len(counting.asked) == MAX_VERIFIED
    assert found[-1].domain == AUTHOR
    assert found[-1].covers_message
    assert sum(result.reason.startswith("not verified") for result in found) == MAX_REPORTED - MAX_VERIFIED


@pytest.mark.parametrize(
    "body", [b" " * 1_000_000, b" \t" * 300_000 + b"x\r\n", b"a \r\n" * 100_000, b"\r\n" * 300_000]
)
def test_s49_blanks_cost_linear_time(body: bytes):
    """dkimpy needs about a quarter of an hour for the first; no clock is asked here, the suite's own limit is enough."""
    letter = read_letter(PLAIN + body)
    relaxed = canonical_body(letter.body, relaxed=True)
    assert len(relaxed) <= len(letter.body)
    assert one(sign() + body).status in {Status.FAIL, Status.PASS}


@given(st.lists(st.sampled_from((b" ", b"\t", b"a", b"\r\n", b"\n", b"b c")), max_size=40))
def test_canonical_body_agrees_with_dkimpy(pieces: list[bytes]):
    # Without a last line end dkimpy leaves the blanks before it; SMTP always gives one.
    body = re.sub(rb"\r?\n", b"\r\n", b"".join(pieces)) + b"\r\n"
    for relaxed, name in ((True, b"relaxed"), (False, b"simple")):
        policy = dkimpy.CanonicalizationPolicy.from_c_value(b"simple/" + name)
        assert canonical_body(body, relaxed=relaxed) == policy.canonicalize_body(body)


def test_s48_further_fields_are_not_read():
    junk = b"DKIM-Signature: junk\r\n"
    assert any(result.domain == AUTHOR for result in check(junk * (MAX_READ - 1) + sign()))
    assert not any(result.domain == AUTHOR for result in check(junk * MAX_READ + sign()))


FOOTERS = [
    b"_______________________________________________\r\nliste mailing list\r\nhttp://liste.example/\r\n",
    b"-- \r\nliste\r\nhttp://liste.example/\r\n",
    b"\r\n\r\n-----------\r\nliste\r\n",
]


@pytest.mark.parametrize("footer", FOOTERS)
@pytest.mark.parametrize("body", ["relaxed", "simple"])
def test_row_5_a_footer_under_the_signed_body(footer: bytes, body: str):
    found = one(sign(canonicalize=(b"relaxed", body.encode())) + footer)
    assert found.status is Status.FAIL
    assert not found.covers_message
    assert found.footer.endswith(footer.decode().strip().splitlines()[-1])
    assert "nouveau message" not in found.footer


def test_row_5_a_footer_as_the_last_part():
    part = b'--B\r\nContent-Type: text/plain; charset="utf-8"\r\n\r\n'
    raw = PLAIN.replace(b"text/plain; charset=utf-8", b"multipart/mixed; boundary=B").replace(b"8bit", b"7bit")
    head, _, text = raw.partition(b"\r\n\r\n")
    whole = sign(head + b"\r\n\r\n" + part + text + b"--B--\r\n")
    assert one(whole).covers_message
    added = whole.replace(b"--B--\r\n", part + b"liste\r\nhttp://liste.example/\r\n--B--\r\n")
    found = one(added)
    assert (found.status, found.footer) == (Status.FAIL, "liste\r\nhttp://liste.example/")


def test_no_footer_where_the_body_itself_was_changed():
    assert one(sign().replace(b"nouveau", b"ancien") + FOOTERS[0]).footer == ""
    assert one(sign(key="others") + FOOTERS[0]).footer == ""
    assert one(sign() + b"-----\r\n" + b"x" * 10_000).footer == ""


def test_a_part_of_html_or_a_long_one_is_no_footer():
    part = b"--B\r\nContent-Type: text/plain\r\n\r\n"
    head, _, text = PLAIN.replace(b"text/plain; charset=utf-8", b"multipart/mixed; boundary=B").partition(b"\r\n\r\n")
    whole = sign(head + b"\r\n\r\n" + part + text + b"--B--\r\n")
    for added in (part.replace(b"plain", b"html") + b"liste\r\n", part + b"liste\r\n" * 1_000):
        assert one(whole.replace(b"--B--\r\n", added + b"--B--\r\n")).footer == ""


def test_x16_footers_are_looked_for_a_few_times_only():
    found = check(dkim_field(sign()) * 4 + PLAIN + FOOTERS[0])
    assert [bool(result.footer) for result in found] == [True, True, False, False]
    tried: list[bytes] = []

    def never(body: bytes) -> bool:
        tried.append(body)
        return False

    assert added_footer(b"-----\r\n" * 100, never) == ""
    assert len(tried) == MAX_TRIES


def test_no_modulus_or_exponent_buys_our_processor():
    for encoded in (
        b"\x30\x82\x10\x00" + b"\xff" * 4096,
        rsa_public(1 << 16_000, 65_537),
        rsa_public(1 << 2047, 1 << 2000),
    ):
        text = "p=" + base64.b64encode(encoded).decode()
        found = one(sign(), zone(txt={f"sel._domainkey.{AUTHOR}": [text]}))
        assert (found.status, found.key_missing) == (Status.PERMERROR, False), found.reason


def rsa_public(modulus: int, exponent: int) -> bytes:
    """An RSAPublicKey in DER."""
    numbers = b"".join(
        der(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big")) for number in (modulus, exponent)
    )
    return der(0x30, numbers)


def der(tag: int, content: bytes) -> bytes:
    size = len(content)
    head = bytes([size]) if size < 128 else bytes([0x82, size >> 8, size & 255])
    return bytes([tag]) + head + content


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 600))
def test_total_on_mangled_bytes(junk: bytes, place: int):
    raw = sign()
    check(raw[:place] + junk + raw[place:])
    check(b"DKIM-Signature:" + junk.replace(b"\r", b"").replace(b"\n", b"") + b"\r\n" + PLAIN)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_total_on_mangled_keys(junk: bytes):
    check(sign(), zone(txt={f"sel._domainkey.{AUTHOR}": [junk]}))
    check(sign(), zone(txt={f"sel._domainkey.{AUTHOR}": [b"p=" + base64.b64encode(junk)]}))


@pytest.mark.parametrize("place", range(18, 24))
def test_a_key_over_which_the_library_stumbles_is_refused(place: int):
    """A stranger's key that stopped the examination made his forgery `undecided`."""
    der = bytearray(base64.b64decode(public_key("others")))
    for octet in (3, 5, 18, 33, 48, 122):
        der[place] = octet
        record = "v=DKIM1; p=" + base64.b64encode(bytes(der)).decode()
        found = evidence(
            sign(domain="voleur.example", key="others"), zone(txt={"sel._domainkey.voleur.example": [record]})
        )
        assert not found.complete
        assert found.dkim[0].status in {Status.PERMERROR, Status.FAIL, Status.PASS}


def test_x04_a_header_of_tiny_fields_is_not_read_to_its_end():
    """Five megabytes of them cost eight seconds: longer than an examination may take."""
    raw = sign().replace(b"\r\n\r\n", b"\r\n" + b"a:\r\n" * 20_000 + b"\r\n", 1)
    assert len(read_letter(raw).fields) == HEADER_FIELDS
    found = evidence(raw)
    assert not found.complete
    assert "too-many-headers" in {defect.code for defect in found.defects}


@pytest.mark.parametrize("body", [b"", b"a", b"\r\n", b"a\r", b"a\n", b"a\r\n\r", b"\n\r\n"])
def test_empty_lines_at_the_end_are_cut_in_few_steps(body: bytes):
    for number in (*range(70), 1 << 20):
        relaxed = canonical_body(body + b"\r\n" * number, relaxed=True)
        assert relaxed == canonical_body(body.removesuffix(b"\r\n"), relaxed=True)
