"""The frauds of frauds.toml are found without any authentication evidence, however they are spelled and padded."""

import tomllib
from pathlib import Path

import pytest

from tests.rules.building import message, verdict
from vigie.rules.types import Label

FRAUDS = tomllib.loads((Path(__file__).parent / "frauds.toml").read_text(encoding="utf-8"))["mail"]
PADDING = (
    "\n\nNe communiquez jamais vos codes. L'Assurance Maladie ne demande jamais vos coordonnées bancaires par e-mail.\n"
)
BARE = str.maketrans("éèêàçùôîâûÉÈÀ", "eeeacuoiauEEA")

each_fraud = pytest.mark.parametrize("mail", FRAUDS, ids=lambda mail: mail["body"][:40])


def judged(mail, author="", body="") -> Label:
    return verdict(message(author or mail["author"], mail["subject"], body or mail["body"], mail["links"])).label


@each_fraud
def test_fraud_is_found(mail):
    assert judged(mail) is Label.IMPERSONATION


@each_fraud
def test_fraud_is_found_by_its_text_alone(mail):
    found = judged(mail, author="Info <x@zenith-travaux.example>")
    assert (found is Label.IMPERSONATION) == mail.get("text_alone", True)


@each_fraud
def test_fraud_without_accents_and_in_capitals_is_found(mail):
    assert judged(mail, body=mail["body"].upper().translate(BARE)) is Label.IMPERSONATION


@each_fraud
def test_protective_sentences_cancel_nothing_but_themselves(mail):
    assert judged(mail, body=mail["body"] + PADDING) is Label.IMPERSONATION
