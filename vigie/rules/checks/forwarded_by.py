"""A relay that the admin lists says that the message was signed by its author's domain when it came there.

It explains why nothing proves the author here, and proves nothing itself (S-42). One ARC set alone is no sign of forwarding: many
hosts seal whatever they receive. So the note needs a proof that is missing here and that the first sealer says it had.
"""

from __future__ import annotations

from collections.abc import Iterator

from vigie.auth_checks.types import Status
from vigie.message.types import Layer
from vigie.rules.quoting import quote
from vigie.rules.types import Finding, Kind, Strength
from vigie.rules.view import View

ID = "forwarded-by"
KINDS = (Kind.NOTE,)
SOURCES = ("RFC 8617 section 5.2", "threats S-42")


def check(view: View) -> Iterator[Finding]:
    """One note, topic `changed` where that domain's signature is still there and no longer fits."""
    evidence = view.evidence
    arc, author = evidence.arc, evidence.author_domain
    if not arc.listed or not arc.signed_by or not author or evidence.complete:
        return
    if not f".{author}".endswith(f".{arc.signed_by}"):
        return
    own = [result.status for result in evidence.dkim if result.domain == arc.signed_by]
    if Status.PASS in own:  # nothing to explain: the signature that the relay saw is still good
        return
    quotes = (quote("arc-seal", arc.sealers[0]), quote("arc-authentication-results", arc.signed_by))
    topic = "changed" if Status.FAIL in own else ""
    yield Finding(ID, Kind.NOTE, Strength.WEAK, Layer.OUTER, quotes, topic)
