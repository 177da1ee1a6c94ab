"""`vigie catalog`: what this installation consists of, as it was found and verified."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from rich.text import Text

from vigie.cli.config import load_or_default
from vigie.cli.console import plain, screen
from vigie.cli.language import current, say
from vigie.cli.status import Fault, Status
from vigie.judge.settings import BrandSettings
from vigie.rules import brand, trials
from vigie.rules.catalog import rules, title
from vigie.scanner.recover import ACTIONS
from vigie.scanner.reporting.known import CHANNELS


def catalog(config: Path | None, *, folder: Path | None = None, verify: bool = False) -> Status:
    """Rules, brands and actions, one line each. `folder`: packs to look at, instead of [brands] folder.

    `verify`: judges each pack's own samples; status 2 where one is judged wrongly. Raises Fault for a folder that cannot be read.
    """
    settings = load_or_default(config).judge.brands
    out = screen()
    if not verify:
        out.print(Text(say("Règles", "Rules"), style="bold"))
        for rule in rules():
            kinds = "/".join(kind.value for kind in rule.KINDS)
            out.print(Text(f"  {rule.ID:<28} {kinds:<22} {title(rule)}"))
    out.print(Text(say("Marques", "Brands"), style="bold"))
    fine = _brands(settings, folder or settings.folder, verify=verify)
    if not verify:
        out.print(Text(say("Actions (aucune ne peut supprimer)", "Actions (none can delete)"), style="bold"))
        for kind in ACTIONS:
            out.print(Text(f"  {kind.value}"))
        out.print(Text(say("Canaux de signalement", "Channels for reports"), style="bold"))
        for name, channel in CHANNELS.items():
            out.print(Text(f"  {name:<16} {(channel.__doc__ or '').strip().splitlines()[0]}"))
    return Status.DONE if fine else Status.USAGE


def _brands(settings: BrandSettings, folder: Path | None, *, verify: bool) -> bool:
    try:
        found = brand.names(folder)
    except brand.BrandError as error:
        raise Fault(say(error.french, str(error)), Status.USAGE) from None
    fine = True
    for name in found:
        try:
            fine &= _brand(brand.load(name, folder), enabled=name in settings.enabled, verify=verify)
        except brand.BrandError as error:
            screen().print(Text.assemble(("  ✗ ", "bold red"), plain(say(error.french, str(error)))))
            fine = False
    return fine


def _brand(pack: brand.Brand, *, enabled: bool, verify: bool) -> bool:
    kinds = Counter(sample.kind for sample in pack.samples)
    facts = say(
        f"adresses : {len(pack.senders)}, sites : {len(pack.hosts)}, numéros : {len(pack.phones)},"
        f" exemples : {kinds['genuine']} vrais, {kinds['false']} faux, {kinds['other']} autres",
        f"addresses: {len(pack.senders)}, hosts: {len(pack.hosts)}, numbers: {len(pack.phones)},"
        f" samples: {kinds['genuine']} genuine, {kinds['false']} false, {kinds['other']} others",
    )
    mark = say("active", "enabled") if enabled else "-"
    wrong = trials.refused(pack) if verify else None
    sign = ("  ", "") if not verify else ("✗ ", "bold red") if wrong else ("✓ ", "green")
    shown = pack.title.get(current(), pack.name)
    screen().print(Text.assemble("  ", sign, f"{pack.name:<16} {mark:<8} ", plain(f"{shown} | {facts}")))
    if wrong:
        screen().print(Text.assemble("      → ", plain(say(wrong.french, str(wrong)))))
    return not wrong
