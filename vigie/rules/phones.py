"""Telephone numbers in text, by the French numbering plan: normal numbers, short ones ("36 46"), and what a call costs.

National numbers are given as digits ("0899701701"), foreign ones with a plus sign, short ones as they are dialled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from urllib.parse import unquote

import phonenumbers

from vigie.message.fold import fold
from vigie.rules.brand import Brand

MAX_TEXT = 20_000
MAX_NUMBERS = 50


class Tariff(StrEnum):
    """What a number is (Arcep numbering plan, in force since 2015-10-01; platforms: decision 2022-1583)."""

    PREMIUM = "premium"
    """089x, 118xyz, 3xxx: up to 0.80 euro a minute or 3 euros a call."""
    MOBILE = "mobile"
    """06, 07: for people; an administration does not give them out."""
    PLATFORM = "platform"
    """0162, 0163, 0270 ...: automated call platforms."""
    SHARED = "shared"
    """081, 082."""
    FOREIGN = "foreign"
    FREE = "free"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Number:
    """A number as dialled, as written, and where in the text it starts."""

    digits: str
    written: str
    start: int
    tariff: Tariff


_PLATFORMS = ("0162", "0163", "0270", "0271", "0377", "0378", "0424", "0425", "0568", "0569", "0948", "0949", "0937", "0938", "0939",
    "09475", "09476", "09477", "09478", "09479")  # fmt: skip
_CANDIDATE = re.compile(
    r"(?<![\w/=.@-])(?<!\d )(?:\(?(?:\+|00 ?)[1-9]\d{0,2}\)?[ .\u00a0-]?(?:\(0\))?[ .-]?\d(?:[ ./\u00a0-]{0,3}\d){5,11}"
    r"|[0o][ .-]?[1-9ol](?:[ ./\u00a0-]{0,3}[\dolO]){8})(?![\w@%€/-]|[.,]\d)"
)
_SHORT = re.compile(
    r"(?<![\w/=.,@+-])(?<!\d[ \u00a0])(?:(?:3\d|10|11) ?\d ?\d|3[2-9][.-]\d\d|118[ .]?\d{3})(?![\w@%]|[.,/-]\d| ?(?:€|euros?\b|\d))"
)
_PARTED = re.compile(r"\d[.-]\d")
_SHORT_CONTEXT = re.compile(
    r"\b(?:appel\w*|rappel\w*|compos\w*|tel|telephon\w*|numero|joindre|joignable|contact\w*|hotline|assistance"
    r"|ligne|au|le)\W{0,4}(?:\w+\W+){0,3}$"
)
_DIALLED = re.compile(
    r"\b(?:appel\w*|rappel\w*|compos\w*|tel|telephon\w*|numero|joindre|contact\w*)\W{1,4}(?:(?:au|le|nous|[a-z]{1,3}) ){0,3}$"
)
"""Right before a short number with a stop or a hyphen in it: elsewhere 36.50 is a price."""
_LETTERS = str.maketrans({"o": "0", "O": "0", "l": "1"})


def numbers(folded: str) -> Iterator[Number]:
    """Every telephone number of folded text, at most 50. Amounts, dates, IBANs and identity numbers are none."""
    text = folded[:MAX_TEXT]
    seen = 0
    for found in _CANDIDATE.finditer(text):
        number = _national(found[0])
        if number and seen < MAX_NUMBERS:
            seen += 1
            yield Number(number, found[0], found.start(), tariff(number))
    for found in _SHORT.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        context = _DIALLED if _PARTED.search(found[0]) else _SHORT_CONTEXT
        if seen < MAX_NUMBERS and context.search(text[max(0, found.start() - 40) : found.start()]):
            seen += 1
            yield Number(digits, found[0], found.start(), tariff(digits))


@cache
def _national(written: str) -> str:
    """Digits in national form for France, with + for other countries; "" for what is no valid number."""
    digits = re.sub(r"[^\d+]", "", written.translate(_LETTERS))
    try:
        parsed = phonenumbers.parse(digits, "FR")
    except phonenumbers.NumberParseException:
        return ""
    national = f"0{parsed.national_number}"
    if parsed.country_code == 33:
        return national if len(national) == 10 else ""
    if not phonenumbers.is_possible_number(parsed) or not (digits.startswith(("+", "00"))):
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def dialled(target: str) -> Iterator[Number]:
    """The numbers that a tel:, sms: or callto: link dials or writes to (RFC 3966, RFC 5724); a short one needs no words beside it."""
    numbers_part = re.split(r"[?;&]", unquote(target.partition(":")[2]), maxsplit=1)[0]
    for piece in numbers_part.strip("/ ").split(",")[:MAX_NUMBERS]:
        yield from numbers(f"numero {fold(piece)}")


def tariff(digits: str) -> Tariff:
    """The price class of a number in the form that `numbers` gives."""
    if digits.startswith("+"):
        return Tariff.FOREIGN
    if digits.startswith("089") or (digits.startswith("118") and len(digits) == 6):
        return Tariff.PREMIUM
    if len(digits) == 4:
        return Tariff.FREE if digits[:2] in {"30", "31", "10"} else Tariff.PREMIUM
    if digits.startswith(("06", "07")):
        return Tariff.MOBILE
    if digits.startswith(_PLATFORMS):
        return Tariff.PLATFORM
    if digits.startswith(("081", "082")):
        return Tariff.SHARED
    return Tariff.FREE if digits.startswith("080") else Tariff.PLAIN


def official(digits: str, brand: Brand) -> bool:
    """True for a number of the brand's list, in national or international form."""
    return any(_same(item.number, digits) for item in brand.phones)


def _same(listed: str, digits: str) -> bool:
    if listed.startswith("+33"):
        listed = "0" + listed[3:]
    return listed == digits


DIALLING = frozenset({"tel", "sms", "smsto", "mms", "mmsto", "callto"})
"""Schemes of links that make the telephone call, or write a text message."""

TO_FEAR = frozenset({Tariff.PREMIUM, Tariff.MOBILE, Tariff.PLATFORM, Tariff.FOREIGN})
"""No administration has its public call these."""
