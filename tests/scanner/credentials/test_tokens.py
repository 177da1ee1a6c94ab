"""Tokens in use, against a real provider over TLS: refreshed ahead, one refresh at a time, and what each refusal means (I-45)."""

from __future__ import annotations

import json
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import canary
from tests.servers.certificates import Authority
from tests.servers.oidc import Fault, Oidc
from vigie.scanner.credentials.browser import Request, Talk
from vigie.scanner.credentials.faults import ProviderError, SecretError
from vigie.scanner.credentials.grants import Client
from vigie.scanner.credentials.login import Person, log_in, log_out
from vigie.scanner.credentials.obtain import Credential
from vigie.scanner.credentials.providers import provider_for
from vigie.scanner.credentials.schemas import Device, SecretStr
from vigie.scanner.credentials.settings import OAuthSettings
from vigie.scanner.credentials.tokens import Bearer, TokenKeeper

Settings = Callable[..., OAuthSettings]
NOBODY = Talk(lambda *_: None, ("", ""))


def logged_in(provider: Oidc, oauth: OAuthSettings, username: str = "claire") -> None:
    """A person has logged in; nothing of it counts among what the provider was asked."""
    one = keeper(oauth)
    with one.asker() as asker:
        known = provider_for(oauth, asker)
        grants = one.grants(asker, known)
        device = grants.device()
        provider.answer(device.user_code, username)
        with one.file.alone(), one.file.place() as place:
            one.keep(grants.of_device(device.device_code), known, place)
    provider.asked.clear()


def keeper(oauth: OAuthSettings, later_s: float = 0.0) -> TokenKeeper:
    """As it would be so many seconds from now."""
    return TokenKeeper("accueil", oauth, lambda: time.time() + later_s)


def grants(provider: Oidc) -> list[str]:
    return [form["grant_type"] for form in provider.paths("/token")]


def fault(keeper: TokenKeeper) -> SecretError:
    with pytest.raises(SecretError) as caught:
        keeper.bearer()
    text = str(caught.value)
    assert "\n" not in text
    assert not canary.is_in(text.encode())
    return caught.value


# --- ahead of the end


@pytest.mark.parametrize(
    ("lifetime", "later", "asks"),
    [
        (3600, 0, False),
        (3600, 3250, False),
        (3600, 3310, True),  # five minutes before its end
        (3600, 4000, True),
        (600, 530, False),
        (600, 545, True),  # a tenth of a short life
        (3600, -30, False),
        (3600, -4000, True),  # issued in the future: a clock was wrong (I-52)
    ],
)
def test_a_token_is_replaced_ahead_of_its_end(
    provider: Oidc, oauth: Settings, lifetime: int, later: int, asks: bool
) -> None:
    provider.lifetime_s = lifetime
    logged_in(provider, oauth())
    keeper(oauth(), later).bearer()
    assert grants(provider) == (["refresh_token"] if asks else [])


def test_each_refresh_token_is_used_once_and_the_new_one_kept(provider: Oidc, oauth: Settings) -> None:
    logged_in(provider, oauth())
    for number in range(1, 5):
        token = keeper(oauth(), 4000 * number).bearer().token.get_secret_value()
        assert provider.introspect({"token": token})["active"]
    sent = [form["refresh_token"] for form in provider.paths("/token")]
    assert len(set(sent)) == len(sent) == 4


def test_a_refresh_token_that_the_provider_keeps_stays(provider: Oidc, oauth: Settings) -> None:
    logged_in(provider, oauth())
    provider.rotates = False
    for number in range(1, 4):
        keeper(oauth(), 4000 * number).bearer()
    sent = [form["refresh_token"] for form in provider.paths("/token")]
    assert (len(sent), len(set(sent))) == (3, 1)


def test_a_refused_token_is_replaced_before_its_time(provider: Oidc, oauth: Settings) -> None:
    logged_in(provider, oauth())
    old = keeper(oauth()).bearer().token
    new = keeper(oauth()).bearer(refused=old).token
    assert new.get_secret_value() != old.get_secret_value()
    assert keeper(oauth()).bearer(refused=old).token == new  # somebody else has done it already
    assert grants(provider) == ["refresh_token"]


def test_only_a_token_of_some_age_may_be_too_old(provider: Oidc, oauth: Settings) -> None:
    logged_in(provider, oauth())
    assert not keeper(oauth()).bearer().old
    assert keeper(oauth(), 100).bearer().old


# --- one at a time


def test_one_refresh_for_all_threads(provider: Oidc, oauth: Settings) -> None:
    logged_in(provider, oauth())
    settings = oauth()
    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(lambda _: keeper(settings, 3400).bearer().token.get_secret_value(), range(8)))
    assert len(set(tokens)) == 1
    assert grants(provider) == ["refresh_token"]


PROCESS = """
import json, sys, time
from vigie.scanner.credentials.settings import OAuthSettings
from vigie.scanner.credentials.tokens import TokenKeeper
oauth = OAuthSettings.model_validate(json.loads(sys.argv[1]))
TokenKeeper("accueil", oauth, lambda: time.time() + 3400).bearer()
"""


def test_one_refresh_for_all_processes(provider: Oidc, oauth: Settings) -> None:
    """A second use of one refresh token would end the login at a provider that rotates them (RFC 9700 section 4.14.2)."""
    logged_in(provider, oauth())
    told = oauth().model_dump_json(exclude_defaults=True)
    started = [subprocess.Popen((sys.executable, "-c", PROCESS, told)) for _ in range(2)]
    assert [process.wait(60) for process in started] == [0, 0]
    assert grants(provider) == ["refresh_token"]
    assert not provider.logins[-1].ended


def test_killed_in_the_middle_of_a_refresh_the_old_tokens_stay(provider: Oidc, oauth: Settings) -> None:
    logged_in(provider, oauth())
    provider.faults.append(Fault(wait_s=5.0))
    told = oauth().model_dump_json(exclude_defaults=True)
    process = subprocess.Popen((sys.executable, "-c", PROCESS, told))
    while not provider.paths("/token"):
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    keeper(oauth(), 3400).bearer()
    assert not provider.logins[-1].ended


# --- refusals

CODES = [
    (400, b'{"error": "invalid_grant"}', False, "the login has expired or was withdrawn (invalid_grant)"),
    (401, b'{"error": "invalid_client"}', False, "client_id"),
    (400, b'{"error": "unauthorized_client"}', False, "may not log in this way"),
    (400, b'{"error": "unsupported_grant_type"}', False, "does not support"),
    (400, b'{"error": "invalid_scope"}', False, "the scopes"),
    (400, b'{"error": "invalid_request"}', False, "does not understand the request"),
    (400, b'{"error": "interaction_required"}', False, "somebody to log in again"),
    (400, b'{"error": "something_new"}', False, "the provider refuses (something_new)"),
    (400, b'{"error": "temporarily_unavailable"}', True, "not available"),
    (400, b'{"error": "server_error"}', True, "not available"),
    (503, b'{"error": "invalid_grant"}', True, "invalid_grant"),
    (429, b'{"error": "invalid_request"}', True, ""),
    (500, b"<html>", True, "HTTP status 500"),
    (502, b"", True, "HTTP status 502"),
    (429, b"", True, "HTTP status 429"),
    (408, b"", True, "HTTP status 408"),
    (404, b"<html>", False, "HTTP status 404"),
    (403, b"[]", False, "HTTP status 403"),
    (302, b"", False, "HTTP status 302"),
    (200, b"{}", False, "the answer is not understood (access_token, token_type)"),
    (200, b"<html>", False, "the answer is not understood"),
    (200, b"[" * 100_000, False, "the answer is not understood"),
    (200, b'{"access_token": "x", "token_type": "mac"}', False, "another kind than Bearer"),
    (200, b'{"access_token": "x", "token_type": "Bearer", "expires_in": 1e999}', False, "(expires_in)"),
    (200, b'{"access_token": "x", "token_type": "Bearer", "expires_in": "soon"}', False, "(expires_in)"),
    (200, b" " * (2 << 20), False, "larger than it may be"),
]


@pytest.mark.parametrize(("status", "body", "temporary", "words"), CODES)
def test_what_a_refusal_means(
    provider: Oidc, oauth: Settings, status: int, body: bytes, temporary: bool, words: str
) -> None:
    """RFC 6749 section 5.2: by the error code; without one by the HTTP status."""
    logged_in(provider, oauth())
    provider.faults.append(Fault(status, body))
    error = fault(keeper(oauth(), 4000))
    assert error.temporary is temporary
    assert words in str(error)
    assert len(provider.paths("/token")) == 1
    if not temporary and status == 400:
        assert str(error).endswith(": vigie login accueil")
    assert keeper(oauth(), 4000).bearer()  # nothing was lost: the next try works


def test_a_withdrawn_login_says_who_has_to_do_what(provider: Oidc, oauth: Settings) -> None:
    logged_in(provider, oauth())
    provider.withdraw("claire")
    error = fault(keeper(oauth(), 4000))
    assert isinstance(error, ProviderError)
    assert (error.code, error.temporary) == ("invalid_grant", False)
    # the provider repeats in its description all that was sent to it
    assert "invalid_grant: invalid_grant: refresh_token *** ***" in str(error)


def test_how_long_the_provider_asks_to_stay_away(provider: Oidc, oauth: Settings) -> None:
    logged_in(provider, oauth())
    for header, wished in (
        ("120", 120.0),
        ("999999999", 86400.0),
        ("Fri, 20 Nov 2026 08:00:00 GMT", None),
        ("-5", None),
    ):
        provider.faults.append(Fault(429, b"", (("Retry-After", header),)))
        assert fault(keeper(oauth(), 4000)).retry_after_s == wished


def test_while_the_provider_is_away_the_token_does_what_it_can(
    provider: Oidc, oauth: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    logged_in(provider, oauth())
    kept = keeper(oauth()).bearer().token
    provider.faults.append(Fault())
    assert keeper(oauth(), 3400).bearer().token == kept
    assert "the token is good for some minutes more" in caplog.text
    provider.faults.append(Fault())
    assert fault(keeper(oauth(), 3700)).temporary


def test_no_redirect_takes_the_token_elsewhere(provider: Oidc, oauth: Settings) -> None:
    logged_in(provider, oauth())
    for status in (301, 302, 307, 308):
        provider.faults.append(Fault(status, b"", (("Location", f"{provider.issuer}/elsewhere"),)))
        fault(keeper(oauth(), 4000))
    assert not provider.paths("/elsewhere")


def test_a_provider_that_says_nothing(provider: Oidc, oauth: Settings) -> None:
    logged_in(provider, oauth())
    provider.faults.append(Fault(wait_s=2.0))
    error = fault(keeper(oauth(timeout_s=0.2), 4000))
    assert error.temporary
    assert "no answer in time" in str(error)


def test_a_provider_that_is_not_there(provider: Oidc, oauth: Settings, tmp_path: Path, deaf_port: int) -> None:
    logged_in(provider, oauth())
    for issuer, words in (
        (f"https://127.0.0.1:{deaf_port}", "cannot be reached"),
        ("https://no-such.invalid", "cannot be reached"),
    ):
        error = fault(keeper(oauth(issuer=issuer), 4000))
        assert error.temporary
        assert words in str(error)
    with socket.create_server(("127.0.0.1", 0)) as plain:
        threading.Thread(target=_hang_up, args=(plain,), daemon=True).start()
        assert fault(keeper(oauth(issuer=f"https://127.0.0.1:{plain.getsockname()[1]}"), 4000)).temporary


def _hang_up(server: socket.socket) -> None:
    server.accept()[0].close()


def test_a_certificate_of_a_stranger(provider: Oidc, oauth: Settings, tmp_path: Path) -> None:
    logged_in(provider, oauth())
    for ca_file in (Authority(tmp_path / "tls").ca, None):
        error = fault(keeper(oauth(ca_file=ca_file), 4000))
        assert not error.temporary
        assert "the provider's certificate is not valid" in str(error)
    (tmp_path / "empty.pem").touch()
    for name, words in (("empty.pem", "is no certificate"), ("none.pem", "cannot be read: No such file")):
        error = fault(keeper(oauth(ca_file=tmp_path / name), 4000))
        assert words in str(error)
    assert not provider.paths("/token")


# --- where a token may go


def test_tokens_go_back_to_where_they_came_from_and_nowhere_else(provider: Oidc, oauth: Settings) -> None:
    logged_in(provider, oauth())
    assert "of another provider or client_id" in str(fault(keeper(oauth(client_id="other"), 4000)))
    provider.discovery = {"token_endpoint": f"{provider.issuer}/elsewhere"}
    assert "of another provider or client_id" in str(fault(keeper(oauth(), 4000)))
    assert not provider.paths("/token")
    assert not provider.paths("/elsewhere")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"issuer": "https://evil.example"}, "calls itself another issuer"),
        ({"token_endpoint": "http://127.0.0.1/token"}, "not understood (token_endpoint)"),
        ({"token_endpoint": None}, "not understood (token_endpoint)"),
        ({"token_endpoint": "https://h/\r\nX: y"}, "not understood (token_endpoint)"),
    ],
)
def test_a_provider_that_describes_itself_wrongly(
    provider: Oidc, oauth: Settings, changes: dict[str, object], words: str
) -> None:
    logged_in(provider, oauth())
    provider.discovery = changes
    error = fault(keeper(oauth(), 4000))
    assert words in str(error)
    assert not error.temporary


def test_an_application_in_its_own_name(provider: Oidc, oauth: Settings, tmp_path: Path) -> None:
    (tmp_path / "client-secret").write_text(provider.client_secret)
    provider.authorizes_as = "claire"
    own = {"flow": "app", "client_id": "vigie-server", "client_secret_file": tmp_path / "client-secret"}
    token = keeper(oauth(**own)).bearer().token.get_secret_value()
    assert provider.introspect({"token": token})["username"] == "claire"
    keeper(oauth(**own)).bearer()
    keeper(oauth(**own), 4000).bearer()
    assert grants(provider) == ["client_credentials", "client_credentials"]
    # the secret as HTTP Basic where the provider prefers it, in the form where it takes that
    assert all("client_secret" not in form for form in provider.paths("/token"))
    provider.discovery = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    keeper(oauth(**own), 8000).bearer()
    assert provider.paths("/token")[-1]["client_secret"] == provider.client_secret
    (tmp_path / "client-secret").write_text(canary.secret("wrong"))
    error = fault(keeper(oauth(**own), 12000))
    assert "refuses its secret" in str(error)
    assert not error.temporary
    (tmp_path / "client-secret").unlink()
    assert "the client_secret cannot be read" in str(fault(keeper(oauth(**own), 12000)))


def test_a_login_without_refresh_token_is_refused_at_once(provider: Oidc, oauth: Settings) -> None:
    provider.faults.append(
        Fault(200, json.dumps({"access_token": canary.secret("x"), "token_type": "Bearer"}).encode())
    )
    with pytest.raises(ProviderError, match="offline_access"):
        log_in("accueil", "claire", oauth(), Person(lambda _: None, NOBODY))


def test_a_login_that_is_withdrawn(provider: Oidc, oauth: Settings) -> None:
    logged_in(provider, oauth())
    token_file = oauth().token_file
    assert token_file is not None
    assert stat.S_IMODE(token_file.stat().st_mode) == 0o600
    assert log_out("accueil", oauth())
    assert provider.logins[-1].ended
    assert not token_file.exists()
    assert not log_out("accueil", oauth())
    logged_in(provider, oauth())
    provider.discovery = {"revocation_endpoint": None}
    assert not log_out("accueil", oauth())
    assert not token_file.exists()


def test_what_cannot_be_withdrawn_is_not_forgotten(provider: Oidc, oauth: Settings, deaf_port: int) -> None:
    logged_in(provider, oauth())
    with pytest.raises(SecretError, match="cannot be reached"):
        log_out("accueil", oauth(issuer=f"https://127.0.0.1:{deaf_port}"))
    assert keeper(oauth()).bearer()


def test_no_repr_shows_a_secret(provider: Oidc, oauth: Settings, tmp_path: Path) -> None:
    logged_in(provider, oauth())
    one = keeper(oauth())
    kept = one.file.read()
    hidden = SecretStr(canary.secret("x"))
    with one.asker() as asker:
        known = provider_for(oauth(), asker)
        things = (
            kept,
            one,
            one.bearer(),
            Bearer(hidden, old=True),
            Credential(hidden),
            Client("vigie", hidden),
            known,
            asker,
        )
        for thing in (*things, one.grants(asker, known), oauth(), vars(one)):
            assert not canary.is_in(f"{thing!r} {thing}".encode())
    device = Device(device_code=hidden, user_code="AB", verification_uri="https://login.example.org/", expires_in=5)
    request = Request()
    assert not canary.is_in(repr(device).encode())
    assert request.state not in repr(request)
    assert request.verifier not in repr(request)


def test_the_providers_that_are_known() -> None:
    told = {"client_id": "x", "token_file": "/x"}
    microsoft = OAuthSettings.model_validate({"provider": "microsoft", "tenant": "example.org", **told})
    google = OAuthSettings.model_validate({"provider": "google", **told})
    application = OAuthSettings.model_validate(
        {"provider": "microsoft", "flow": "app", "client_secret_env": "X", "tenant": "example.org", **told}
    )
    asker = TokenKeeper("accueil", microsoft).asker()
    with asker:
        found = provider_for(microsoft, asker)
        assert found.device == "https://login.microsoftonline.com/example.org/oauth2/v2.0/devicecode"
        assert found.scopes == ("https://outlook.office.com/IMAP.AccessAsUser.All", "offline_access")
        assert provider_for(application, asker).scopes == ("https://outlook.office365.com/.default",)
        found = provider_for(google, asker)
        assert (found.device, found.scopes) == (None, ("https://mail.google.com/",))
        assert found.extra["access_type"] == "offline"


def test_nobody_said_where_tokens_lie(oauth: Settings) -> None:
    with pytest.raises(SecretError, match="no token_file"):
        keeper(oauth().model_copy(update={"token_file": None}))
