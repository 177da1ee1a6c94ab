"""Where redaction is promised, nothing of the recipient is left: no address, name, NIR, IBAN or token, in no form of writing."""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from dataclasses import replace
from email.header import Header
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scanner.reporting.frauds import RAW, fraud
from vigie.ledger.redaction import Person, Redactor, owner, person
from vigie.message.fold import fold
from vigie.scanner.reporting.evidence import evidence
from vigie.scanner.reporting.letters import Envelope, arf, redacted_header

NIR = "2 69 05 49 588 157 80"
IBAN = "FR76 3000 6000 0112 3456 7890 189"


def bare(text: str) -> str:
    """As somebody would compare who looks for himself: without case, accents and blanks."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in plain if char.isalnum() or char == "@")


def all_of(raw: bytes, links: tuple[str, ...] = ()) -> str:
    """Everything that a redacted report would tell, decoded."""
    told = evidence(fraud(raw, links))
    return "\n".join(
        (*(f"{name}: {value}" for name, value in told.fields), *told.links, *told.rules, told.author_domain)
    )


ROLES = frozenset(
    "accueil contact info infos mail email admin postmaster hostmaster webmaster abuse root support service services"
    " secretariat bureau office noreply reply".split()
)
"""Words that name nobody (RFC 2142 and the French ones): they are left where they stand, whoever is called so."""
words = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyzéèç"), min_size=4, max_size=9).filter(
    lambda word: bare(word) not in ROLES
)
locals_ = st.builds(lambda first, last: f"{bare(first)}.{bare(last)}", words, words)
tokens = st.text(st.sampled_from("abcdef0123456789"), min_size=16, max_size=40).filter(
    lambda token: any(char.isdigit() for char in token)
)


@given(words, words, locals_, tokens, st.sampled_from(["plain", "quoted", "b64", "hex", "verp", "upper"]))
def test_nothing_of_the_recipient_is_left(first: str, last: str, local: str, token: str, form: str) -> None:
    address = f"{local}@exemple-mairie.example"
    written = {
        "plain": address,
        "quoted": quote(address, safe=""),
        "b64": base64.urlsafe_b64encode(address.encode()).decode(),
        "hex": address.encode().hex(),
        "verp": address.replace("@", "="),
        "upper": address.upper(),
    }[form]
    name = f"{first.capitalize()} {last.capitalize()}"
    coded = Header(name, "utf-8").encode()
    raw = (
        f"Return-Path: <bounce-{written}@mailer.example.net>\r\nDelivered-To: {address}\r\n"
        f"Received: from mailer.example.net by mx.example.org for <{address}>; Sun, 22 Nov 2026 11:59:58 +0000\r\n"
        f"Received: from [192.0.2.7] by mailer.example.net id {token} for {address}; Sun, 22 Nov 2026 11:59:57 +0000\r\n"
        f"From: ameli <contact@example.net>\r\nTo: {coded} <{address}>\r\nCc: {address}\r\n"
        f"Subject: {Header(f'{name}, dossier {token} {NIR} {IBAN}', 'utf-8').encode()}\r\n"
        f"Message-ID: <{token}.{written}@mailer.example.net>\r\nX-Mailer: {address} {name.upper()}\r\n\r\nbody {name}\r\n"
    ).encode()
    links = (
        f"https://evil.example/{token}/carte.php?u={written}&t={token}#{token}",
        f"https://evil.example/suivi/{written}?{token}",
        f"https://{quote(address)}:{token}@evil.example/{quote(first)}-{quote(last)}",
    )
    told = all_of(raw, links)
    for secret in (address, written, token, NIR, IBAN, local):
        assert bare(secret) not in bare(told)
    for line in told.splitlines():
        kept = bare(line.partition(": ")[2])
        for part in (first, last):
            assert bare(part) not in kept or bare(part) in bare("contact ameli mailer example mx suivi carte evil")


@given(st.binary(max_size=600), st.lists(st.text(max_size=80), max_size=4))
def test_it_is_total(raw: bytes, links: list[str]) -> None:
    told = evidence(fraud(raw, tuple(f"http://{link}" for link in links)))
    for line in (*told.links, *(value for _, value in told.fields)):
        assert line.isprintable()


def test_what_finds_the_sender_stays() -> None:
    told = evidence(fraud())
    assert told.value("from") == "ameli <contact@example.net>"
    assert told.value("subject").endswith("votre carte vitale")
    assert "mailer.example.net [192.0.2.7]" in told.value("received")
    assert "mx.example.org" in told.value("received")
    assert told.links == ("https://ameli.example.net/carte?m=[...]",)
    assert not {"to", "delivered-to", "cc"} & {name for name, _ in told.fields}


@pytest.mark.parametrize(
    ("target", "left"),
    [
        ("https://ameli-carte.example/remboursement/etape-2", "https://ameli-carte.example/remboursement/etape-2"),
        ("https://a8f3k29d.pages.example/", "https://a8f3k29d.pages.example/"),
        ("https://evil.example/x9f8a7b6c5d4/login.php?id=77&lang=fr", "https://evil.example/[...]/login.php?id=[...]&lang=[...]"),
        ("https://evil.example\\marie@example.org", "https://evil.example/[...]"),
        ("https://user:pw@evil.example/#a", "https://evil.example/#[...]"),
        ("mailto:marie@example.org?subject=x", "mailto:[...]"),
        ("www.evil.example/carte", "www.evil.example/carte"),
    ],
)  # fmt: skip
def test_links_keep_their_host_and_what_is_no_token(target: str, left: str) -> None:
    assert Redactor(Person(("marie@example.org",), ("marie",))).link(target) == left


def test_a_redacted_report_is_that_and_no_more() -> None:
    one = fraud()
    told = evidence(one)
    envelope = Envelope("vigie@example.org", ("abuse@example.net",), "Abuse report: phishing")
    for report in (redacted_header(one, told), arf(one, told, envelope, whole=False)):
        decoded = report + b"".join(_decoded(report))
        for secret in (b"marie", b"dupont", b"Martin", b"lene", b"588 157", b"Delivered-To"):
            assert secret.lower() not in decoded.lower()
    assert RAW in arf(one, told, envelope, whole=True)


def _decoded(report: bytes) -> list[bytes]:
    found = []
    for block in report.split(b"\r\n\r\n"):
        try:
            found.append(base64.b64decode(block, validate=False))
        except ValueError:
            continue
    return found


@pytest.mark.parametrize("written", ["marie.dupont@exemple-mairie.example", "Dupont", "MARIE=1"])
def test_a_message_that_names_no_recipient_tells_nothing_of_the_mailbox_s_own(written: str) -> None:
    """Frauds come to "undisclosed-recipients:;": whose mailbox it is, the settings know."""
    raw = f"To: undisclosed-recipients:;\r\nFrom: {written} <a@example.net>\r\nSubject: {written}, urgent\r\n\r\n".encode()
    one = replace(fraud(raw, (f"https://evil.example/?{written}",)), own=("marie.dupont@exemple-mairie.example",))
    told = evidence(one)
    assert bare(written.partition("@")[0].partition("=")[0]) not in bare(
        "".join((*told.links, *dict(told.fields).values()))
    )
    assert told.value("subject").endswith(", urgent")


@pytest.mark.parametrize(
    "subject",
    ["Bonjour M\u200barie", "Votre carte Du\u00adpont", "Ｍａｒｉｅ ＤＵＰＯＮＴ", "Votre carte, M\u0430rie DUP\u041eNT", "m\u2060arie"],
)  # fmt: skip
def test_a_name_that_only_a_person_would_read_is_left_out(subject: str) -> None:
    """C-20, C-22: frauds are written around filters by invisible and look-alike letters; who reads the report reads the name."""
    raw = f"To: <marie.dupont@example.org>\r\nSubject: {Header(subject, 'utf-8').encode()}\r\n\r\n".encode()
    told = evidence(fraud(raw)).value("subject")
    seen = fold("".join(char for char in told if char.isalnum()))
    assert "arie" not in seen
    assert "pont" not in seen


@pytest.mark.parametrize(
    "coded",
    [
        base64.b64encode(b"marie").decode().rstrip("="),
        base64.b64encode(b"Marie").decode().rstrip("="),
        base64.b64encode(b"marie.dupont").decode().rstrip("="),
        b"dupont".hex(),
        hashlib.md5(b"marie.dupont", usedforsecurity=False).hexdigest(),
    ],
)
def test_a_name_is_left_out_however_it_is_coded(coded: str) -> None:
    link = Redactor(owner(("marie.dupont@example.org",))).link(f"https://evil.example/{coded}/a?{coded}=1")
    assert coded not in link
    assert link.startswith("https://evil.example/")
    host = base64.b32encode(b"marie.dupont@example.org").decode().rstrip("=").lower()
    assert host not in Redactor(owner(("marie.dupont@example.org",))).link(f"https://{host}.evil.example/")


def test_of_a_crowd_of_recipients_the_owner_is_left_out_in_bounded_time() -> None:
    """X-10: each one is looked for in every field and link. What our own servers wrote stands on top."""
    crowd = ",\r\n ".join(f"Nom{number} <user{number}@ex{number}.example>" for number in range(5_000))
    raw = f"Delivered-To: marie.dupont@example.org\r\nCc: {crowd}\r\nSubject: Dupont marie.dupont@example.org\r\n\r\n".encode()
    who = person(raw, ("m.dupont@example.net",))
    assert {"m.dupont@example.net", "marie.dupont@example.org"} <= set(who.addresses)
    assert len(who.addresses) + len(who.names) < 1_000
    assert evidence(fraud(raw)).value("subject") == "[...] [...]"
