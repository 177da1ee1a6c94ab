"""One campaign, many copies: what varies from copy to copy is left out of the shape, what makes another mail is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.made import NOON
from tests.scanner.world import mail
from vigie.judge.examine import Examiner
from vigie.judge.settings import JudgeSettings
from vigie.message.parse import parse
from vigie.message.shape import campaign, template

PAGE = (
    "<html><body><table><tr><td><p>Bonjour {name},</p><p>Un remboursement de {amount} euros vous attend, dossier {file}.</p>"
    '<a href="https://{host}/ameli/connexion.php?id={file}&amp;ref=x">Voir</a></td></tr></table></body></html>'
)


def copy(
    *,
    display: str = "Assurance Maladie",
    address: str = "contact@example.net",
    to: str = "Marie Durand <marie.durand@example.org>",
    subject: str = "Marie Durand, votre remboursement n° 48213 de 237,40 €",
    name: str = "Marie",
    amount: str = "237,40",
    file: str = "AM48213",
    host: str = "espace.example.net",
    page: str = PAGE,
) -> bytes:
    head = [f"From: {display} <{address}>", f"To: {to}", f"Subject: {subject}", "MIME-Version: 1.0"]
    kind = "Content-Type: text/html; charset=utf-8" if page else "Content-Type: text/plain; charset=utf-8"
    body = (
        page.format(name=name, amount=amount, file=file, host=host) if page else f"Bonjour {name},\n\nDossier {file}.\n"
    )
    return "\r\n".join([*head, kind, "", body]).encode()


ONE = campaign(parse(copy()))


@pytest.mark.parametrize(
    "changes",
    [
        {"address": "info@other.example"},
        {"host": "login.other.example"},
        {"file": "ZX9"},
        {"amount": "1 024,00"},
        {
            "to": "Paul Petit <ppetit@example.com>",
            "subject": "Paul Petit, votre remboursement n° 7 de 12 €",
            "name": "Paul",
        },
        {"subject": "RE: Marie Durand, votre remboursement n° 5 de 6,10 €"},
        {"display": "ASSURANCE  MALADIE"},
        {"display": "Аssurance Maladie"},  # a Cyrillic А
        {"page": PAGE.replace("Bonjour", "Bonsoir")},
    ],
    ids=str,
)
def test_copies_have_one_shape(changes: dict[str, str]) -> None:
    assert campaign(parse(copy(**changes))) == ONE


@pytest.mark.parametrize(
    "changes",
    [
        {"display": "FranceConnect"},
        {"subject": "Votre carte Vitale expire"},
        {"page": PAGE.replace("connexion.php", "paiement.php")},
        {"page": PAGE.replace("ref=x", "token=x")},
        {"page": PAGE.replace("<table><tr><td>", "<div>")},
        {"page": ""},
    ],
    ids=str,
)
def test_another_mail_has_another(changes: dict[str, str]) -> None:
    assert campaign(parse(copy(**changes))) not in ("", ONE)


def test_plain_texts_are_told_apart_by_their_lines() -> None:
    one, same = (
        campaign(parse(copy(page="", name=name, file=file))) for name, file in (("Marie", "A1"), ("Paul", "B22"))
    )
    assert one == same
    assert (
        campaign(parse(copy(page="") + b"\r\nEt encore une ligne avec bien plus de mots que celles d'avant.\r\n"))
        != one
    )


def test_an_empty_message_belongs_to_none() -> None:
    assert campaign(parse(b"")) == ""
    assert campaign(parse(b"From: a@example.org\r\nSubject: \r\n\r\n \r\n")) == ""


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("Dossier AM-48 213 : écrivez à x@example.org", "", "dossier # : ecrivez a @"),
        ("Fwd: TR: Re : Votre carte", "", "votre carte"),
        ("M. DURAND, bonjour", "durand", "m. * bonjour"),
        ("1 2 3", "", "#"),
        ("", "", ""),
    ],
)
def test_a_template(text: str, names: str, expected: str) -> None:
    assert template(text, frozenset(names.split())) == expected


@given(st.binary(max_size=300), st.text(max_size=60))
def test_it_is_total_and_says_the_same_again(raw: bytes, subject: str) -> None:
    message = parse(b"Subject: " + subject.encode("utf-8", "replace") + b"\r\n" + raw)
    shape = campaign(message)
    assert shape == campaign(message)
    assert shape == "" or (len(shape) == 16 and set(shape) <= set("0123456789abcdef"))


def test_links_that_are_none_do_not_stop_it() -> None:
    page = '<a href="http://[::1/x">a</a><a href="mailto:x@example.org">b</a><a href="tel:+33100000000">c</a>'
    assert campaign(parse(copy(page=page))) != ""


def test_unrelated_mail_gets_none(tmp_path: Path) -> None:
    """Of mail that has nothing to do with a protected sender nothing is kept that could recognise it (RGPD article 5)."""
    examiner = Examiner(JudgeSettings())
    assert examiner.examine(mail("déjeuner"), now=NOON).campaign == ""
    assert examiner.examine_text(b"ameli: votre carte, https://example.net/x", now=NOON).campaign == ""
