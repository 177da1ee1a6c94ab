"""The DNS: whether it answers, in time, and whether it says so when a name does not exist."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator

from vigie.auth_checks.resolver import DnsFault, NoSuchName, resolver_from
from vigie.auth_checks.settings import DnsSettings
from vigie.cli.checkup.found import Found, note, wrong
from vigie.cli.language import say

ASKED = "ameli.fr"
"""A name that exists: its TXT records are asked for."""


def names(settings: DnsSettings) -> Iterator[Found]:
    """All of it."""
    if settings.zone_file is not None:
        yield note("dns-from-file", "", str(settings.zone_file))
    begun = time.monotonic()
    try:
        answers = resolver_from(settings).session().txt(ASKED)
    except (DnsFault, NoSuchName) as fault:
        text = say(f"DNS : pas de réponse pour {fault}", f"DNS: no answer for {fault}")
        silent = wrong("dns-silent")
        yield Found(good=False, text=text, remedy=silent.remedy, setup=silent.setup)
        return
    text = say(f"DNS : {ASKED} répond ({len(answers)} TXT)", f"DNS: {ASKED} answers ({len(answers)} TXT)")
    yield Found(good=True, text=text)
    yield from in_time(time.monotonic() - begun, settings)
    yield from honest(settings, f"vigie-{secrets.token_hex(8)}.com")


def in_time(took_s: float, settings: DnsSettings) -> Iterator[Found]:
    """Judging one mail takes about ten questions."""
    if 10 * took_s > settings.budget_s:
        yield wrong("dns-slow", "", f"{took_s:.1f} s")


def honest(settings: DnsSettings, name: str) -> Iterator[Found]:
    """`name` does not exist: a resolver that shows a search page instead gives it an address (RFC 8020)."""
    try:
        found = resolver_from(settings).session().addresses(name, 4)
    except NoSuchName:
        return
    except DnsFault:
        return  # silent, not lying; what exists did answer
    yield wrong("dns-lies", "", f"{name}: {', '.join(found) or 'NOERROR'}")
