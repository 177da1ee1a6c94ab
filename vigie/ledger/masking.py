"""Numbers that identify a person or an account never reach the disk (threats G11, W-22): NIR, IBAN, payment cards.

Pure. In doubt a number is masked: what is lost is a detail of an explanation, what would be kept is somebody's health
insurance number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

NIR = "[NIR]"
IBAN = "[IBAN]"
CARD = "[CARTE]"
FEWEST_DIGITS = 9
"""An IBAN has at least nine, the others more."""

# What people and word processors put between digits: blanks of any width, dots, dashes, invisible characters, the + of URLs.
_GAP = r"[\s.\-_/+·‐-―\u00ad\u180e\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff]{0,3}"

# Numéro d'inscription au répertoire (décret n° 82-103, article 4): sex (3, 4: being registered; 7, 8: provisional), year,
# month (20-42 and 50-99: not known exactly), department (2A, 2B: Corsica), commune, order; then the key of two digits.
# "+33 ..." is the beginning of a phone number.
_NIR = re.compile(
    rf"(?<!\d)(?!(?<=\+)33)(?=([1-478](?:{_GAP}\d){{2}}{_GAP}(?:0{_GAP}[1-9]|1{_GAP}[0-2]|[235-9]{_GAP}\d|4{_GAP}[0-2])"
    rf"{_GAP}(?:\d{_GAP}\d|2{_GAP}[ABab])(?:{_GAP}\d){{6}}(?:(?:{_GAP}\d){{2}}(?!\d)|(?!\d))))"
)

# Payment cards (ISO/IEC 7812): written in one piece, in fours, or 4-6-5 and 4-6-4.
_CARD = re.compile(
    rf"(?<!\d)(?=([2-6](?:\d{{12,18}}|\d{{3}}(?:{_GAP}\d{{4}}){{2,3}}{_GAP}\d{{1,4}}|\d{{3}}{_GAP}\d{{6}}{_GAP}\d{{4,5}}))(?!\d))"
)

_RUN = re.compile(rf"[0-9A-Za-z](?:{_GAP}[0-9A-Za-z]){{14,}}")
_BASE36 = {char: str(int(char, 36)) for char in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_LETTER_OR_DIGIT = re.compile(r"[0-9A-Za-z]")
_IBAN_START = re.compile(r"(?=([A-Za-z]{2})\d\d)")

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
    """The text with every NIR, IBAN and card number replaced by its name in brackets. Idempotent."""
    if sum(map(str.isdigit, text)) < FEWEST_DIGITS:
        return text
    plain = _plain(text)
    spans = sorted([*_of(_NIR, plain, NIR), *_ibans(plain), *_cards(plain)])
    pieces, end = [], 0
    for start, stop, name in spans:
        if start >= end:
            pieces += [text[end:start], name]
        end = max(end, stop)
    return "".join([*pieces, text[end:]])


def _plain(text: str) -> str:
    """The same length, with every script's digits as ASCII, full-width letters too, and %20 as blanks."""
    text = text.replace("%20", "   ")
    if text.isascii():
        return text
    return "".join(_ascii(char) for char in text)


def _ascii(char: str) -> str:
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 and folded.isalnum() else char


def _of(pattern: re.Pattern[str], text: str, name: str) -> Iterator[tuple[int, int, str]]:
    """Overlapping matches: a number before may join its last digits to the one that is looked for."""
    for match in pattern.finditer(text):
        yield (*match.span(1), name)


def _cards(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _CARD.finditer(text):
        if _luhn([int(char) for char in match[1] if char.isdecimal()]):
            yield (*match.span(1), CARD)


def _luhn(digits: list[int]) -> bool:
    """ISO/IEC 7812-1 annex B."""
    doubled = [2 * digit - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _ibans(text: str) -> Iterator[tuple[int, int, str]]:
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
    """ISO 7064 mod 97-10; a French one is known by its shape as well: a typing error does not make it public."""
    if re.fullmatch(r"FR\d{12}[0-9A-Z]{11}\d{2}", chars):
        return True
    digits = "".join(_BASE36[char] for char in chars[4:] + chars[:4])
    return int(digits) % 97 == 1
