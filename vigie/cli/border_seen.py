"""What `[trust]` finds in the newest mails of a folder: `vigie doctor` says so before SPF is silently unavailable for months."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from vigie.auth_checks.authres import border_results
from vigie.auth_checks.border import border_index, find_border
from vigie.auth_checks.settings import TrustSettings
from vigie.auth_checks.trust import trust_of
from vigie.message.parse import parse
from vigie.scanner.mailboxes.base import Mailbox

LAST = 20
DAYS = 90
HEADER_BYTES = 1 << 16

_HEADER_END = re.compile(rb"\r?\n\r?\n")


@dataclass(slots=True)
class Seen:
    """Counts over the mails that were looked at."""

    mails: int = 0
    found: int = 0
    """The border's Received field was found."""
    forged: int = 0
    """Results in our name stand below it."""
    hosts: Counter[str] = field(default_factory=Counter)
    """By-hosts of the topmost Received fields, three a mail: ours are among them."""
    authserv_ids: Counter[str] = field(default_factory=Counter)
    """Of Authentication-Results above the border's Received field, where nobody but our own servers writes; one a mail and name."""
    newest: datetime | None = None
    """The latest INTERNALDATE."""
    reason: str = ""
    """Why the border was not found, for the newest mail where it was not. English."""


def border_seen(mailbox: Mailbox, settings: TrustSettings) -> Seen:
    """The newest mails of the selected folder, at most `LAST`, headers only. Raises MailboxError."""
    trust = trust_of(settings)
    seen = Seen()
    uids = list(mailbox.uids_since(datetime.now(UTC) - timedelta(days=DAYS)))[-LAST:]
    for fetched in sorted(mailbox.fetch(uids, limit=HEADER_BYTES), key=lambda item: item.uid):
        end = _HEADER_END.search(fetched.raw)
        message = parse(fetched.raw[: end.end()] if end else fetched.raw)
        seen.newest = max(filter(None, (seen.newest, fetched.internaldate)))
        if not message.hops:
            continue  # put there by hand, not received
        seen.mails += 1
        seen.hosts.update({hop.by for hop in message.hops[:3] if hop.by.isascii() and hop.by.isprintable()})
        border = find_border(message, trust)
        seen.found += border.found
        seen.forged += border_results(message, trust, border_index(message, trust)).forged
        top = border_index(message, trust)
        seen.authserv_ids.update(
            {
                header.value.split(";")[0].split()[0].lower()
                for index, header in enumerate(message.headers)
                if header.name == "authentication-results"
                and header.value.split(";")[0].split()
                and top is not None
                and index < top
            }
        )
        if not border.found:
            seen.reason = border.reason
    return seen
