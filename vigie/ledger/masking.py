"""Numbers that identify a person or an account never reach the disk (threats G11, W-22): NIR, IBAN and RIB, payment cards.

Pure. In doubt a number is masked: what is lost is a detail of an explanation, what would be kept is somebody's health
insurance number. How digits may be written: numerals.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vigie.ledger.numerals import as_digits, plain

NIR = "[NIR]"
IBAN = "[IBAN]"
CARD = "[CARTE]"
CUT = "[...]"
"""A number that was cut off before it got here: nobody knows what it was."""
FEWEST_DIGITS = 6
LONGEST = 100
"""Characters that a number takes with its gaps."""

# What people and word processors put between digits: blanks of any width, line ends, dots, dashes, the + of URLs.
_GAP = r"[\s.\-_/+·‐-―]{0,3}"
# Between the groups of a number that is written in its usual groups: anything.
_ANY = r"[^0-9A-Za-z]{0,3}"

# Numéro d'inscription au répertoire (décret n° 82-103, article 4): sex (3, 4: being registered; 7, 8: provisional), year,
# month (20-42 and 50-99: not known exactly), department (2A, 2B: Corsica), commune, order; then the key of two digits.
# "+33 ..." is the beginning of a phone number.
_NIR_START = (
    rf"(?!(?<=\+)33)(?=([1-478](?:{_GAP}\d){{2}}{_GAP}(?:0{_GAP}[1-9]|1{_GAP}[0-2]|[235-9]{_GAP}\d|4{_GAP}[0-2])"
)
_NIR_REST = rf"{_GAP}(?:\d{_GAP}\d|2{_GAP}[ABab])(?:{_GAP}\d){{6}}"
_NIR = re.compile(rf"(?<!\d){_NIR_START}{_NIR_REST}(?:(?:{_GAP}\d){{2}}(?!\d)|(?!\d))))")
_NIR_GROUPED = re.compile(
    rf"(?<![0-9A-Za-z])(?=([1-478]{_ANY}\d\d{_ANY}(?:0[1-9]|1[0-2]|[235-9]\d|4[0-2]){_ANY}(?:\d\d|2[ABab]){_ANY}\d{{3}}{_ANY}\d{{3}}"
    rf"(?:{_ANY}\d\d)?)(?![0-9A-Za-z]))"
)
# Within a longer run of digits only the key tells.
_NIR_KEYED = re.compile(rf"{_NIR_START}{_NIR_REST}(?:{_GAP}\d){{2}}))")

# Payment cards (ISO/IEC 7812): in one piece, in fours, in eights, or 4-6-5, 4-6-4, 6-13.
_CARD = re.compile(
    rf"(?<!\d)(?=([2-6](?:\d{{12,18}}|\d{{3}}(?:{_GAP}\d{{4}}){{2,3}}{_GAP}\d{{1,4}}|\d{{3}}{_GAP}\d{{6}}{_GAP}\d{{4,5}}"
    rf"|\d{{7}}{_GAP}\d{{8}}|\d{{5}}{_GAP}\d{{13}}))(?!\d))"
)

# Relevé d'identité bancaire: bank, branch, account, key.
_RIB = re.compile(
    rf"(?<![0-9A-Za-z])(?=(\d{{5}}{_GAP}\d{{5}}{_GAP}[0-9A-Za-z](?:{_GAP}[0-9A-Za-z]){{10}}{_GAP}\d\d)(?![0-9A-Za-z]))"
)
_RIB_DIGITS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")

_TAIL = re.compile(rf"\d(?:{_GAP}[0-9ABab]){{6,}}{_GAP}(?=…$)")

_RUN = re.compile(rf"[0-9A-Za-z](?:{_GAP}[0-9A-Za-z]){{14,}}")
_BASE36 = {char: str(int(char, 36)) for char in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_LETTER_OR_DIGIT = re.compile(r"[0-9A-Za-z]")
_IBAN_START = re.compile(r"(?=([A-Za-z]{2})[0-9OQILZSGB]{2})")

# ISO 13616: how long the IBAN of each country is.
_IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI FK FO GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU MN XK",
        21: "CH CR HR LI LV",
        22: "BG BH DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU YE",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
    for country in countries.split()
}


def masked(text: str) -> str:
    """The text with every NIR, IBAN, RIB and card number replaced by its name in brackets. Idempotent."""
    if sum(map(str.isdigit, text)) < FEWEST_DIGITS:
        return text
    seen = plain(text)
    pieces, end = [], 0
    for first, after, name in sorted({*_found(seen.text), *_found_in_scan(seen.text)}):
        start, stop = seen.span(first, after)
        if start >= end:
            pieces += [text[end:start], name]
        end = max(end, stop)
    return "".join([*pieces, text[end:]])


_Span = tuple[int, int, str]


def _found(text: str) -> Iterator[_Span]:
    for pattern in (_NIR, _NIR_GROUPED):
        yield from _of(pattern, text, NIR)
    for match in _NIR_KEYED.finditer(text):
        if _has_nir_key(match[1]):
            yield (*match.span(1), NIR)
    yield from _ibans(text)
    for match in _RIB.finditer(text):
        if _has_rib_key(_bare(match[1])):
            yield (*match.span(1), IBAN)
    yield from _cards(text)
    if text.endswith("…"):
        end = max(len(text) - LONGEST, 0)
        for match in _TAIL.finditer(text, end):
            yield (*match.span(), CUT)


def _found_in_scan(text: str) -> Iterator[_Span]:
    """The same in a text whose digits a scanner of paper, or a person, has written as letters; most have to be digits."""
    read = as_digits(text)
    if read == text:
        return
    for pattern, name in ((_NIR, NIR), (_NIR_GROUPED, NIR), (_CARD, CARD)):
        for match in pattern.finditer(read):
            first, after = match.span(1)
            alone = not (text[first - 1 : first].isalnum() or text[after : after + 1].isalnum())
            real = sum(map(str.isdigit, text[first:after]))
            digits = [int(char) for char in match[1] if char.isdecimal()]
            if alone and 2 * real > len(digits) and (name == NIR or _luhn(digits)):
                yield first, after, name


def _of(pattern: re.Pattern[str], text: str, name: str) -> Iterator[_Span]:
    """Overlapping matches: a number before may join its last digits to the one that is looked for."""
    for match in pattern.finditer(text):
        yield (*match.span(1), name)


def _bare(text: str) -> str:
    return "".join(_LETTER_OR_DIGIT.findall(text)).upper()


def _has_nir_key(text: str) -> bool:
    """Arrêté du 22 décembre 1981: 97 less the remainder; 2A counts as 19, 2B as 18."""
    bare = _bare(text).replace("2A", "19").replace("2B", "18")
    return int(bare[13:]) == 97 - int(bare[:13]) % 97


def _has_rib_key(bare: str) -> bool:
    digits = bare.translate(_RIB_DIGITS)
    bank, branch, account, key = int(digits[:5]), int(digits[5:10]), int(digits[10:21]), int(digits[21:])
    return key == 97 - (89 * bank + 15 * branch + 3 * account) % 97


def _cards(text: str) -> Iterator[_Span]:
    for match in _CARD.finditer(text):
        if _luhn([int(char) for char in match[1] if char.isdecimal()]):
            yield (*match.span(1), CARD)


def _luhn(digits: list[int]) -> bool:
    """ISO/IEC 7812-1 annex B."""
    doubled = [2 * digit - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _ibans(text: str) -> Iterator[_Span]:
    for run in _RUN.finditer(text):
        places = [match.start() for match in _LETTER_OR_DIGIT.finditer(text, run.start(), run.end())]
        chars = "".join(text[place] for place in places).upper()
        for match in _IBAN_START.finditer(chars):
            first = match.start()
            length = _IBAN_LENGTHS.get(match[1])
            if length is None or first + length > len(chars):
                continue
            after = first + length
            if _is_iban(chars[first:after]):
                yield places[first], places[after - 1] + 1, IBAN


def _is_iban(chars: str) -> bool:
    """ISO 7064 mod 97-10; a French one is known by its shape as well: a typing error does not make it public.

    Letters that look like digits count as those where at least as many are digits: a word is no number.
    """
    country, rest = chars[:2], as_digits(chars[2:].replace("L", "l"))
    shape = country + rest[:12] + chars[14:25] + rest[23:]
    if re.fullmatch(r"FR\d{12}[0-9A-Z]{11}\d{2}", shape) and _mostly_digits(chars[2:14] + chars[25:]):
        return True
    return _sums_up(chars) or (_mostly_digits(chars) and _sums_up(country + rest.upper()))


def _mostly_digits(chars: str) -> bool:
    return 2 * sum(map(str.isdigit, chars)) >= len(chars)


def _sums_up(chars: str) -> bool:
    if not chars[2:4].isdigit():
        return False
    digits = "".join(_BASE36[char] for char in chars[4:] + chars[:4])
    return int(digits) % 97 == 1
