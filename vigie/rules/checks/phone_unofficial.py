"""A telephone number that is not on the brand's list."""

from __future__ import annotations

from collections.abc import Iterator

from vigie.message.types import Layer
from vigie.rules import phones
from vigie.rules.grammar import CALLS
from vigie.rules.quoting import lure
from vigie.rules.types import Finding, Kind, Strength
from vigie.rules.view import View

ID = "phone-unofficial"
KINDS = (Kind.LURE,)
SOURCES = ("Arcep, numbering plan and decision 2022-1583", "facts/ameli.md section 2", "20minutes.fr 2020-08")

MAX_FINDINGS = 8


def check(view: View) -> Iterator[Finding]:
    """One finding per number: strong for premium, mobile, platform and foreign ones, and where the text asks to call it.

    `tel:` and `sms:` links count as asked. Local numbers (of a practice, of an agency) are weak: list or not, they are plausible.
    """
    seen: set[str] = set()
    for item in view.spoken:
        for number in phones.numbers(item.text):
            if number.digits in seen or phones.official(number.digits, view.brand) or len(seen) >= MAX_FINDINGS:
                continue
            seen.add(number.digits)
            asked = CALLS.search(item.text[max(0, number.start - 80) : number.start + 2])
            strong = number.tariff in phones.TO_FEAR or bool(asked)
            yield lure(
                ID,
                str(number.tariff),
                item.where,
                number.written,
                layer=item.layer,
                strength=Strength.STRONG if strong else Strength.WEAK,
            )
    for link in view.outer_links:
        if link.scheme not in phones.DIALLING or len(seen) >= MAX_FINDINGS:
            continue
        for number in phones.dialled(link.target):
            if number.digits not in seen and not phones.official(number.digits, view.brand):
                seen.add(number.digits)
                yield lure(ID, str(number.tariff), link.where, link.target, layer=Layer.OUTER)
