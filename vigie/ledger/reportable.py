"""What a stored case tells of a fraud to those who can stop it, see rules.destinations. Pure, total; nothing in it names the recipient."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from vigie.ledger import stored
from vigie.ledger.redaction import Redactor, one_line, owner
from vigie.ledger.types import Record
from vigie.message.fold import fold
from vigie.rules import phones
from vigie.rules.brand import Brand
from vigie.rules.destinations import Content, Trait, is_afnic, is_post
from vigie.rules.hosting import ground
from vigie.rules.types import Kind

MOST_LINKS = 50
_WEB = ("http", "https")


def content(record: Record, brand: Brand | None, own: Sequence[str], *, received: datetime | None = None) -> Content:
    """What is known of it. `own`: addresses of the mailbox that it lay in; `received`: when it came, where that is known."""
    told = stored.case(record.case_json)
    targets = list(_targets(told, brand))
    redactor = Redactor(owner(own))
    links = tuple(dict.fromkeys(one_line(redactor.link(target)) for target in targets))[:MOST_LINKS]
    domain = one_line(record.sender.removeprefix("?"))
    names = tuple(dict.fromkeys(_afnic_names(targets, domain, brand)))[:MOST_LINKS]
    numbers = tuple(dict.fromkeys(_numbers(told, brand)))[:MOST_LINKS]
    traits = {Trait.MAIL}
    traits |= {trait for trait, there in _found(links, names, numbers) if there}
    day = (received or record.judged_at).astimezone().date()
    return Content(frozenset(traits), record.brand or "", domain, links, day, names, numbers)


def _found(*parts: tuple[str, ...]) -> Iterator[tuple[Trait, bool]]:
    return zip((Trait.URL, Trait.FR_DOMAIN, Trait.NUMBER), map(bool, parts), strict=True)


def _targets(told: Mapping[str, Any], brand: Brand | None) -> Iterator[str]:
    """Where it leads to, without official pages."""
    for link in stored.mappings(told.get("links")):
        target = link.get("target")
        if not isinstance(target, str) or link.get("official") is True:
            continue
        scheme, host = _parts(target)
        if scheme in _WEB and host and not (brand is not None and brand.official_host(host)):
            yield target


def _afnic_names(targets: Sequence[str], domain: str, brand: Brand | None) -> Iterator[str]:
    """Those whose holder is the fraud's own. Under a shortener or a builder of sites he is not, and of a spoofed domain neither."""
    for host in (*(_parts(target)[1] for target in targets), domain):
        name = one_line(host).rstrip(".").lower()
        elsewhere = brand is None or not brand.official_host(name)
        if is_afnic(name) and elsewhere and not ground(name) and not is_post(name):
            yield name


def _numbers(told: Mapping[str, Any], brand: Brand | None) -> Iterator[str]:
    if brand is None:
        return
    for finding in stored.mappings(told.get("findings")):
        if finding.get("kind") == Kind.LURE.value:
            for quote in stored.mappings(finding.get("quotes")):
                for number in phones.numbers(fold(str(quote.get("text", "")))):
                    if not phones.official(number.digits, brand):
                        yield number.digits


def _parts(target: str) -> tuple[str, str]:
    try:
        parts = urlsplit(target)
    except ValueError:
        return "", ""
    return parts.scheme.lower(), (parts.hostname or "").lower()
