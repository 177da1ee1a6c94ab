"""Replay (RFC 6376 section 8.6, S-43): a genuine signed message that somebody sends again to others. Hints, never proofs.

A list, an alias, a forwarder and a mail server that was down for a week look the same, so nothing here decides anything.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from vigie.auth_checks.letter import Letter, plain_name
from vigie.auth_checks.signature import Signature, read_signature
from vigie.auth_checks.types import Delivery, DkimResult, ReplayHint, Status
from vigie.message.types import Message

MAX_READ = 100
OLD = timedelta(days=7)
"""No mail server tries longer than five days (RFC 5321 section 4.5.4.1)."""
MANY = 3
"""Mailboxes of ours, beside those that To and Cc name, in which the same signature was seen."""
LIST_FIELDS = ("list-unsubscribe", "list-unsubscribe-post", "list-post")
"""Mail clients make a button of them, or send something there (RFC 2369, RFC 8058)."""
DELIVERY_FIELDS = frozenset({"delivered-to", "x-original-to", "envelope-to"})
SIGNED_RECIPIENTS = frozenset({"to", "cc"})
MAX_VALUE = 2_000

ADDRESS = re.compile(r"[^\s<>(),;:\"@]{1,128}@[^\s<>(),;:\"@]{1,255}")


def replay_hints(
    message: Message,
    letter: Letter,
    dkim: Sequence[DkimResult],
    border: int | None,
    delivery: Delivery,
    received_at: datetime | None,
) -> tuple[ReplayHint, ...]:
    """Every sign that the message was sent again to others; none where no signature of `dkim` passes.

    `dkim`: the results that speak for the author; `border`: the header index of our border's hop, None where it is unknown.
    """
    passed = [result for result in dkim if result.status is Status.PASS]
    if not passed:
        return ()
    proving = next((result for result in passed if result.covers_message), passed[0])
    named = {_bare(recipient.addr) for recipient in message.recipients if recipient.field in SIGNED_RECIPIENTS}
    mailbox = {_bare(address) for address in (*delivery.recipients, *_delivered_to(message, border)) if address}
    listed = _to_a_list(message, named)
    return (
        *([] if listed else _to_others(named, mailbox)),
        *_old(message, proving, received_at),
        *([] if listed else _elsewhere(named - mailbox, delivery.elsewhere)),
        *_unsigned_list_fields(letter, proving),
    )


def _to_others(named: set[str], mailbox: set[str]) -> Iterator[ReplayHint]:
    """To and Cc are signed, so whoever sends the message again cannot write the new recipient there."""
    if mailbox and not named & mailbox:
        whom = ", ".join(sorted(named)[:3]) or "nobody"
        yield ReplayHint("other-recipient", f"It is addressed to {whom}, not to this mailbox.")


def _old(message: Message, proving: DkimResult, received_at: datetime | None) -> Iterator[ReplayHint]:
    signed = message.date if proving.instant is None else datetime.fromtimestamp(proving.instant, UTC)
    if signed is not None and received_at is not None and received_at - signed > OLD:
        days = (received_at - signed).days
        yield ReplayHint("old", f"It was signed on {signed:%Y-%m-%d} and came {days} days later.")


def _elsewhere(others: set[str], mailboxes: int) -> Iterator[ReplayHint]:
    if mailboxes - len(others) >= MANY:
        yield ReplayHint("seen-elsewhere", f"The same signature was seen in {mailboxes} other mailboxes.")


def _unsigned_list_fields(letter: Letter, proving: DkimResult) -> Iterator[ReplayHint]:
    """A list may add these fields, so they take no proof away; but anybody else could have added them too."""
    own = next((found for found in _signatures(letter) if found.identifier == proving.signature_id), None)
    signed = Counter(own.signed if own else ())
    for name in LIST_FIELDS:
        if letter.count(name) > signed[name]:
            yield ReplayHint("unsigned-list-field", f"The header field {name} is not signed.")


def _delivered_to(message: Message, border: int | None) -> Iterator[str]:
    """The envelope recipient as our own servers wrote it: above the border's hop, and in it."""
    if border is None:
        return
    for header in message.headers:
        if header.index < border and header.name in DELIVERY_FIELDS:
            yield from ADDRESS.findall(header.value[:MAX_VALUE])[:1]
    yield from (hop.for_ for hop in message.hops if hop.index <= border and hop.for_)


def _to_a_list(message: Message, named: set[str]) -> bool:
    """The recipient is a mailing list, or nobody is named while List-* fields tell of one (RFC 2369, RFC 2919)."""
    fields = [header for header in message.headers if header.name.startswith("list-")]
    if not named:
        return bool(fields)
    posts = {_bare(found) for header in fields for found in ADDRESS.findall(header.value[:MAX_VALUE])}
    ids = " ".join(header.value[:MAX_VALUE].lower() for header in fields if header.name == "list-id")
    return any(address in posts or f"<{address.replace('@', '.')}>" in ids for address in named)


def _bare(address: str) -> str:
    """Lower-case, without a plus-address: claire+sante@a.example is read in Claire's mailbox."""
    local, _, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain.rstrip('.')}"


def _signatures(letter: Letter) -> list[Signature]:
    fields = [field for field in letter.fields if plain_name(field[0]) == "dkim-signature"][:MAX_READ]
    return [found for found in map(read_signature, fields) if isinstance(found, Signature)]
