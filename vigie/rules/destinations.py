"""Which destination is for which fraud, and why: data in destinations.toml, chosen by what the fraud holds. Pure.

Channels send by themselves once a person lets them (scanner/channels/); the others want a human: text to paste, number, link.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, Final

AFNIC: Final = ("fr", "re", "pm", "yt", "wf", "tf")
"""The ends of domain names that Afnic keeps (afnic.fr)."""
MOST_LINKS: Final = 20
_POST: Final = (
    *("orange.fr", "wanadoo.fr", "free.fr", "aliceadsl.fr", "sfr.fr", "neuf.fr", "club-internet.fr", "numericable.fr"),
    *("laposte.net", "bbox.fr"),
)
"""Where anybody has a mailbox: the domain does no harm, one of its mailboxes does."""
_PLACE: Final = re.compile(r"\{(date|domain|links|names|numbers)\}")


class Trait(StrEnum):
    """What a fraud holds that somebody can do something about."""

    MAIL = "mail"
    SMS = "sms"
    URL = "url"
    FR_DOMAIN = "fr-domain"
    NUMBER = "number"
    """A number to call that is not the organisation's."""
    VICTIM = "victim"
    """Somebody has answered, paid or given data: only people know."""


ONLY_PEOPLE_KNOW: Final = (Trait.SMS, Trait.VICTIM)
"""What no mail tells."""


@dataclass(frozen=True, slots=True)
class Content:
    """What is known of a fraud."""

    traits: frozenset[Trait]
    brand: str
    domain: str
    """Of the author that it shows; "" where there is none."""
    links: tuple[str, ...]
    """Where it leads to, without official pages and without what names the recipient."""
    day: date
    names: tuple[str, ...] = ()
    """Hosts under an end of Afnic's."""
    numbers: tuple[str, ...] = ()
    """To call, as digits."""


@dataclass(frozen=True, slots=True)
class Destination:
    """One who can stop a fraud. Texts by language."""

    id: str
    channel: bool
    """Vigie can send to it; else it takes reports from people alone."""
    takes: frozenset[Trait]
    brand: str
    """Only frauds in the colours of that brand; "": any."""
    title: Mapping[str, str]
    why: Mapping[str, str]
    how: Mapping[str, str]
    paste: Mapping[str, str]
    phone: str
    link: str

    def text(self, content: Content, language: str) -> str:
        """What a person pastes into its form; "" where there is nothing to paste."""
        links = "\n".join(content.links[:MOST_LINKS]) or "-"
        day = f"{content.day:%d/%m/%Y}" if language == "fr" else content.day.isoformat()
        text = self.paste.get(language, "")
        names, numbers = "\n".join(content.names) or "-", "\n".join(content.numbers) or "-"
        filled = {"date": day, "domain": content.domain or "-", "links": links, "names": names, "numbers": numbers}
        # In one go: what is filled in is a fraud's, and no place for something else.
        return _PLACE.sub(lambda found: filled[found[1]], text)


@cache
def destinations() -> tuple[Destination, ...]:
    """All of them, the most fitting first."""
    data = tomllib.loads((resources.files("vigie.rules") / "destinations.toml").read_text("utf-8"))
    return tuple(_destination(item) for item in data["destinations"])


def for_content(content: Content) -> Sequence[Destination]:
    """Those that can do something about that fraud."""
    return [one for one in destinations() if one.takes <= content.traits and one.brand in ("", content.brand)]


def by_hand(content: Content) -> Sequence[tuple[Trait | None, Destination]]:
    """Those that take reports from people alone, and on what condition: None where the fraud itself calls for it."""
    found: list[tuple[Trait | None, Destination]] = [(None, one) for one in for_content(content) if not one.channel]
    for known in ONLY_PEOPLE_KNOW:
        more = for_content(replace(content, traits=content.traits | {known}))
        found += [(known, one) for one in more if not one.channel and known in one.takes]
    return found


def is_afnic(host: str) -> bool:
    """The name is one of Afnic's."""
    return host.rstrip(".").rpartition(".")[2].lower() in AFNIC


def is_post(domain: str) -> bool:
    """Anybody may have a mailbox there."""
    return any(domain == one or domain.endswith(f".{one}") for one in _POST)


def _destination(item: Mapping[str, Any]) -> Destination:
    return Destination(
        id=item["id"],
        channel=item.get("channel", False),
        takes=frozenset(Trait(name) for name in item["takes"]),
        brand=item.get("brand", ""),
        title=item["title"],
        why=item["why"],
        how=item.get("how", {}),
        paste=item.get("paste", {}),
        phone=item.get("phone", ""),
        link=item.get("link", ""),
    )
