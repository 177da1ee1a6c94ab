import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.ledger.masking import CARD, IBAN, NIR, masked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 85 05 78 006 084 36", NIR),
        ("185057800608436", NIR),
        ("1850578006084", NIR),
        ("Votre NIR : 2 85 05 78 006 084.", f"Votre NIR : {NIR}."),
        ("1 85 05 2A 006 084 36", NIR),
        ("1.85.05.2b.006.084/36", NIR),
        ("2 99 12 99 123 456 00", NIR),
        ("n° 1\u00a085\u202f05\u00a078\u00a0006\u00a0084", f"n° {NIR}"),
        ("1\u200b85\u200b05 78 006 084", NIR),
        ("1 85 05\n78 006 084", NIR),
        ("１８５０５７８００６０８４３６", NIR),
        ("١٨٥٠٥٧٨٠٠٦٠٨٤", NIR),
        ("réf. 12 1 85 05 78 006 084", f"réf. {NIR}"),
        ("https://ameli.example/?nir=1%2085%2005%2078%20006%20084&x=1", f"https://ameli.example/?nir={NIR}&x=1"),
        ("?nir=1+85+05+78+006+084", f"?nir={NIR}"),
        ("FR76 3000 6000 0112 3456 7890 189", IBAN),
        ("IBANFR7630006000011234567890189BIC", f"IBAN{IBAN}BIC"),
        ("fr7630006000011234567890189", IBAN),
        ("FR00 3000 6000 0112 3456 7890 100", IBAN),  # a French one with a wrong key is one all the same
        ("DE89 3704 0044 0532 0130 00", IBAN),
        ("GB29-NWBK-6016-1331-9268-19", IBAN),
        ("NO93 8601 1117 947", IBAN),
        ("MT84 MALT 0110 0001 2345 MTLC AST0 01S", IBAN),
        ("4111 1111 1111 1111", CARD),
        ("4111-1111-1111-1111, 12/28", f"{CARD}, 12/28"),
        ("4111111111111111", CARD),
        ("3782 822463 10005", CARD),
        ("6011 0009 9013 9424", CARD),
        ("1 85 05 78 006 084 et FR7630006000011234567890189", f"{NIR} et {IBAN}"),
    ],
)
def test_a_number_of_a_person_is_masked(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Appelez le 3646 ou le 01 99 00 12 34.",
        "+33 1 99 00 12 34 / 02 61 91 12 34 / 06 39 98 12 34",
        "0033 1 99 00 12 34",
        "SIRET 180 035 024 00047",
        "<20261122101010.123456789@example.org>",
        "le 22/11/2026 à 10:15:30",
        "4111 1111 1111 1112",
        "GB00 NWBK 6016 1331 9268 19",
        "1 85 13 78 006 084 36",
        "ZZ00 0000 0000 0000 0000",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ],
)
def test_what_identifies_nobody_stays(text: str) -> None:
    assert masked(text) == text


GAPS = st.sampled_from(["", " ", "\u00a0", "\u202f", ".", "-", "  ", " - ", "\u200b"])


@st.composite
def nirs(draw: st.DrawFn) -> str:
    month = draw(st.sampled_from([*range(1, 13), *range(20, 43), *range(50, 100)]))
    fields = [
        str(draw(st.sampled_from([1, 2, 3, 4, 7, 8]))),
        f"{draw(st.integers(0, 99)):02}",
        f"{month:02}",
        draw(st.sampled_from(["2A", "2B", "75", "97", "01", "99"])),
        f"{draw(st.integers(0, 999)):03}",
        f"{draw(st.integers(0, 999)):03}",
        *([f"{draw(st.integers(1, 97)):02}"] if draw(st.booleans()) else []),
    ]
    return "".join(draw(GAPS) + field for field in fields).lstrip()


@st.composite
def french_ibans(draw: st.DrawFn) -> str:
    account = (
        f"{draw(st.integers(0, 10**10 - 1)):010}" + draw(st.text("0123456789ABCXYZ", min_size=11, max_size=11)) + "42"
    )
    number = int("".join(str(int(char, 36)) for char in account + "FR00"))
    plain = f"FR{98 - number % 97:02}{account}"
    gap = draw(GAPS)
    return gap.join(re.findall(".{1,4}", plain))


WORDS = st.text(st.characters(exclude_categories=("Nd", "Cs"), exclude_characters="%"), max_size=20)


@settings(deadline=None)
@given(WORDS, nirs(), WORDS)
def test_no_nir_stays(before: str, nir: str, after: str) -> None:
    result = masked(f"{before} ; {nir} ; {after}")
    assert nir not in result
    assert not re.search(r"\d{2}", result)
    assert NIR in result


@settings(deadline=None)
@given(WORDS, french_ibans(), WORDS)
def test_no_iban_stays(before: str, iban: str, after: str) -> None:
    result = masked(f"{before} ; {iban} ; {after}")
    assert not re.search(r"\d", result)


@settings(deadline=None)
@given(nirs(), st.text("0123456789 ", max_size=20))
def test_a_nir_behind_other_numbers_does_not_stay(nir: str, before: str) -> None:
    """Wherever the digits before are taken for a part of it, the number itself is never left whole."""
    result = masked(f"{before} {nir}")
    assert nir not in result


@settings(deadline=None)
@given(st.text(st.sampled_from("0123456789 .-FRfrDE2A2B\u200b%"), max_size=80) | st.text())
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = masked(text)
    assert masked(once) == once
