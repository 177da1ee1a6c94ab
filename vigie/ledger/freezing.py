"""Case -> Frozen: what the ledger keeps so that a verdict can be computed again. Bounded here, before anything reaches the disk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from vigie.auth_checks.types import Delivery
from vigie.ledger.frozen_rows import answers_text
from vigie.ledger.identity import mailbox_mark
from vigie.ledger.masking import masked
from vigie.ledger.types import Frozen, Place, Sighting
from vigie.rules.types import Case, Label

MOST_BYTES = 64 * 1024
"""Of the answers as JSON: what is not ASCII takes more than in the answer itself."""
NOT_EXAMINED = "the message could not be examined"
PRIVATE_NAME = "a name that was asked holds a number of the kind that is never kept (NIR, IBAN, card)"
TOO_BIG = f"more than {MOST_BYTES // 1024} KB of DNS answers"
MOST_SIGNATURES = 20


def frozen_from_case(
    case: Case, place: Place, *, edition: tuple[str, str], received: datetime | None, delivery: Delivery, at: datetime
) -> Frozen | None:
    """What the verdict rests on; None where the mail has nothing to do with a protected sender. `edition`: program, settings.

    What cannot be kept is left out, with the reason in `lacking`. The DNS holds what anybody may read; the names that were
    asked come from the message, so they are looked at for numbers that identify a person (G11).
    """
    if case.verdict.label is Label.UNRELATED:
        return None
    evidence = case.evidence
    frozen = Frozen(
        program=edition[0],
        settings=edition[1],
        examined_at=at if evidence is None or evidence.examined_at is None else evidence.examined_at,
        received=received,
        mailbox=mailbox_mark(place.account, delivery.recipients),
        elsewhere=delivery.elsewhere,
        answers=() if evidence is None else evidence.answers,
        lacking=NOT_EXAMINED if evidence is None else evidence.unfrozen,
    )
    lacking = frozen.lacking or _lacking(frozen)
    return replace(frozen, answers=(), lacking=lacking) if lacking else frozen


def sightings(case: Case, place: Place, at: datetime) -> Iterable[Sighting]:
    """The signatures of a mail that claims to be a protected sender's; of other mail none is kept."""
    return [Sighting(signature_id, place.account, at, place) for signature_id in signature_ids(case)]


def signature_ids(case: Case) -> tuple[str, ...]:
    """What the signatures of a mail with a claim are known by."""
    if case.verdict.label is Label.UNRELATED or case.evidence is None:
        return ()
    found = (signature.signature_id for signature in case.evidence.dkim if signature.signature_id)
    return tuple(dict.fromkeys(found))[:MOST_SIGNATURES]


def _lacking(frozen: Frozen) -> str:
    if any(masked(answer.name) != answer.name for answer in frozen.answers):
        return PRIVATE_NAME
    return TOO_BIG if len(answers_text(frozen).encode()) > MOST_BYTES else ""
