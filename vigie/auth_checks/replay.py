"""Replay (RFC 6376 section 8.6, S-43): a genuine signed message that somebody sends again to others. Hints, never proofs."""

from __future__ import annotations

from vigie.auth_checks.letter import plain_name, read_letter
from vigie.auth_checks.orgdomain import registrable
from vigie.auth_checks.signature import Signature, read_signature

MAX_READ = 100
MAX_IDS = 10


def signature_ids(raw: bytes) -> tuple[str, ...]:
    """What the well-formed DKIM signatures of a message are known by (DkimResult.signature_id): ten at most, no DNS.

    Those of the domain that stands in From come first: signatures that a replayer piles on top must not crowd it out.
    """
    letter = read_letter(raw)
    fields = [field for field in letter.fields if plain_name(field[0]) == "dkim-signature"][:MAX_READ]
    signatures = [found for found in map(read_signature, fields) if isinstance(found, Signature)]
    author = b"".join(value for name, value in letter.fields if plain_name(name) == "from").lower()
    ranked = sorted(signatures, key=lambda found: registrable(found.domain).encode() not in author)
    return tuple(dict.fromkeys(found.identifier for found in ranked))[:MAX_IDS]
