import re
from collections.abc import Iterator
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.counting import lines, reach
from vigie.ledger import masking, numerals
from vigie.ledger.masking import CARD, CUT, IBAN, LONGEST, NIR, masked


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
        # between the usual groups, anything
        ("1|85|05|78|006|084", NIR),
        ("1, 85, 05, 78, 006, 084, 91", NIR),
        ("1:85:05:2A:006:084", NIR),
        ("1*85*05*78*006*084 !", f"{NIR} !"),
        ("1 85 05 2B\r\n006 084\r\n18", NIR),
        ("sécu 1 850578 006084, merci", f"sécu {NIR}, merci"),
        # encoded once more
        ("1%C2%A085%C2%A005%C2%A078%C2%A0006%C2%A0084", NIR),
        ("?n=%31%38%35%30%35%37%38%30%30%36%30%38%34&x", f"?n={NIR}&x"),
        ("1&nbsp;85&nbsp;05&nbsp;78&nbsp;006&#160;084&#xA0;91.", f"{NIR}."),
        ("%E2%28%A1 4111%201111%201111%201111", f"%E2%28%A1 {CARD}"),
        # drawn upon, circled
        ("1️⃣8️⃣5️⃣0578006084", NIR),
        ("①⑧⑤⓪⑤⑦⑧⓪⓪⑥⓪⑧④", NIR),
        ("4­1‍11 1111 1111 1111", CARD),
        # letters that look like digits
        ("1 85 O5 78 OO6 O84 91", NIR),
        ("l 85 05 78 006 084", NIR),
        ("2 8S 05 2A 0O6 O84", NIR),
        ("I85O578OO6O84", NIR),
        ("FR76 3OOO 6OOO O112 3456 789O 189", IBAN),
        ("FRl4 2OO4 1O1O O5O5 OOO1 3MO2 6O6", IBAN),
        ("DE89 37O4 OO44 O532 O13O OO", IBAN),
        ("4lll 1111 1111 1111", CARD),
        # within a longer run of digits its key gives it away
        ("00185057800608491777", f"00{NIR}777"),
        # how a bank writes it
        ("RIB 20041 01005 0500013M026 06", f"RIB {IBAN}"),
        ("20041010050500013M02606", IBAN),
        (
            "20041 01005 05OOO13M026 06",
            "20041 01005 05OOO13M026 06",
        ),  # its key is wrong then: reading letters is for others
        ("41111111 11111111", CARD),
        ("622126 0000000000000", "622126 0000000000000"),  # Luhn says no
        ("622126 0000000000019", CARD),
        # cut off before it came here
        ("votre numéro 1 85 05 78 0…", f"votre numéro {CUT}…"),
        ("compte FR76 3000 6000 …", f"compte FR{CUT}…"),
        ("appelez le 3646…", "appelez le 3646…"),
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
        "Tél. : 01 99 00 12 34 ou 02 61 91 12 34, fax 01 99 00 12 35",
        "33 3 53 01 12 34",
        "dossier 20041 01005 0500013M026 07",
        "4 lots, 12, 05, 13, 100 et 200",
        "https://ameli-remboursement.example/dossier/18505780?t=1699999999",
        "lIlIlIlIlIlIl OoOoO 0123456",
        "du 22/11/2026 10:15:30 au 23/11/2026 11:15:30",
        "2026-11-22T10:15:30.123456+00:00",
        "%31%38%35",
        "&#49;&#56; 1234567",
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


NOISE = str.maketrans("0158", "OISB")


@settings(deadline=None, max_examples=50)
@given(nirs(), st.sets(st.integers(0, 40), max_size=5))
def test_no_nir_stays_that_was_read_badly(nir: str, wrong: set[int]) -> None:
    """Up to five digits read as letters."""
    read = "".join(char.translate(NOISE) if at in wrong else char for at, char in enumerate(nir))
    assert NIR in masked(f"n° {read} ;")


@settings(deadline=None, max_examples=50)
@given(french_ibans(), st.sets(st.integers(4, 20), max_size=5))
def test_no_iban_stays_that_was_read_badly(iban: str, wrong: set[int]) -> None:
    read = "".join(char.translate(NOISE) if at in wrong else char for at, char in enumerate(iban))
    assert masked(f": {read} ;") == f": {IBAN} ;"


@st.composite
def cards(draw: st.DrawFn) -> str:
    head = draw(st.sampled_from("23456")) + "".join(
        draw(st.lists(st.sampled_from("0123456789"), min_size=14, max_size=14))
    )
    odd = sum(sum(divmod(2 * int(char), 10)) if at % 2 == 0 else int(char) for at, char in enumerate(head))
    number = head + str(-odd % 10)
    return draw(GAPS).join(re.findall(".{4}", number))


@settings(deadline=None, max_examples=50)
@given(WORDS, cards(), WORDS)
def test_no_card_stays(before: str, card: str, after: str) -> None:
    assert not re.search(r"\d", masked(f"{before} ; {card} ; {after}"))


@settings(deadline=None, max_examples=50)
@given(nirs(), st.integers(7, 14))
def test_no_beginning_of_a_nir_stays_where_a_text_was_cut(nir: str, most: int) -> None:
    cut = "".join(islice(_upto_digits(nir, most), None))
    result = masked(f"mon numéro {cut}…")
    assert sum(map(str.isdigit, result)) == 0


def _upto_digits(text: str, most: int) -> Iterator[str]:
    seen = 0
    for char in text:
        seen += char.isalnum()
        if seen > most:
            return
        yield char


@settings(deadline=None, max_examples=50)
@given(st.text(st.sampled_from("0123456789 .-FRfrDE2A2B\u200b%&;#Ol…\u00e9"), max_size=200))
def test_what_is_masked_stands_where_it_stood(text: str) -> None:
    """Nothing but numbers is lost: the words around them are still there, in their order."""
    result = re.split(r"\[(?:NIR|IBAN|CARTE|\.\.\.)\]", masked(text))
    at = 0
    for piece in result:
        at = text.index(piece, at) + len(piece)


HOSTILE = ["1", "1 ", "FR76", "l", "%31", "&#49;", "1\u200b", "4111 ", "1.85.05.", "a1", "…1"]


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_text_costs_little(unit: str) -> None:
    """X-10: linear, whatever is repeated. Counted, not timed: ten times as much text, ten times as many lines carried out."""

    def lines_for(length: int) -> int:
        text = unit * (length // len(unit))
        return lines(lambda: masked(text), masking, numerals)

    assert lines_for(6_000) <= 11 * lines_for(600)


PATTERNS = {
    name: value
    for module in (masking, numerals)
    for name, value in vars(module).items()
    if isinstance(value, re.Pattern)
}
AT_THE_END_ALONE = "_TAIL"
"""It is looked for in the last LONGEST characters, wherever a repeat of it may lead."""


@pytest.mark.parametrize("name", sorted(PATTERNS.keys() - {AT_THE_END_ALONE}))
def test_no_pattern_looks_far(name: str) -> None:
    """What those lines do not show: from each character on, a pattern sees a bounded number of others, or takes them all.

    A repeat without an end stands last, so that nothing behind it can make it try anew, and repeats what is bounded itself.
    """
    assert reach(PATTERNS[name].pattern, PATTERNS[name].flags) <= 2 * LONGEST


@pytest.mark.parametrize("quadratic", [r"\d+x", r"(?:a+)+", r"(?=(\d+))", r"a{1,900}b"])
def test_a_pattern_that_looks_far_is_found(quadratic: str) -> None:
    assert reach(quadratic) > 2 * LONGEST
