"""The second factor of a local account: its secret lies sealed in the ledger."""

from __future__ import annotations

import logging

from vigie.ledger import sealing
from vigie.ledger.faults import LedgerError
from vigie.ledger.people_types import User
from vigie.web.people import totp
from vigie.web.site import Site

LOG = logging.getLogger(__name__)


def proves(site: Site, user: User, code: str) -> bool:
    """A code of the authenticator app, or a recovery code; neither opens twice."""
    people, at = site.ledger.people, site.now()
    recovery = totp.as_recovery_code(code)
    if recovery:
        return people.use_recovery_code(user, recovery, at=at)
    secret = unsealed(site, user)
    counter = None if secret is None else totp.matching(secret, code, at)
    return counter is not None and people.use_totp(user.id, counter)


def unsealed(site: Site, user: User) -> bytes | None:
    """Her secret; None where she has none, or where the key is gone: then a new link lets her in."""
    if user.totp is None:
        return None
    try:
        return sealing.unseal(site.ledger.path, user.totp, _about(user))
    except LedgerError as error:
        LOG.error("second factor: %s", error)
        return None


def sealed(site: Site, user: User, secret: bytes) -> bytes:
    """As it is kept."""
    return sealing.seal(site.ledger.path, secret, _about(user))


def _about(user: User) -> str:
    return f"totp {user.id}"
