"""`vigie catalog`: what this installation consists of, as it was found and verified."""

from __future__ import annotations

from rich.text import Text

from vigie.cli.console import screen
from vigie.cli.language import current, say
from vigie.cli.status import Status
from vigie.rules import brand
from vigie.rules.catalog import rules, title
from vigie.scanner.recover import ACTIONS


def catalog() -> Status:
    """Rules, brands and actions, one line each."""
    out = screen()
    out.print(Text(say("Règles", "Rules"), style="bold"))
    for rule in rules():
        kinds = "/".join(kind.value for kind in rule.KINDS)
        out.print(Text(f"  {rule.ID:<28} {kinds:<22} {title(rule)}"))
    out.print(Text(say("Marques", "Brands"), style="bold"))
    for name in brand.names():
        known = brand.load(name)
        facts = say(
            f"adresses d'expéditeur : {len(known.senders)}, sites : {len(known.hosts)}, numéros : {len(known.phones)}",
            f"sender addresses: {len(known.senders)}, hosts: {len(known.hosts)}, numbers: {len(known.phones)}",
        )
        out.print(Text(f"  {name:<28} {known.title.get(current(), name)} : {facts}"))
    out.print(Text(say("Actions (aucune ne peut supprimer)", "Actions (none can delete)"), style="bold"))
    for kind in ACTIONS:
        out.print(Text(f"  {kind.value}"))
    return Status.DONE
