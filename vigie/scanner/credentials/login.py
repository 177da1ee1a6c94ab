"""One login at the provider, by whichever way it and the settings allow; the tokens are kept when it returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vigie.scanner.credentials import browser, device
from vigie.scanner.credentials.browser import Talk
from vigie.scanner.credentials.faults import ProviderError, SecretError
from vigie.scanner.credentials.providers import Provider, provider_for
from vigie.scanner.credentials.schemas import Device, Tokens
from vigie.scanner.credentials.settings import OAuthSettings
from vigie.scanner.credentials.tokens import TokenKeeper


@dataclass(frozen=True, slots=True)
class Person:
    """How to speak with whoever logs in."""

    show_code: Callable[[Device], None]
    talk: Talk


def log_in(account: str, username: str, oauth: OAuthSettings, person: Person) -> None:
    """Asks the person to log in and keeps the tokens. Raises SecretError; OSError where the port is taken."""
    keeper = TokenKeeper(account, oauth)
    if oauth.flow == "app":
        with keeper.file.alone():
            keeper.file.remove()
        keeper.bearer()
        return
    with keeper.asker() as asker:
        provider = provider_for(oauth, asker)
        grants = keeper.grants(asker, provider)
        if flow_of(oauth, provider) == "device":
            tokens = device.log_in(grants, person.show_code)
        else:
            tokens = browser.log_in(grants, provider, oauth.client_id, username, person.talk)
    _keep(account, keeper, provider, tokens)


def _keep(account: str, keeper: TokenKeeper, provider: Provider, tokens: Tokens) -> None:
    if tokens.refresh_token is None:
        text = f"account {account}: the provider gave no refresh token: the scopes need offline_access, or what it calls so"
        raise ProviderError(text, temporary=False)
    with keeper.file.alone(), keeper.file.place() as place:
        keeper.keep(tokens, provider, place)


def flow_of(oauth: OAuthSettings, provider: Provider) -> str:
    """Device or browser: the settings' own, else the device flow where the provider has it. Raises ProviderError."""
    ways = {"device": provider.device, "browser": provider.authorize}
    wanted = [oauth.flow] if oauth.flow in ways else list(ways)
    found = next((way for way in wanted if ways[way] is not None), None)
    if found is None:
        raise ProviderError(f"the provider has no {' or '.join(wanted)} login", temporary=False)
    return found


def log_out(account: str, oauth: OAuthSettings) -> bool:
    """Withdraws the login at the provider and forgets the tokens; False: forgotten here alone, the provider cannot be told.

    Raises SecretError where the provider could not be asked; then nothing is forgotten.
    """
    keeper = TokenKeeper(account, oauth)
    with keeper.file.alone():
        try:
            kept = keeper.file.read()
        except SecretError:
            keeper.file.remove()
            return False
        with keeper.asker() as asker:
            provider = provider_for(oauth, asker)
            told = False
            if kept.token_endpoint == provider.token:
                told = keeper.grants(asker, provider).revoke(kept.refresh_token or kept.access_token)
        keeper.file.remove()
        return told
