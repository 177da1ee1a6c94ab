"""What a report tells of a fraud, without what names its recipient: header fields, links, what was found. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from vigie.ledger import stored
from vigie.ledger.redaction import Redactor, fields, one_line, person
from vigie.ledger.report_types import FetchedFraud
from vigie.ledger.types import Record
from vigie.message.fold import to_alabel
from vigie.rules import brand

MOST_LINKS: Final = 50


@dataclass(frozen=True, slots=True)
class Evidence:
    """Redacted; every value on one line."""

    fields: tuple[tuple[str, str], ...]
    """Header fields, name and value, in their order."""
    links: tuple[str, ...]
    """Where the mail leads to, without the brand's own pages."""
    rules: tuple[str, ...]
    """Which rules found something, by their IDs."""
    brand: str
    author_domain: str
    """As it was shown: whoever forges the brand's own address shows the brand's domain."""
    reported_domain: str
    """The same where it is the sender's to answer for; "" where it is the brand's own, or nobody knows."""
    source_ip: str
    """Of the client that our own border saw, never of a line that the sender may have written; "" where it is unknown."""

    def value(self, name: str) -> str:
        """The topmost field of that lower-case name; "" where there is none."""
        return next((value for known, value in self.fields if known == name), "")


def evidence(fraud: FetchedFraud) -> Evidence:
    """What may be told of a fraud."""
    redactor = Redactor(person(fraud.raw, fraud.own))
    told = stored.case(fraud.record.case_json)
    links = dict.fromkeys(
        one_line(redactor.link(str(link.get("target", ""))))
        for link in stored.mappings(told.get("links"))
        if _outside(link)
    )
    return Evidence(
        fields=tuple((name, one_line(value)) for name, value in fields(fraud.raw, redactor)),
        links=tuple(links)[:MOST_LINKS],
        rules=tuple(dict.fromkeys(str(finding.get("rule", "")) for finding in stored.mappings(told.get("findings")))),
        brand=fraud.record.brand or "",
        author_domain=one_line(fraud.record.sender.removeprefix("?")),
        reported_domain=_reported(fraud.record),
        source_ip=_address(stored.mapping(told.get("authentication")).get("client_ip")),
    )


def targets(fraud: FetchedFraud) -> Sequence[str]:
    """The same links as they stand in the case, with what may name the recipient."""
    found = (
        str(link.get("target", ""))
        for link in stored.mappings(stored.case(fraud.record.case_json).get("links"))
        if _outside(link)
    )
    return list(dict.fromkeys(found))[:MOST_LINKS]


def _outside(link: Mapping[str, Any]) -> bool:
    return link.get("official") is not True and str(link.get("target", "")).lower().startswith(("http://", "https://"))


def _reported(record: Record) -> str:
    """To report the domain that was imitated letter by letter would be to report the victim."""
    domain = one_line(record.sender.removeprefix("?"))
    if not record.sender.startswith("?"):
        return domain
    try:
        return "" if record.brand is None or brand.load(record.brand).owns(to_alabel(domain)) else domain
    except KeyError:  # a pack of the admin's own: whose domain it is stands where we do not look
        return ""


def _address(value: object) -> str:
    try:
        return str(ipaddress.ip_address(str(value)))
    except ValueError:
        return ""
