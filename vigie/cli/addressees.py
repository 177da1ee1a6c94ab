"""`vigie report ID` without `--to`: to whom this fraud can be reported, by a channel or by hand, and with what words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vigie.cli.cases import found, opened
from vigie.cli.config import Config
from vigie.cli.console import plain
from vigie.cli.language import colon, current, say
from vigie.cli.person import at_the_keyboard
from vigie.cli.status import Fault, Status
from vigie.ledger.reportable import content
from vigie.ledger.review_types import ReviewCase
from vigie.ledger.types import Decision
from vigie.rules.destinations import Content, Destination, Trait, by_hand, for_content
from vigie.scanner.reporting.known import switched_on


def show(path: Path | None, beginning: str) -> Status:
    """Those that fit, each with its reason. Sends nothing."""
    with opened(path) as (config, ledger):
        case = ledger.desk(at_the_keyboard()).case(found(ledger, beginning).id)
    if case is None:
        raise Fault(f"{plain(beginning)}: {say('ce cas vient d’être oublié', 'this case was just forgotten')}")
    known = _content(config, case)
    if case.record.decision is not Decision.CONFIRMED:
        confirm = f"vigie review confirm {case.record.id}"
        print(say(f"Personne ne l'a confirmé comme fraude : {confirm}", f"Nobody has confirmed it as fraud: {confirm}"))
        print()
    for lines in (_channels(config, known, case.record.id), _by_hand(known)):
        for line in lines:
            print(line)
    return Status.DONE


def _content(config: Config, case: ReviewCase) -> Content:
    record = case.record
    brand = next((one for one in config.judge.brands.packs() if one.name == record.brand), None)
    account = config.account(record.place.account)
    return content(
        record, brand, () if account is None else (account.username, *account.addresses), received=case.received
    )


def _channels(config: Config, known: Content, record_id: str) -> Iterator[str]:
    on = switched_on(config.channels)
    fitting = [one for one in for_content(known) if one.channel and one.id in on]
    yield (
        say("Vigie peut l'envoyer :", "Vigie can send it:")
        if fitting
        else say(
            "Aucun canal n'est activé pour cette fraude ([channels] dans vigie.toml).",
            "No channel is switched on for this fraud ([channels] in vigie.toml).",
        )
    )
    for one in fitting:
        yield f"  {_said(one)}"
        yield f"    vigie report {record_id} --to {one.id}"
    yield ""


def _by_hand(known: Content) -> Iterator[str]:
    yield say("À signaler vous-même (relisez avant de coller) :", "To report yourself (read before you paste):")
    for condition, one in by_hand(known):
        yield f"  {_said(one)}"
        if condition is not None:
            yield f"    ({_when(condition)})"
        yield from (f"    {line}" for line in (one.how.get(current(), ""), one.phone, one.link) if line)
        yield from (f"      | {plain(line)}" for line in one.text(known, current()).splitlines())


def _said(one: Destination) -> str:
    return f"{one.title[current()]}{colon()} {one.why[current()]}"


def _when(condition: Trait) -> str:
    if condition is Trait.SMS:
        return say("si le même message est aussi venu par SMS", "if the same message also came as a text message")
    return say("si quelqu'un a répondu, payé ou donné des données", "if somebody has answered, paid or given data")
