"""How many imitations are found: generated ones (C-22), and those of public block lists where the list is at hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rules.building import AMELI
from vigie.message.fold import to_alabel
from vigie.rules import lookalike
from vigie.rules.lookalike import Grade, likeness

CYRILLIC = str.maketrans("aeiocpsyx", "аеіосрѕух")
GREEK = str.maketrans("aiov", "αιον")
BOLD = {ord("a") + offset: chr(0x1D41A + offset) for offset in range(26)}
WIDE = {ord("a") + offset: chr(0xFF41 + offset) for offset in range(26)}
ACCENTS = {"a": "àâä", "e": "éèêë", "i": "îï", "o": "ôö", "u": "ùûü", "c": "ç", "s": "š", "m": "ṃ", "l": "ł"}
DRAWN = {"i": "1l", "l": "1i", "o": "0", "m": ("rn",), "d": ("cl",), "e": "3"}
BESIDE = {"a": "qz", "m": "lp", "e": "rz", "l": "km", "i": "uo"}  # on a French keyboard
SUFFIXES = (
    "com",
    "net",
    "info",
    "org",
    "app",
    "site",
    "online",
    "xyz",
    "top",
    "shop",
    "click",
    "live",
    "sbs",
    "icu",
    "help",
)
BEFORE = "mon espace compte info infos secu client portail mes connexion suivi assure mail sms service support carte dossier".split()
AFTER = (
    "secure renouvellement remboursement fr gouv assurance sante connect 2026 v3 livraison paiement verification aide facturation"
    " compte client securite demande commande maj info infos mobile sms site ligne suivi support cartevitale"
).split()
SUBJECTS = ("carte", "assurance-maladie", "carte-vitale", "vitale", "remboursement")
NAMES = ("assurance-maladie", "monespacesante", "carte-vitale")


def generated() -> Iterator[str]:
    """Look-alikes of ameli.fr and of the brand's longer names, each by one trick."""
    yield from (f"ameli.{suffix}" for suffix in SUFFIXES)
    yield from (f"{name}.{suffix}" for name in NAMES for suffix in SUFFIXES)
    for joint in ("-", ""):
        yield from (f"{word}{joint}ameli.fr" for word in BEFORE)
        yield from (f"ameli{joint}{word}.com" for word in AFTER)
    yield from (f"{name}-{word}.fr" for name in NAMES for word in AFTER)
    yield from (
        f"assure.ameli.fr.{evil}" for evil in ("fraude.example", "exemple.co.uk", "vercel.app", "x.duckdns.org")
    )
    yield from (
        f"{host}-{evil}"
        for host in ("ameli-fr", "www.ameli.fr", "assure-ameli-fr")
        for evil in ("a.example", "b.example")
    )
    yield from (f"ameli{number}.fr" for number in (1, 24, 2025, 2026, 33, 75))
    yield from ("ameli.fr".translate(table) for table in (CYRILLIC, GREEK, BOLD, WIDE))
    for name in ("ameli", *NAMES):
        for at, letter in enumerate(name):
            start, end = name[:at], name[at + 1 :]
            yield from (f"{start}{letter.translate(table)}{end}.fr" for table in (CYRILLIC, BOLD) if letter.isalpha())
            yield from (f"{start}{other}{end}.fr" for other in ACCENTS.get(letter, ""))
            yield from (f"{start}{other}{end}.com" for other in DRAWN.get(letter, ""))
    for at, letter in enumerate("ameli"):
        start, end = "ameli"[:at], "ameli"[at + 1 :]
        for subject in SUBJECTS:
            yield f"{start}{letter}{letter}{end}-{subject}.fr"  # a doubled letter
            yield f"{start}{end}-{subject}.fr"  # a missing one
            yield from (f"{start}{other}{end}-{subject}.fr" for other in BESIDE[letter])
            if at:
                yield f"{'ameli'[: at - 1]}{letter}{'ameli'[at - 1]}{end}-{subject}.fr"  # two in the wrong order
    for name in ("assurancemaladie", "monespacesante", "cartevitale"):
        for at in range(1, len(name)):
            yield f"{name[:at]}{name[at + 1 :]}-compte.fr"
            yield f"{name[:at]}{name[at]}{name[at:]}-compte.fr"


def _missed(hosts: set[str]) -> list[str]:
    return sorted(host for host in hosts if likeness(to_alabel(host), AMELI).grade is Grade.NONE)


def test_generated_look_alikes():
    hosts = {host for host in generated() if not AMELI.official_host(to_alabel(host)) and host != "ameli.fr"}
    missed = _missed(hosts)
    assert len(hosts) >= 500
    assert len(missed) <= len(hosts) // 100, missed


LISTED = Path(__file__).resolve().parents[3] / "shared" / "facts" / "lookalike_hosts_dev.tsv"


@pytest.mark.skipif(
    not LISTED.exists(), reason="the hosts of public block lists are kept beside the repository, not in it"
)
def test_look_alikes_of_public_block_lists():
    lines = LISTED.read_text(encoding="utf-8").splitlines()
    hosts = {line.split("\t")[0] for line in lines if line and not line.startswith(("#", "host\t"))}
    missed = _missed(hosts)
    print(f"{len(hosts) - len(missed)} of {len(hosts)} found; missed: {' '.join(missed)}")
    assert len(hosts) > 2_000
    assert len(missed) <= len(hosts) // 100, missed


def test_a_host_is_looked_at_once():
    """The cost of a host is paid once, however many links lead there (X-15)."""
    lookalike._likeness.cache_clear()
    hosts = [f"compte-ameli{number}.fraude.example" for number in range(200)]
    for _ in range(5):
        for host in hosts:
            likeness(host, AMELI)
    assert lookalike._likeness.cache_info().misses == 200
