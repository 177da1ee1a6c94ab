"""A gateway of ours writes "[EXTERNE]" before Subject: the signature is tried without, and only without that (S-20)."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.auth_checks.letters import NOW, PLAIN, RECEIVED, evidence, sign, zone
from tests.effort import often
from vigie.auth_checks.dkim import check_dkim
from vigie.auth_checks.letter import read_letter
from vigie.auth_checks.resolver import ZoneResolver
from vigie.auth_checks.settings import TrustSettings
from vigie.auth_checks.subject_tag import MAX_CANDIDATES, untagged
from vigie.auth_checks.types import DkimResult, Status

TAG = "[EXTERNE]"
AUTHOR = "info.caisse.example"


def words(text: str, encoding: str = "Q", charset: str = "UTF-8") -> str:
    octets = text.encode(charset)
    if encoding in "Bb":
        coded = base64.b64encode(octets).decode()
    else:
        coded = "".join(
            "_" if octet == 32 else chr(octet) if chr(octet).isalnum() and octet < 128 else f"={octet:02X}"
            for octet in octets
        )
    return f"=?{charset}?{encoding}?{coded}?="


def signed(subject: str, canonicalize: tuple[bytes, bytes] = (b"relaxed", b"relaxed")) -> bytes:
    return sign(PLAIN.replace(b"Information de paiement", subject.encode()), canonicalize=canonicalize)


def arrived(before: str, after: str, tags: tuple[str, ...] = (TAG,), *, simple: bool = False) -> DkimResult:
    """The result where `before` was signed and `after` came."""
    raw = signed(before, (b"simple", b"simple") if simple else (b"relaxed", b"relaxed"))
    changed = raw.replace(f"Subject: {before}\r\n".encode(), f"Subject:{after}\r\n".encode())
    assert changed != raw
    resolver = ZoneResolver(zone()).session()
    (found,) = check_dkim(read_letter(changed), AUTHOR, resolver, received=RECEIVED, now=NOW, subject_tags=tags)
    return found


PAID = "Votre relevé est prêt"
FORMS = [
    ("Information de paiement", " [EXTERNE] Information de paiement", "before it"),
    ("Information de paiement", " [EXTERNE]Information de paiement", "without a blank"),
    ("Information de paiement", "  [EXTERNE]   Information de paiement", "with many"),
    ("Information de paiement", " [EXTERNE]\r\n Information de paiement", "on a line of its own"),
    ("Information de paiement", " [EXTERNE] Information\r\n de paiement", "folded again"),
    ("Information de paiement", f" {words(TAG + ' Information de paiement')}", "all of it encoded, Q"),
    ("Information de paiement", f" {words(TAG + ' Information de paiement', 'B')}", "all of it encoded, B"),
    (words(PAID), f" [EXTERNE] {words(PAID)}", "before an encoded word"),
    (words(PAID, "B"), f" {words(TAG)} {words(PAID, 'B')}", "in a word of its own"),
    (words(PAID), f" {words(TAG + ' ' + PAID)}", "inside the word, Q"),
    (words(PAID, "b"), f" {words(TAG + ' ' + PAID, 'b')}", "inside the word, B"),
    (words(PAID, "Q", "iso-8859-1"), f" {words(TAG + ' ' + PAID, 'Q', 'iso-8859-1')}", "in Latin-1"),
]


@pytest.mark.parametrize(("before", "after", "how"), FORMS, ids=[row[2] for row in FORMS])
def test_the_common_forms(before: str, after: str, how: str):
    found = arrived(before, after)
    assert (found.status, found.covers_message) == (Status.PASS, True), (how, found.reason)
    assert "before our gateway put its tag into Subject" in found.reason
    assert arrived(before, after, ()).status is Status.FAIL


def test_a_tag_with_accents():
    tag = "[EXTÉRIEUR]"
    assert arrived(words(PAID), f" {words(tag + ' ' + PAID)}", (tag,)).status is Status.PASS
    assert arrived("Information", f" {tag} Information", (tag,)).status is Status.PASS


def test_simple_canonicalization_keeps_every_blank():
    assert arrived("Information de paiement", " [EXTERNE] Information de paiement", simple=True).status is Status.PASS
    assert arrived("Information de paiement", "  [EXTERNE] Information de paiement", simple=True).status is Status.FAIL


FORGED = [
    " [EXTERNE] Suspension de votre compte",
    " [EXTERNE] [EXTERNE] Information de paiement",
    " Suspension [EXTERNE] Information de paiement",
    " [EXTERN] Information de paiement",
    " [externe] Information de paiement",
    " Information de paiement [EXTERNE]",
    f" {words('[EXTERNE] Suspension')} Information de paiement",
    f" {words('Suspension [EXTERNE]')} Information de paiement",
    " =?rot13?Q?[EXTERNE]?= Information de paiement",
    " =?UTF-8?B?AAA?= Information de paiement",
]


@pytest.mark.parametrize("after", FORGED)
def test_nothing_else_is_taken_away(after: str):
    assert arrived("Information de paiement", after).status is Status.FAIL


def test_the_reader_sees_the_admins_own_words_and_the_signed_ones():
    """An attacker may write the tag himself: that is all that he can write."""
    trust = TrustSettings(subject_tags=(TAG,))
    raw = sign().replace(b"Subject: ", b"Subject: [EXTERNE] ")
    assert evidence(raw, trust=trust).complete
    assert not evidence(raw).complete
    for more in (b"Subject: x\r\n", b"Subject : x\r\n", b"Content-Type: text/html\r\n"):
        assert not evidence(more + raw, trust=trust).complete
    assert not evidence(raw.replace(b"nouveau", b"ancien"), trust=trust).complete
    footed = evidence(raw + b"-- \r\nliste\r\n", trust=trust).dkim[0]
    assert (footed.status, footed.footer) == (Status.FAIL, "-- \r\nliste")


@pytest.mark.parametrize("tags", [("",), (" ",), ("[AUTRE]",), ()])
def test_no_tag_no_exception(tags: tuple[str, ...]):
    assert untagged(read_letter(sign().replace(b"Subject: ", b"Subject: [EXTERNE] ")), tags) == ()


@pytest.mark.parametrize(
    "header",
    [
        b"Subject: [EXTERNE] a\r\nSubject: b",
        b"Subject: b\r\nsubject : [EXTERNE] a",
        b"Subject: =?UTF-8?Q?Suspension_de_votre?= compte",
        b"Subject: =?UTF-8?B?U3VzcGVuc2lvbg==?= compte",
        b"Subject: =?UTF-16?Q?[EXTERNE]_a?=",
        b"Subject: [EXTERNE] " + b"a" * 9_000,
        b"To: [EXTERNE] a",
    ],
)
def test_where_there_is_nothing_to_take_away(header: bytes):
    assert untagged(read_letter(header + b"\r\n\r\nx"), (TAG,)) == ()


@settings(max_examples=often(80, 200), deadline=None)
@given(st.binary(max_size=120), st.lists(st.text(max_size=12), max_size=4).map(tuple))
def test_candidates_are_few_and_differ_in_subject_only(junk: bytes, tags: tuple[str, ...]):
    value = junk.replace(b"\r", b"").replace(b"\n", b"")
    letter = read_letter(b"Subject: " + value + b"\r\nFrom: a@b.example\r\n\r\nx")
    found = untagged(letter, (TAG, *tags))
    assert len(found) <= MAX_CANDIDATES
    for other in found:
        assert other.fields[1:] == letter.fields[1:]
        assert (other.body, other.defects) == (letter.body, letter.defects)
        assert other.fields[0][1].endswith(b"\r\n")


@settings(max_examples=often(80, 200), deadline=None)
@given(st.binary(max_size=40), st.sampled_from([b"[EXTERNE] ", b"=?UTF-8?Q?[EXTERNE]_", b"=?utf-8?b?W0VYVEVSTkVd"]))
def test_whatever_stands_there_only_what_was_signed_passes(junk: bytes, start: bytes):
    value = start + junk.replace(b"\r", b"").replace(b"\n", b"")
    raw = sign().replace(b"Information de paiement", value)
    resolver = ZoneResolver(zone()).session()
    (found,) = check_dkim(read_letter(raw), AUTHOR, resolver, received=RECEIVED, now=NOW, subject_tags=(TAG,))
    assert found.status is Status.FAIL or b"Information de paiement" in value
