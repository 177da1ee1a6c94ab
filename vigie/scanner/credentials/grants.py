"""The token endpoint: a grant goes in, tokens come out (RFC 6749 sections 4 and 6, RFC 8628 section 3.4)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote_plus

from vigie.scanner.credentials.asking import Asker, Model
from vigie.scanner.credentials.faults import ProviderError
from vigie.scanner.credentials.providers import Provider
from vigie.scanner.credentials.schemas import Device, SecretStr, Tokens

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass(frozen=True, slots=True)
class Client:
    """The application as the provider knows it. `secret` None: a public one."""

    id: str
    secret: SecretStr | None = None


class Grants:
    """What one client asks of one provider. Every method raises ProviderError."""

    def __init__(self, asker: Asker, provider: Provider, client: Client) -> None:
        self._asker = asker
        self._provider = provider
        self._client = client

    def refresh(self, token: SecretStr) -> Tokens:
        """RFC 6749 section 6. Where the answer holds a new refresh token, the old one is of no more use."""
        return self._ask({"grant_type": "refresh_token", "refresh_token": token.get_secret_value()})

    def as_application(self) -> Tokens:
        """RFC 6749 section 4.4: in the application's own name."""
        return self._ask({"grant_type": "client_credentials", "scope": " ".join(self._provider.scopes)})

    def device(self) -> Device:
        """RFC 8628 section 3.1: the code that a person types."""
        assert self._provider.device is not None
        return self._post(self._provider.device, {"scope": " ".join(self._provider.scopes)}, Device)

    def of_device(self, code: SecretStr) -> Tokens:
        """RFC 8628 section 3.4; until the person has answered it raises ProviderError(code="authorization_pending")."""
        return self._ask({"grant_type": DEVICE_CODE, "device_code": code.get_secret_value()})

    def of_code(self, code: str, *, verifier: str, redirect: str) -> Tokens:
        """RFC 6749 section 4.1.3 with RFC 7636 section 4.5."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "code_verifier": verifier}
        return self._ask(form)

    def revoke(self, token: SecretStr) -> bool:
        """RFC 7009; False where the provider has no address for it."""
        if self._provider.revoke is None:
            return False
        form, basic = self._known({"token": token.get_secret_value()})
        self._asker.tell(self._provider.revoke, form, basic=basic)
        return True

    def _ask(self, form: dict[str, str]) -> Tokens:
        tokens = self._post(self._provider.token, form, Tokens)
        if (
            tokens.token_type.lower() != "bearer"
        ):  # RFC 6749 section 7.1: a type that is not understood is not to be used
            raise ProviderError("the provider gives tokens of another kind than Bearer", temporary=False)
        return tokens

    def _post(self, url: str, form: dict[str, str], model: type[Model]) -> Model:
        known, basic = self._known(form)
        return self._asker.post(url, known, model, basic=basic)

    def _known(self, form: dict[str, str]) -> tuple[dict[str, str], tuple[str, str] | None]:
        """The form with what identifies the client, or that as HTTP Basic, encoded as RFC 6749 section 2.3.1 has it."""
        if self._client.secret is None:
            return form | {"client_id": self._client.id}, None
        secret = self._client.secret.get_secret_value()
        if self._provider.basic:
            return form, (quote_plus(self._client.id), quote_plus(secret))
        return form | {"client_id": self._client.id, "client_secret": secret}, None
