"""The page for anyone: an answer in plain words, nothing kept, off unless it is switched on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.conftest import MAILBOXES
from tests.web.served import Served, serve, text
from vigie import rules
from vigie.web import words
from vigie.web.verifier import is_message

SMS = "AMELI : votre carte vitale expire, mettez-la à jour sur https://ameli-carte.example/maj"


@pytest.fixture(scope="module")
def open_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve(tmp_path_factory.mktemp("open"), mailboxes=MAILBOXES, verifier=True, verifier_per_hour=3) as pages:
        yield pages


def rule_names() -> list[str]:
    """Of which none is a word that people use."""
    return [path.stem for path in (Path(rules.__file__).parent / "checks").glob("*_*.py") if path.stem[0] != "_"]


def test_it_is_off_unless_it_is_switched_on(served: Served) -> None:
    browser = served.browser()
    assert browser.get("/verifier").status_code == 404
    assert browser.post("/verifier", {"text": SMS}, on="/sign-in").status_code == 404


def test_anybody_gets_an_answer_so_often(open_page: Served) -> None:
    """W-33: and which rules have found what is not told."""
    browser = open_page.browser()
    before = list(open_page.ledger.audit_entries())
    answer = browser.post("/verifier", {"text": SMS}, on="/verifier")
    assert answer.status_code == 200
    told = words.said("fr")
    assert any(told(f"verifier.verdict.{verdict}") in text(answer) for verdict in ("impersonation", "suspicious"))
    assert not [name for name in rule_names() if name in answer.text]
    assert "https://ameli-carte.example/maj" not in answer.text.partition("<textarea")[2]
    assert browser.post("/verifier", {"text": " "}, on="/verifier").status_code == 422
    statuses = [browser.post("/verifier", {"text": "Bonjour"}, on="/verifier").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert list(open_page.ledger.audit_entries()) == before
    assert open_page.browser().post("/verifier", {"text": SMS}, on="/verifier").status_code == 429
    open_page.clock.passes(hours=1)
    assert browser.post("/verifier", {"text": "Bonjour"}, on="/verifier").status_code == 200


def test_another_site_cannot_ask_for_its_visitor(open_page: Served) -> None:
    browser = open_page.browser()
    form = {"csrf": browser.token("/verifier"), "text": SMS}
    assert (
        browser.send("/verifier", form, Origin="https://evil.example", Sec_Fetch_Site="cross-site").status_code == 403
    )


@pytest.mark.parametrize(
    ("pasted", "is_mail"),
    [
        ("Received: from a\r\n by b\r\nFrom: x@example.org\r\nSubject: y\r\n\r\nBonjour", True),
        ("X-Mozilla-Status: 0001\nX-Mozilla-Status2: 0\nFrom: x@example.org\n\nBonjour", True),
        (SMS, False),
        ("Objet: x\nRéf: y\nDate: z\n\nMadame, Monsieur", False),
        ("Date: lundi\nLieu: Paris\nHeure: midi\n\nFrom: x", False),
        ("", False),
    ],
)
def test_the_source_of_a_mail_is_told_from_a_text(pasted: str, is_mail: bool) -> None:
    assert is_message(pasted) is is_mail


def test_the_ledger_stays_as_it_is(open_page: Served, tmp_path: Path) -> None:
    assert list(open_page.ledger.records()) == []
    assert open_page.ledger.handed_in.count() == 0
    assert list(tmp_path.iterdir()) == []
