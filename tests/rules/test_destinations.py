"""Which destination is offered for which fraud, and what a person is given where only a person can report."""

from __future__ import annotations

from datetime import date

import pytest

from vigie.rules.destinations import Content, Trait, destinations, for_content, is_afnic
from vigie.scanner.reporting.known import CHANNELS

CONTENT = Content(
    frozenset({Trait.MAIL, Trait.URL}), "ameli", "carte-ameli.fr", ("https://carte-ameli.fr/x",), date(2026, 11, 22)
)


def offered(*traits: Trait, brand: str = "ameli") -> set[str]:
    found = Content(frozenset(traits), brand, "", (), date(2026, 11, 22))
    return {one.id for one in for_content(found)}


def test_the_channels_that_are_offered_are_those_that_there_are() -> None:
    assert {one.id for one in destinations() if one.channel} == set(CHANNELS)


@pytest.mark.parametrize(
    ("traits", "brand", "there", "not_there"),
    [
        ((Trait.MAIL,), "ameli", {"abuse-mail", "folder", "webhook"}, {"franceconnect", "pharos", "33700", "afnic"}),
        ((Trait.MAIL, Trait.URL), "franceconnect", {"franceconnect", "pharos"}, {"complaint"}),
        ((Trait.SMS, Trait.URL), "ameli", {"33700", "pharos"}, {"folder", "franceconnect"}),
        ((Trait.MAIL, Trait.FR_DOMAIN), "ameli", {"afnic"}, {"pharos"}),
        ((Trait.MAIL, Trait.VICTIM), "ameli", {"info-escroqueries", "complaint"}, {"33700"}),
    ],
)
def test_the_choice_is_by_content(traits: tuple[Trait, ...], brand: str, there: set[str], not_there: set[str]) -> None:
    found = offered(*traits, brand=brand)
    assert there <= found
    assert not found & not_there


@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_says_who_why_and_how(language: str) -> None:
    for one in destinations():
        assert one.title[language]
        assert one.why[language]
        assert one.channel or (one.how[language] and (one.phone or one.link))
        assert not one.link or one.link.startswith("https://")
        assert "{" not in one.text(CONTENT, language)


def test_what_is_pasted_tells_the_page() -> None:
    (pharos,) = [one for one in destinations() if one.id == "pharos"]
    assert "https://carte-ameli.fr/x" in pharos.text(CONTENT, "fr")
    assert "22/11/2026" in pharos.text(CONTENT, "fr")


def test_names_of_afnic() -> None:
    assert [is_afnic(host) for host in ("a.fr", "a.RE.", "fr.example", "")] == [True, True, False, False]
