"""Quotes are the mail's own words: accents, capitals, lines that mail software broke, misspelt words as they were misspelt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.building import AMELI, evidence, message, verdict
from vigie.message.fold import fold
from vigie.message.types import Layer, TextBlock
from vigie.rules.utterance import Utterance, utterances, written
from vigie.rules.view import View
from vigie.rules.wording import telling_line

BODY = """Bonjour,

Sans mise à jour sous 48 heures, votre accès sera
fermé. Apportez votre carte Vitale mardi.
Renségnez vos coordonées banquaires : https://A.example/É
L'Assurance Maladie"""


def _said(text: str = BODY) -> Utterance:
    return utterances((TextBlock(Layer.OUTER, "text/plain", text),), fold, AMELI)[0]


@pytest.mark.parametrize(
    ("folded", "shown"),
    [
        (
            "sans mise a jour sous 48 heures, votre acces sera ferme",
            "Sans mise à jour sous 48 heures, votre accès sera\nfermé",
        ),
        ("apportez votre carte vitale mardi.", "Apportez votre carte Vitale mardi."),
        ("apportez votre carte vitale mardi", "Apportez votre carte Vitale mardi"),
        ("l'assurance maladie", "L'Assurance Maladie"),
        ("ce qui n'est ecrit nulle part", "ce qui n'est ecrit nulle part"),
        ("", ""),
    ],
)
def test_a_clause_is_shown_as_it_was_written(folded, shown):
    assert _said().as_written(folded) == shown


def test_every_clause_is_found_in_the_text():
    said = _said()
    assert [clause.text for clause in said.clauses if said.as_written(clause.text) not in BODY] == []


def test_a_place_is_not_quoted_from_another():
    subject = Utterance("subject", Layer.OUTER, "carte vitale", "Carte Vitale")
    body = Utterance("text/plain", Layer.OUTER, "un remboursement attend", "Un remboursement attend")
    assert written((subject, body), "text/plain", "un remboursement attend") == "Un remboursement attend"
    assert written((subject, body), "subject", "un remboursement attend") == "un remboursement attend"


def test_the_telling_line_is_verbatim():
    view = View(message("X <x@a.example>", "Ameli", BODY), evidence(), AMELI)
    assert telling_line(view)[1] in BODY


def test_a_false_message_is_quoted_verbatim():
    mail = message("Ameli <x@a.example>", "Votre carte Vitale", BODY, ["https://a.example/é"])
    told = [quote.text for finding in verdict(mail).findings for quote in finding.quotes if " " in quote.text]
    shown = " ".join(f"{BODY} {mail.subject} Ameli <x@a.example>".split())
    assert told
    assert [text for text in told if text not in shown] == []


@given(st.text(max_size=200), st.text(max_size=60))
def test_any_text_is_quoted_verbatim_or_as_it_is_asked_for(raw, asked):
    found = Utterance("text/plain", Layer.OUTER, fold(raw), raw).as_written(asked)
    assert found in raw or found == asked
