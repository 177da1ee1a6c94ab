"""Authentication-Results: our own parser against the grammar, against another parser, and against forgers (S-41)."""

from __future__ import annotations

import contextlib

import authres as oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.auth_checks.letters import PLAIN
from tests.auth_checks.test_border import BORDER
from vigie.auth_checks.authres import BorderResults, border_results, parse
from vigie.auth_checks.border import border_index
from vigie.auth_checks.lexer import FieldError
from vigie.auth_checks.settings import TrustSettings
from vigie.auth_checks.trust import trust_of
from vigie.auth_checks.types import Provenance, Status
from vigie.message.parse import parse as read

TRUST = trust_of(TrustSettings(border_hosts=("mx.dest.example",), authserv_ids=("mx.dest.example",)))
PASS = "dmarc=pass header.from=info.caisse.example"


def seen(above: str = "", below: str = "", name: str = "Authentication-Results") -> BorderResults:
    raw = b"".join(f"{name}: {text}\r\n".encode() for text in [above] if text) + BORDER
    raw += b"".join(f"{name}: {text}\r\n".encode() for text in [below] if text) + PLAIN
    message = read(raw)
    return border_results(message, TRUST, border_index(message, TRUST))


@pytest.mark.parametrize(
    ("text", "results"),
    [
        ("mx.dest.example; none", []),
        ("mx.dest.example 1; none", []),
        ("mx.dest.example", []),
        ("mx.dest.example; spf=pass smtp.mailfrom=a.example", [("spf", "pass", {"smtp.mailfrom": "a.example"})]),
        (
            "mx.dest.example;\r\n dkim=pass (2048-bit key; unprotected) header.d=a.example header.i=@a.example"
            ' header.b="Ab/+="; dmarc=pass (p=reject dis=none) header.from=a.example',
            [
                ("dkim", "pass", {"header.d": "a.example", "header.i": "@a.example", "header.b": "Ab/+="}),
                ("dmarc", "pass", {"header.from": "a.example"}),
            ],
        ),
        ("(c) mx.dest.example (x (nested) y) 1 ; (z) spf (a) = (b) pass (c)", [("spf", "pass", {})]),
        ('mx.dest.example; dmarc/1 = fail reason="a; b" header.from = a.example', [("dmarc", "fail", {"header.from": "a.example"})]),
        ("mx.dest.example; spf=fail (dmarc=pass) smtp.mailfrom=a.example;", [("spf", "fail", {"smtp.mailfrom": "a.example"})]),
        ('"mx.dest.example"; DMARC=PASS Header.From=a.example', [("dmarc", "pass", {"header.from": "a.example"})]),
        ("mx.dest.example; auth=pass smtp.auth=claire", [("auth", "pass", {"smtp.auth": "claire"})]),
        ("mx.dest.example; iprev=pass policy.iprev=192.0.2.1", [("iprev", "pass", {"policy.iprev": "192.0.2.1"})]),
        ("mx.dest.example; spf=pass smtp.mailfrom=<a@b.example>", [("spf", "pass", {"smtp.mailfrom": "<a@b.example>"})]),
    ],
)  # fmt: skip
def test_grammar(text: str, results: list[tuple[str, str, dict[str, str]]]):
    found = parse(text)
    assert found.authserv_id == "mx.dest.example"
    assert [(result.method, result.result, result.properties) for result in found.results] == results
    assert found.discarded == 0


@pytest.mark.parametrize(
    "text",
    [
        "", ";", "mx; dmarc", "mx; dmarc=", "mx; =pass", "mx 2; dmarc=pass", "mx; dmarc=pass (open",
        'mx; dmarc=pass reason="open', "mx; dmarc=pass header", "mx; dmarc=pass header.from", "mx dmarc=pass",
        "mx; dmarc=pass header.from=a\0b", "spf=pass smtp.mailfrom=a; dmarc=pass", "mx; " + "(" * 500, "mx; " + "x" * 20_000,
        'mx; spf=pass smtp.mailfrom=a"b"c',
    ],
)  # fmt: skip
def test_what_breaks_the_grammar_is_not_read(text: str):
    with pytest.raises(FieldError):
        parse(text)


@pytest.mark.parametrize(
    "value",
    [
        "(any@legit.example)", "legit(.attack.example", '"any@legit.example"', "a@b@legit.example",
        "<@a.example,@b.example:x@c.example>", "any@legit.example'@attack.example", "x,y@legit.example", "any@legit.example(x)",
    ],
)  # fmt: skip
def test_a_value_that_could_be_an_injection_discards_the_result(value: str):
    """S-02, S-04..S-07."""
    try:
        found = parse(f"mx.dest.example; spf=pass smtp.mailfrom={value}")
    except FieldError:
        return
    assert found.results == ()
    assert found.discarded == 1


def test_one_injected_result_takes_the_others_with_it():
    said = seen(above=f"mx.dest.example; spf=pass smtp.mailfrom=(x@legit.example); {PASS}")
    assert said.dmarc("info.caisse.example") is None


def test_believed_above_the_border():
    said = seen(above=f"mx.dest.example; {PASS}; spf=pass smtp.mailfrom=a@caisse.example")
    found = said.dmarc("info.caisse.example")
    assert found is not None
    assert (found.status, found.provenance) == (Status.PASS, Provenance.BORDER)
    assert said.dmarc("caisse.example") is None
    spf = said.spf()
    assert spf is not None
    assert (spf.status, spf.domain) == (Status.PASS, "caisse.example")
    assert not said.forged


@pytest.mark.parametrize(
    ("below", "forged"),
    [
        (f"mx.dest.example; {PASS}", True),
        (f"MX.dest.EXAMPLE ; {PASS}", True),
        (f"(c) mx.dest.example 1; {PASS}", True),
        (f"mx.dest.example\r\n ;{PASS}", True),
        (f'"mx.dest.example"; {PASS}', True),
        (f"mx.dest.example; {PASS} (open", True),
        (f"mx.dest.example 2; {PASS}", True),
        ("mx.dest.example; none", True),
        (f"mx.other.example; {PASS}", False),
        (f"xmx.dest.example; {PASS}", False),
        (f"é; {PASS}", False),
    ],
)
def test_in_our_name_below_the_border(below: str, forged: bool):
    said = seen(below=below)
    assert said.forged is forged
    assert said.results == ()


SHAPES = {
    # name: (above, below, what we believe of DMARC, forged)
    "below": ("", f"mx.dest.example; {PASS}", None, True),
    "two ids, ours above": (f"mx.dest.example; {PASS}", f"mx.other.example; {PASS}", Status.PASS, False),
    "two ids, ours below": (f"mx.other.example; {PASS}", f"mx.dest.example; {PASS}", None, True),
    "case and blanks": ("  MX.Dest.EXAMPLE   ;   DMARC = PASS   Header.From = info.caisse.example  ", "", Status.PASS, False),
    "folded": ("mx.dest.example;\r\n\tdmarc=pass\r\n header.from=info.caisse.example", "", Status.PASS, False),
    "result in a comment": ("mx.dest.example; spf=none (dmarc=pass header.from=info.caisse.example)", "", None, False),
    "a comment after the result": ("mx.dest.example; dmarc=fail (dmarc=pass) header.from=info.caisse.example", "", Status.FAIL, False),
    "quoted id": (f'"mx.dest.example"; {PASS}', "", Status.PASS, False),
    "quoted reason with a semicolon": (
        'mx.dest.example; dmarc=fail reason="x; dmarc=pass" header.from=info.caisse.example', "", Status.FAIL, False),
    "version 1": (f"mx.dest.example 1; {PASS}", "", Status.PASS, False),
    "another version": (f"mx.dest.example 2; {PASS}", "", None, False),
    "semicolon in a comment": (
        "mx.dest.example; dmarc=fail (a; dmarc=pass header.from=info.caisse.example) header.from=info.caisse.example", "",
        Status.FAIL, False),
    "not ASCII": ("mx.dest.example; dmarc=pass header.from=info.caïsse.example", "", None, False),
    "an id that is not ASCII": (f"mx.dést.example; {PASS}", "", None, False),
    "none": ("mx.dest.example; none", "", None, False),
    "none, and a stranger's pass": ("mx.dest.example; none", f"mx.dest.example; {PASS}", None, True),
    "one method twice, worst wins": (f"mx.dest.example; {PASS}; dmarc=fail header.from=info.caisse.example", "", Status.FAIL, False),
    "one method twice, worst first": (f"mx.dest.example; dmarc=fail header.from=info.caisse.example; {PASS}", "", Status.FAIL, False),
    "about another author": ("mx.dest.example; dmarc=pass header.from=attaque.example", "", None, False),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_of_forgers(shape: str):
    """S-41."""
    above, below, status, forged = SHAPES[shape]
    said = seen(above=above, below=below)
    found = said.dmarc("info.caisse.example")
    assert (found.status if found else None, said.forged) == (status, forged)


def test_above_without_a_received_field():
    """S-41: above and below cannot be told apart, so nothing is believed."""
    message = read(f"Authentication-Results: mx.dest.example; {PASS}\r\n".encode() + PLAIN)
    assert border_results(message, TRUST, border_index(message, TRUST)) == BorderResults()


AGAIN = BORDER.replace(b"192.0.2.1", b"198.51.100.8")
LIST = b"Received: from liste.example by liste.example with LMTP; Fri, 20 Nov 2026 09:00:00 +0000\r\n"
OURS = f"Authentication-Results: mx.dest.example; {PASS}\r\n".encode()


@pytest.mark.parametrize(
    ("below", "forged", "earlier"),
    [
        pytest.param(OURS + BORDER, False, True, id="an earlier passage"),
        pytest.param(LIST + OURS + BORDER, False, True, id="an earlier passage below a list"),
        pytest.param(OURS + b"Received-SPF: pass\r\nX-Spam: no\r\n" + OURS + BORDER, False, True, id="a whole block"),
        pytest.param(OURS + b"Subject: x\r\n" + BORDER, True, False, id="not in one block"),
        pytest.param(BORDER + OURS, True, False, id="below the earlier passage"),
        pytest.param(OURS + LIST, True, False, id="a stranger's hop"),
        pytest.param(OURS + BORDER + OURS, True, True, id="both"),
        pytest.param(OURS.replace(b"pass", b"pass (open") + BORDER, True, False, id="unreadable"),
    ],
)
def test_what_an_earlier_passage_leaves(below: bytes, forged: bool, earlier: bool):
    message = read(AGAIN + below + PLAIN)
    said = border_results(message, TRUST, border_index(message, TRUST))
    assert (said.forged, said.earlier, said.results) == (forged, earlier, ())


def test_forgery_does_not_silence_our_own():
    said = seen(above="mx.dest.example; dmarc=fail header.from=info.caisse.example", below=f"mx.dest.example; {PASS}")
    found = said.dmarc("info.caisse.example")
    assert said.forged
    assert found is not None
    assert found.status is Status.FAIL


def test_the_worst_of_two_wins():
    said = seen(above=f"mx.dest.example; {PASS}; dmarc=fail header.from=info.caisse.example")
    found = said.dmarc("info.caisse.example")
    assert found is not None
    assert found.status is Status.FAIL


def test_a_foreign_id_above_the_border_is_not_ours():
    said = seen(above=f"mx.other.example; {PASS}")
    assert said == BorderResults()


def test_spf_without_an_identity_says_nothing():
    """S-01."""
    assert seen(above="mx.dest.example; spf=pass smtp.helo=good.example").spf() is None


@pytest.mark.parametrize("settings", [TrustSettings(), TrustSettings(authserv_ids=("mx.dest.example",))])
def test_without_a_border_nothing_is_believed_and_nobody_accused(settings: TrustSettings):
    raw = f"Authentication-Results: mx.dest.example; {PASS}\r\n".encode() + BORDER + PLAIN
    message, trust = read(raw), trust_of(settings)
    assert border_results(message, trust, border_index(message, trust)) == BorderResults()


WORDS = st.sampled_from(("pass", "fail", "none", "temperror"))
HOSTS = st.sampled_from(("a.example", "b.a.example", "x@a.example", "@a.example"))
CFWS = st.sampled_from((" ", "  ", "\r\n ", " (c) ", "\t", " (a;b=c) "))


@given(
    st.lists(
        st.tuples(st.sampled_from(("spf", "dkim", "dmarc", "arc")), WORDS,
                  st.lists(st.tuples(st.sampled_from(("header.from", "header.d", "smtp.mailfrom", "smtp.helo")), HOSTS),
                           max_size=2, unique_by=lambda pair: pair[0])),
        min_size=1, max_size=3,
    ),
    CFWS,
)  # fmt: skip
def test_agrees_with_authres(results: list[tuple[str, str, list[tuple[str, str]]]], gap: str):
    text = "mx.dest.example" + "".join(
        f";{gap}{method}={word}" + "".join(f"{gap}{name}={host}" for name, host in properties)
        for method, word, properties in results
    )
    other = oracle.AuthenticationResultsHeader.parse(f"Authentication-Results: {text}")
    ours = parse(text)
    assert ours.authserv_id == other.authserv_id
    assert [(result.method, result.result, result.properties) for result in ours.results] == [
        (result.method, result.result, {f"{item.type}.{item.name}": item.value for item in result.properties})
        for result in other.results
    ]


@given(st.text(alphabet=st.sampled_from('abc;=."()<>@/ \\\r\n\t1\0é'), max_size=80))
def test_total(text: str):
    with contextlib.suppress(FieldError):
        parse(text)
    seen(above=text.replace("\r", "").replace("\n", ""))
