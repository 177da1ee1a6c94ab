"""The second factor of a local account: its secret lies sealed in the ledger."""

from __future__ import annotations

from vigie.ledger.people_types import User
from vigie.ledger.sealing import Sealer
from vigie.web.people import totp
from vigie.web.site import Site


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
    """Her secret; None where she has none, or the key is gone."""
    return None if user.totp is None else Sealer(site.ledger.path).unseal(user.totp, _about(user))


def sealed(site: Site, user: User, secret: bytes) -> bytes:
    """As it is kept."""
    return Sealer(site.ledger.path).seal(secret, _about(user))


def _about(user: User) -> str:
    return f"totp {user.id}"
