"""Alerts that leave the machine, to real servers: what arrives, and what is said when nothing does."""

from __future__ import annotations

import pytest

from tests import canary
from tests.servers.hooks import Smtp, Webhook
from vigie.scanner.operation.alarms import Notice
from vigie.scanner.operation.settings import AlertSettings
from vigie.scanner.operation.troubles import Kind, Trouble
from vigie.scanner.operation.ways import AlertError, Way, ways

NOTICE = Notice(
    raised=(Trouble(Kind.DISK, "", "12 MB"), Trouble(Kind.LAG, "accueil/INBOX", "300 messages")),
    over=("account-stopped compta",),
)


def by_mail(smtp: Smtp, **changes: object) -> Way:
    told: dict[str, object] = {
        "host": "127.0.0.1", "port": smtp.port, "ca_file": smtp.ca, "username": "vigie", "timeout_s": 30,
        "password_file": smtp.password_file, "sender": "vigie@example.org", "recipients": ["admin@example.org"],
    }  # fmt: skip
    (way,) = ways(AlertSettings.model_validate({"mail": told | changes}))
    return way


def by_webhook(webhook: Webhook, **changes: object) -> Way:
    told: dict[str, object] = {"url": webhook.url, "ca_file": webhook.ca, "timeout_s": 30}
    (way,) = ways(AlertSettings.model_validate({"language": "en", "webhook": told | changes}))
    return way


def test_a_mail_says_what_is_wrong_and_what_to_do(smtp):
    by_mail(smtp).send(NOTICE)
    mail = smtp.got.pop()
    assert mail["To"] == "admin@example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "disque presque plein" in mail["Subject"]
    assert "(+2)" in mail["Subject"]
    text = mail.get_content()
    assert "disque presque plein : place restante (12 MB) → faites de la place" in text
    assert "accueil/INBOX : retard : le courrier n'est pas jugé à temps (300 messages) → vigie doctor" in text
    assert "RÉTABLI : compta : compte arrêté" in text


def test_a_webhook_gets_words_for_people_and_keys_for_programs(webhook, tmp_path):
    token = tmp_path / "client-secret"
    token.write_text(canary.secret("hook"))
    by_webhook(webhook, token_file=token).send(NOTICE)
    body, headers = webhook.got.pop()
    assert headers["Authorization"] == f"Bearer {token.read_text()}"
    assert set(body) == {"program", "version", "host", "at", "text", "alerts"}
    assert "OVER: compta: account stopped" in body["text"]
    assert body["alerts"] == [
        {"kind": "disk", "subject": "", "state": "raised", "detail": "12 MB"},
        {"kind": "lag", "subject": "accueil/INBOX", "state": "raised", "detail": "300 messages"},
        {"kind": "account-stopped", "subject": "compta", "state": "over", "detail": ""},
    ]


@pytest.mark.parametrize("status", [302, 400, 503])
def test_a_webhook_that_refuses_or_redirects_got_nothing(webhook, status):
    webhook.status = status
    try:
        with pytest.raises(AlertError, match=f"refused \\(HTTP {status}\\)"):
            by_webhook(webhook).send(NOTICE)
    finally:
        webhook.status = 204
    assert not webhook.got


def test_servers_that_cannot_be_believed_get_nothing(webhook, smtp):
    with pytest.raises(AlertError, match="not delivered"):
        by_webhook(webhook, ca_file=smtp.ca).send(NOTICE)
    with pytest.raises(AlertError, match="certificate is not valid"):
        by_mail(smtp, ca_file=webhook.ca).send(NOTICE)
    with pytest.raises(AlertError, match=r"127\.0\.0\.1: "):
        by_mail(smtp, tls="implicit", timeout_s=1).send(NOTICE)
    with pytest.raises(AlertError, match="is no certificate"):
        by_mail(smtp, ca_file=smtp.password_file).send(NOTICE)
    assert not webhook.got
    assert not smtp.got


def test_refusals_of_a_mail_server_show_no_secret(smtp, tmp_path):
    wrong = tmp_path / "wrong"
    wrong.write_text(canary.secret("not-this-one"))
    with pytest.raises(AlertError, match=r"refused .*535") as refused:
        by_mail(smtp, password_file=wrong).send(NOTICE)
    assert canary.MARK not in str(refused.value)
    with pytest.raises(AlertError, match="cannot be read"):
        by_mail(smtp, password_file=tmp_path / "absent").send(NOTICE)
    smtp.refuses = True
    try:
        with pytest.raises(AlertError, match=r"refused .*554"):
            by_mail(smtp).send(NOTICE)
    finally:
        smtp.refuses = False


def test_an_address_that_is_a_secret_comes_from_a_file(webhook, tmp_path):
    file = tmp_path / "client-secret"
    file.write_text(f"{webhook.url}/{canary.secret('url')}\n")
    by_webhook(webhook, url=None, url_file=file).send(NOTICE)
    assert webhook.got.pop()
    webhook.status = 500
    try:
        with pytest.raises(AlertError) as refused:
            by_webhook(webhook, url=None, url_file=file).send(NOTICE)
    finally:
        webhook.status = 204
    assert canary.MARK not in str(refused.value)
    file.write_text("http://chat.example.org/hook")
    with pytest.raises(AlertError, match="no https address"):
        by_webhook(webhook, url=None, url_file=file).send(NOTICE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"webhook": {"url": "http://chat.example.org/hook"}},
        {"webhook": {"url": "http://127.0.0.1.example.org/hook"}},
        {"webhook": {}},
        {"mail": {"host": "mail.example.org", "tls": "none", "sender": "a@b.example", "recipients": ["c@d.example"]}},
        {"mail": {"host": "127.0.0.1", "username": "x", "sender": "a@b.example", "recipients": ["c@d.example"]}},
        {"mail": {"host": "127.0.0.1", "sender": "a@b.example", "recipients": ["c@d.example>, <e@f.example"]}},
        {"per_hour": 0},
    ],
)
def test_settings_that_would_leak_or_never_arrive_are_refused(wrong):
    with pytest.raises(ValueError, match="validation error"):
        AlertSettings.model_validate(wrong)
