"""The mails of speakers.toml: who is taken for the brand and who is not, with and without a pass of the sender's own domain."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.rules.unseen.mails import judged
from vigie.rules.types import Label

MAILS = tomllib.loads((Path(__file__).parent / "speakers.toml").read_text(encoding="utf-8"))


def each(kind: str) -> list[Any]:
    return [pytest.param(mail, id=f"{mail['theme']}-{number}") for number, mail in enumerate(MAILS[kind])]


@pytest.mark.parametrize("authenticated", [False, True])
@pytest.mark.parametrize("mail", each("false"))
def test_false(mail, authenticated):
    found = judged(mail, authenticated=authenticated).label is Label.IMPERSONATION
    assert found or mail.get("missed", False)


@pytest.mark.parametrize("authenticated", [False, True])
@pytest.mark.parametrize("mail", each("honest"))
def test_honest(mail, authenticated):
    assert judged(mail, authenticated=authenticated).label is Label.UNRELATED


@pytest.mark.parametrize("mail", each("abroad"))
def test_an_insurer_of_another_country_by_its_own_domain(mail):
    assert judged(mail, authenticated=True).label is Label.UNRELATED
    assert judged(mail, authenticated=False).label is not Label.UNRELATED
