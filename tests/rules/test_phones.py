"""Telephone numbers by the French numbering plan."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.building import AMELI
from vigie.rules.phones import Tariff, dialled, numbers, official, tariff


def found(text: str) -> list[str]:
    return [number.digits for number in numbers(text)]


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("appelez le 36 46", "3646"),
        ("composez le 3646 du lundi au vendredi", "3646"),
        ("tel. 05 53 35 62 37", "0553356237"),
        ("+33 1 84 90 36 46", "0184903646"),
        ("0033 1 84 90 36 46", "0184903646"),
        ("+33 (0)1 84 90 36 46", "0184903646"),
        ("0 811 70 36 46", "0811703646"),
        ("0899 701 701", "0899701701"),
        ("06.39.98.12.34", "0639981234"),
        ("06-39-98-12-34", "0639981234"),
        ("0639981234", "0639981234"),
        ("o6 39 98 l2 34", "0639981234"),
        ("rappelez-nous au 118 218", "118218"),
        ("+225 27 22 49 00 00", "+2252722490000"),
        ("appelez-nous au 36.46", "3646"),
        ("composez le 36-46", "3646"),
        ("tel. 05 65 20 34 56", "0565203456"),
        ("tel. 02 61 91 11 22", "0261911122"),
    ],
)
def test_numbers_are_found(text, digits):
    assert found(text) == [digits]


@pytest.mark.parametrize(
    "text",
    [
        "312,40 euros", "le 20/02/2026", "nir 1 85 05 78 006 084 36", "iban fr76 3000 6000 0112 3456 7890 189", "siret 123 456 789 00012",
        "dossier aml-591783021", "https://a.example/0639981234", "en 2026", "3 000 euros", "au 3000 euros", "code 1234",
        "reference 0639981234567", "au prix de 36.50", "du 10.11 au 30.11", "appelez avant le 30.11", "rayon 36-46",
    ],
)  # fmt: skip
def test_other_digits_are_no_numbers(text):
    assert found(text) == []


@pytest.mark.parametrize("item", AMELI.phones, ids=lambda item: item.number)
def test_official_numbers_are_never_flagged(item):
    national = "0" + item.number[3:] if item.number.startswith("+33") else item.number
    assert official(national, AMELI)


@pytest.mark.parametrize(
    ("digits", "kind"),
    [
        ("0899701701", Tariff.PREMIUM), ("118218", Tariff.PREMIUM), ("0639981234", Tariff.MOBILE), ("0162123456", Tariff.PLATFORM),
        ("0947812345", Tariff.PLATFORM), ("0820222555", Tariff.SHARED), ("0805805817", Tariff.FREE),
        ("0199001234", Tariff.PLAIN), ("+2250102030405", Tariff.FOREIGN),
    ],
)  # fmt: skip
def test_tariffs(digits, kind):
    assert tariff(digits) is kind


@given(st.text(alphabet="0123456789 .+-()ol", max_size=200))
def test_any_digits_are_read(text):
    for number in numbers(text):
        assert number.written in text


@pytest.mark.parametrize(
    ("target", "digits"),
    [
        ("tel:+33199001234", ["0199001234"]), ("tel:0899701234;ext=5", ["0899701234"]), ("tel:3219", ["3219"]), ("tel:36%2046", ["3646"]),
        ("SMSTO:0639981234", ["0639981234"]), ("sms:%2B33639981234?body=OUI", ["0639981234"]), ("sms:0639981234&body=OUI", ["0639981234"]),
        ("callto://+33199001234", ["0199001234"]), ("sms:?body=0639981234", []), ("tel:", []),
    ],
)  # fmt: skip
def test_numbers_of_links_are_read(target, digits):
    assert [number.digits for number in dialled(target)] == digits
