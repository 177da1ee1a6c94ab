"""The mails of mentions.toml name the brand and do not claim to be it. Judged without any authentication evidence: the hardest case."""

import tomllib
from pathlib import Path

import pytest

from tests.rules.building import message, verdict
from vigie.rules.types import Label

MENTIONS = tomllib.loads((Path(__file__).parent / "mentions.toml").read_text(encoding="utf-8"))["mail"]

each_mail = pytest.mark.parametrize("mail", MENTIONS, ids=lambda mail: mail["subject"])


@each_mail
def test_a_mention_is_no_claim(mail):
    assert verdict(message(mail["author"], mail["subject"], mail["body"], mail["links"])).label is Label.UNRELATED


@each_mail
def test_a_mention_by_an_author_without_a_name_is_never_a_fraud(mail):
    assert (
        verdict(message("contact@zenith.example", mail["subject"], mail["body"], mail["links"])).label
        is not Label.IMPERSONATION
    )
