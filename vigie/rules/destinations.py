"""Which destination is for which fraud, and why: data in destinations.toml, chosen by what the fraud holds. Pure.

Channels send by themselves once a person lets them (scanner/channels/); the others want a human: text to paste, number, link.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, Final

AFNIC: Final = ("fr", "re", "pm", "yt", "wf", "tf")
"""The ends of domain names that Afnic keeps (afnic.fr)."""
MOST_LINKS: Final = 20


class Trait(StrEnum):
    """What a fraud holds that somebody can do something about."""

    MAIL = "mail"
    SMS = "sms"
    URL = "url"
    FR_DOMAIN = "fr-domain"
    VICTIM = "victim"
    """Somebody has answered, paid or given data: only people know."""


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
        for key, value in (("{date}", day), ("{domain}", content.domain or "-"), ("{links}", links)):
            text = text.replace(key, value)
        return text


@cache
def destinations() -> tuple[Destination, ...]:
    """All of them, the most fitting first."""
    data = tomllib.loads((resources.files("vigie.rules") / "destinations.toml").read_text("utf-8"))
    return tuple(_destination(item) for item in data["destinations"])


def for_content(content: Content) -> Sequence[Destination]:
    """Those that can do something about that fraud."""
    return [one for one in destinations() if one.takes <= content.traits and one.brand in ("", content.brand)]


def is_afnic(host: str) -> bool:
    """The name is one of Afnic's."""
    return host.rstrip(".").rpartition(".")[2].lower() in AFNIC


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
