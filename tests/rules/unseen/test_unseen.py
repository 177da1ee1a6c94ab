"""Mails that were written before any rule had been run on them: their first-run figures are in docs/judgement.md.

Each is judged as bytes, with nothing known of its sender, and with a DMARC pass of the sender's own domain, which frauds have too.
"""

import pytest
from _pytest.mark.structures import ParameterSet

from tests.rules.unseen.mails import FOLDER, judged, table
from vigie.rules.types import Label

TABLES = sorted(path.name for path in FOLDER.glob("*.toml"))


def mails(kind: str) -> list[ParameterSet]:
    return [
        pytest.param(mail, id=f"{name}-{mail['theme']}-{number}")
        for name in TABLES
        for number, mail in enumerate(table(name)[kind])
    ]


@pytest.mark.parametrize("authenticated", [False, True])
@pytest.mark.parametrize("mail", mails("honest"))
def test_honest(mail, authenticated):
    assert judged(mail, authenticated=authenticated).label is Label.UNRELATED


@pytest.mark.parametrize("authenticated", [False, True])
@pytest.mark.parametrize("mail", mails("false"))
def test_false(mail, authenticated):
    assert judged(mail, authenticated=authenticated).label is Label.IMPERSONATION
