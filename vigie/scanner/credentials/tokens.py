"""The access token of a mailbox: the kept one while it is good, a fresh one before it expires, one refresh at a time (I-45)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from vigie.scanner.credentials.asking import Asker
from vigie.scanner.credentials.faults import ProviderError, SecretError
from vigie.scanner.credentials.grants import Client, Grants
from vigie.scanner.credentials.providers import Provider, provider_for
from vigie.scanner.credentials.schemas import Kept, SecretStr, Tokens
from vigie.scanner.credentials.settings import OAuthSettings
from vigie.scanner.credentials.store import Place, TokenFile

LOG = logging.getLogger(__name__)

AHEAD_S: Final = 300
"""How long before its end a token is replaced; a tenth of its life where that is shorter."""
YOUNG_S: Final = 60
"""A token that is younger and refused is refused for another reason than its age."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token to log in with. `old`: where it is refused, a fresh one may be accepted."""

    token: SecretStr
    old: bool


class TokenKeeper:
    """The tokens of one account. Cheap to make; what it knows stands in the file alone, which all processes share."""

    def __init__(self, account: str, oauth: OAuthSettings, clock: Callable[[], float] = time.time) -> None:
        """Raises SecretError where nobody said where the tokens lie."""
        if oauth.token_file is None:
            raise SecretError(f"account {account}: no token_file")
        self._account = account
        self._oauth = oauth
        self._clock = clock
        self.file = TokenFile(account, oauth.token_file)

    def bearer(self, *, refused: SecretStr | None = None) -> Bearer:
        """A token that is good for five minutes more, as far as its provider said; `refused`: any other than that one.

        Raises SecretError; `temporary` by the provider's error code (RFC 6749 section 5.2).
        """
        kept = self._kept()
        if kept is not None and self._is_good(kept, refused):
            return self._of(kept)
        with self.file.alone():
            kept = self._kept()  # somebody else may have refreshed it meanwhile
            if kept is not None and self._is_good(kept, refused):
                return self._of(kept)
            try:
                return self._of(self._fresh(kept))
            except SecretError as error:
                if kept is None or not error.temporary or self._is_refused(kept, refused) or not self._is_alive(kept):
                    raise
                LOG.warning("%s; the token is good for some minutes more", error)
                return self._of(kept)

    def keep(self, tokens: Tokens, provider: Provider, place: Place) -> None:
        """Keeps what a login gave."""
        place.keep(self._worth_keeping(tokens, provider, None))

    def asker(self) -> Asker:
        """A connection to the provider. The caller closes it."""
        return Asker(self._account, ca_file=self._oauth.ca_file, timeout_s=self._oauth.timeout_s)

    def grants(self, asker: Asker, provider: Provider) -> Grants:
        """What may be asked of the provider as the configured client. Raises SecretError."""
        source = self._oauth.client_secret(self._account)
        return Grants(asker, provider, Client(self._oauth.client_id, SecretStr(source.read()) if source else None))

    def _kept(self) -> Kept | None:
        """What the file holds; None where an application needs nobody to have logged in."""
        try:
            return self.file.read()
        except SecretError:
            if self._oauth.flow != "app":
                raise
            return None

    def _fresh(self, kept: Kept | None) -> Kept:
        with self.file.place() as place, self.asker() as asker:
            provider = provider_for(self._oauth, asker)
            if kept is not None:
                self._check_home(kept, provider)
            grants = self.grants(asker, provider)
            by_itself = self._oauth.flow == "app"
            tokens = grants.as_application() if by_itself else self._refreshed(kept, grants)
            fresh = self._worth_keeping(tokens, provider, kept)
            place.keep(fresh)
            return fresh

    def _refreshed(self, kept: Kept | None, grants: Grants) -> Tokens:
        again = f"vigie login {self._account}"
        if kept is None or kept.refresh_token is None:
            raise SecretError(
                f"account {self._account}: the login has expired, and came without a refresh token: {again}"
            )
        try:
            return grants.refresh(kept.refresh_token)
        except ProviderError as error:
            if error.temporary:
                raise
            raise ProviderError(f"{error}: {again}", code=error.code, temporary=False) from None

    def _check_home(self, kept: Kept, provider: Provider) -> None:
        """A token goes back to where it came from, and nowhere else, whatever the configuration says now."""
        if (kept.token_endpoint, kept.client_id) != (provider.token, self._oauth.client_id):
            text = (
                f"account {self._account}: the login is of another provider or client_id: vigie login {self._account}"
            )
            raise SecretError(text)

    def _worth_keeping(self, tokens: Tokens, provider: Provider, kept: Kept | None) -> Kept:
        """RFC 6749 section 6: without a new refresh token the old one stays."""
        now = int(self._clock())
        return Kept(
            token_endpoint=provider.token,
            client_id=self._oauth.client_id,
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token or (kept.refresh_token if kept else None),
            issued_at=now,
            expires_at=now + tokens.expires_in,
        )

    def _of(self, kept: Kept) -> Bearer:
        return Bearer(kept.access_token, old=not 0 <= self._clock() - kept.issued_at < YOUNG_S)

    def _is_good(self, kept: Kept, refused: SecretStr | None) -> bool:
        """Of ours, not the refused one, and not about to expire; a token from the future is of a clock that was wrong (I-52)."""
        if kept.client_id != self._oauth.client_id or self._is_refused(kept, refused):
            return False
        ahead = min(AHEAD_S, (kept.expires_at - kept.issued_at) // 10)
        return kept.issued_at - YOUNG_S <= self._clock() < kept.expires_at - ahead

    def _is_alive(self, kept: Kept) -> bool:
        return kept.client_id == self._oauth.client_id and self._clock() < kept.expires_at

    @staticmethod
    def _is_refused(kept: Kept, refused: SecretStr | None) -> bool:
        return refused is not None and kept.access_token.get_secret_value() == refused.get_secret_value()
