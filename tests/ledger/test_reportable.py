"""What a stored case tells to those who can stop a fraud: by content, and without its recipient."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.made import record
from vigie.ledger.reportable import content
from vigie.rules.brand import load
from vigie.rules.destinations import Content, Trait, by_hand

AMELI = load("ameli")
OWN = ("camille.durand@example.org",)


def of(*targets: str, sender: str = "?example.net", quote: str = "") -> Content:
    links = [{"target": target, "official": False} for target in targets]
    findings = [{"kind": "lure", "quotes": [{"where": "body", "text": quote}]}]
    case = record(case_json=json.dumps({"links": links, "findings": findings}), sender=sender)
    return content(case, AMELI, OWN)


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("https://carte.example/suivi?mail=camille.durand%40example.org", "https://carte.example/suivi?mail=[...]"),
        ("https://carte.example/camille/x", "https://carte.example/[...]/x"),
        ("http://carte.example/8f3a91c2d4e5f60718293a4b#top", "http://carte.example/[...]#[...]"),
        ("https://ameli.fr/", None),
        ("mailto:camille.durand@example.org", None),
        ("https://[", None),
    ],
)
def test_links_are_told_without_the_recipient(target: str, told: str | None) -> None:
    assert of(target).links == (() if told is None else (told,))


@pytest.mark.parametrize(
    ("target", "sender", "names"),
    [
        ("https://carte-ameli.fr/x", "?ameli.fr", ("carte-ameli.fr",)),
        ("https://carte.example/", "?suivi-colis.fr", ("suivi-colis.fr",)),
        ("https://s.free.fr/x", "?orange.fr", ()),
        ("https://carte.example/", "mail.laposte.net", ()),
    ],
)
def test_afnic_is_told_the_names_of_the_fraud_alone(target: str, sender: str, names: tuple[str, ...]) -> None:
    found = of(target, sender=sender)
    assert found.names == names
    assert (Trait.FR_DOMAIN in found.traits) == bool(names)


def test_numbers_to_call_but_not_the_organisation_s_own() -> None:
    assert of(quote="Appelez le 01 99 00 12 34 ou le 36 46.").numbers == ("0199001234",)
    assert Trait.NUMBER not in of().traits


def test_what_only_people_know_is_told_with_its_condition() -> None:
    found = [(condition, one.id) for condition, one in by_hand(of("https://carte.example/"))]
    assert found == [
        (None, "pharos"),
        (Trait.SMS, "33700"),
        (Trait.VICTIM, "info-escroqueries"),
        (Trait.VICTIM, "complaint"),
    ]


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=20), lambda some: st.lists(some, max_size=3), max_leaves=5
    )
)
def test_it_is_total(value: object) -> None:
    for told in (
        value,
        {"links": value, "findings": value},
        {"links": [{"target": value}], "findings": [{"quotes": value}]},
    ):
        found = content(record(case_json=json.dumps(told), sender=str(value)), AMELI, (str(value),))
        assert Trait.MAIL in found.traits
    assert content(record(case_json="{"), None, ()).links == ()
