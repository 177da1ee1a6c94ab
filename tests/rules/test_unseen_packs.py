"""Mails that name the brands beside ameli, with every pack enabled: false ones are found for the right brand, honest ones left alone."""

import tomllib
from pathlib import Path

import pytest

from tests.rules.building import evidence
from tests.rules.unseen.mails import raw
from vigie.message.parse import parse
from vigie.rules import brand
from vigie.rules.judgement import judge
from vigie.rules.types import Label, Verdict

TABLE = tomllib.loads((Path(__file__).parent / "unseen_packs.toml").read_text(encoding="utf-8"))
PACKS = tuple(brand.load(name) for name in brand.names())


def judged(mail: dict[str, str], *, authenticated: bool) -> Verdict:
    message = parse(raw(mail))
    domain = message.authors[0].domain
    return judge(message, evidence(domain, passes=authenticated), PACKS)


@pytest.mark.parametrize("authenticated", [False, True])
@pytest.mark.parametrize("mail", TABLE["false"], ids=lambda mail: mail["subject"])
def test_false(mail, authenticated):
    verdict = judged(mail, authenticated=authenticated)
    assert (verdict.label, verdict.brand) == (Label.IMPERSONATION, mail.get("named", mail["brand"]))


@pytest.mark.parametrize("authenticated", [False, True])
@pytest.mark.parametrize("mail", TABLE["honest"], ids=lambda mail: mail["subject"])
def test_honest(mail, authenticated):
    assert judged(mail, authenticated=authenticated).label is Label.UNRELATED
