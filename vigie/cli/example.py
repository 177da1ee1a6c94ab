"""Examples of vigie.toml: the eight lines to start with, and every setting there is, written from the settings models.

usage: python -m vigie.cli.example > deploy/vigie.example.toml
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic_core import PydanticUndefined

from vigie.auth_checks.settings import DnsSettings, Settings, TrustSettings
from vigie.judge.settings import BrandSettings, LimitSettings
from vigie.ledger.settings import LedgerSettings, RetentionSettings
from vigie.scanner.credentials.settings import OAuthSettings
from vigie.scanner.operation.settings import (
    AlertSettings,
    DigestSettings,
    MailSettings,
    MetricsSettings,
    ServerSettings,
    WebhookSettings,
)
from vigie.scanner.reporting.settings import (
    AbuseMailSettings,
    ApwgSettings,
    ChannelsSettings,
    FolderSettings,
    FranceConnectSettings,
    MispSettings,
    NetcraftSettings,
    PhishingInitiativeSettings,
    ReportServerSettings,
    ReportWebhookSettings,
    SignalSpamSettings,
)
from vigie.scanner.settings import AccountSettings
from vigie.web.settings import ApiSettings, EntraSettings, EntraTenantSettings, GroupSettings, OidcSettings, WebSettings

PLACEHOLDER = "mx.example.org"
"""The receiving server of the example, which no mailbox has (RFC 2606 section 3)."""
EIGHT_LINES = """\
[trust]
border_hosts = ["mx.example.org"]         # le serveur MX de votre domaine / your domain's own MX
[[accounts]]
name = "accueil"
host = "imap.example.org"
username = "accueil@example.org"
password_file = "mot-de-passe"            # un fichier qui ne contient que le mot de passe / holds the password alone
mode = "observe"                          # puis / then "tag", "enforce"
"""
"""Exactly eight: what README and `vigie demo` promise."""

SECTIONS: tuple[tuple[str, type[Settings]], ...] = (
    ("[ledger]", LedgerSettings),
    ("[dns]", DnsSettings),
    ("[trust]", TrustSettings),
    ("[brands]", BrandSettings),
    ("[limits]", LimitSettings),
    ("[retention]", RetentionSettings),
    ("[metrics]", MetricsSettings),
    ("[alerts]", AlertSettings),
    ("# [alerts.mail]", MailSettings),
    ("# [alerts.webhook]", WebhookSettings),
    ("[digest]", DigestSettings),
    ("# [digest.mail]", ServerSettings),
    ("[channels]", ChannelsSettings),
    ("# [channels.mail]", ReportServerSettings),
    ("# [channels.folder]", FolderSettings),
    ("# [channels.abuse_mail]", AbuseMailSettings),
    ("# [channels.franceconnect]", FranceConnectSettings),
    ("# [channels.signal_spam]", SignalSpamSettings),
    ("# [channels.phishing_initiative]", PhishingInitiativeSettings),
    ("# [channels.netcraft]", NetcraftSettings),
    ("# [channels.apwg]", ApwgSettings),
    ("# [channels.misp]", MispSettings),
    ("# [channels.webhook]", ReportWebhookSettings),
    ("[web]", WebSettings),
    ("[web.api]", ApiSettings),
    ("# [web.api.entra]", EntraSettings),
    ("# [[web.api.entra.tenants]]", EntraTenantSettings),
    ("# [web.oidc]", OidcSettings),
    ("# [[web.oidc.groups]]", GroupSettings),
    ("[[accounts]]", AccountSettings),
    ("# [accounts.oauth]", OAuthSettings),
)
SAMPLES: dict[str, Any] = {
    "name": "accueil",
    "host": "imap.example.org",
    "username": "accueil@example.org",
    "addresses": ["contact@example.org"],
    "password_file": "/run/credentials/vigie.service/accueil",
    "password_env": "VIGIE_ACCUEIL",
    "password_command": ["pass", "show", "accueil"],
    "ca_file": "/etc/vigie/ca.pem",
    "issuer": "https://login.example.org/realms/mail",
    "client_id": "00000000-0000-0000-0000-000000000000",
    "client_secret_file": "/run/credentials/vigie.service/client-secret",
    "client_secret_env": "VIGIE_CLIENT_SECRET",
    "client_secret_command": ["pass", "show", "client-secret"],
    "scopes": ["https://outlook.office.com/IMAP.AccessAsUser.All", "offline_access"],
    "token_file": "/var/lib/vigie/accueil.token",
    "cron": "*/5 * * * *",
    "check_folder": "À vérifier",
    "report_folder": "Signaler une fraude",
    "nameservers": ["127.0.0.1"],
    "border_hosts": [PLACEHOLDER],
    "relays": ["192.0.2.0/24"],
    "authserv_ids": [PLACEHOLDER],
    "provider": "ovh",
    "arc_sealers": ["forwarder.example"],
    "subject_tags": ["[EXTERNE]"],
    "zone_file": "zone.toml",
    "listen": "127.0.0.1:9464",
    "sender": "vigie@example.org",
    "recipients": ["admin@example.org"],
    "url": "https://chat.example.org/hooks/vigie",
    "url_file": "/run/credentials/vigie.service/webhook",
    "folder": "/etc/vigie/brands",
    "email": "vigie@example.org",
    "key_file": "/run/credentials/vigie.service/misp",
    "path": "/var/lib/vigie/reports",
    "base_url": "https://vigie.example.org",
    "trusted_proxies": ["127.0.0.1"],
    "label": "votre organisation",
    "role": "reviewer",
    "origins": ["https://addin.example.org"],
    "accounts": ["accueil"],
    "clients": ["00000000-0000-0000-0000-000000000000"],
    "id": "11111111-1111-1111-1111-111111111111",
    "uses": ["check", "report"],
}
"""Values to show where the default says nothing."""
TABLES = {header.strip("# ").replace("[[", "[").replace("]]", "]") for header, _ in SECTIONS}
NEEDED = {"name", "host", "username", "password_file"}


def render() -> str:
    """Every setting with its default, commented out unless it is needed."""
    lines = [
        "# Every setting of Vigie, written from the settings models (python -m vigie.cli.example); a test compares.",
        "# Tous les réglages de Vigie. Une ligne commentée montre la valeur par défaut, ou un exemple où il n'y en a pas.",
        "# Relative paths are relative to this file. Les chemins relatifs partent du dossier de ce fichier.",
    ]
    for header, model in SECTIONS:
        lines += ["", header]
        for key, field in model.model_fields.items():
            if f"[{_table(header)}.{key}]" in TABLES:
                continue  # a section of its own
            value = field.default
            shown = SAMPLES.get(key) if value in (None, (), PydanticUndefined) else value
            note = f"   # {field.description}" if field.description else ""
            lines.append(f"{'' if key in NEEDED and not header.startswith('#') else '# '}{key} = {_toml(shown)}{note}")
    return "\n".join(lines) + "\n"


def _table(header: str) -> str:
    return header.strip("# []")


def _toml(value: object) -> str:
    """A TOML literal; JSON's are TOML's for what settings hold."""
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(str(value) if isinstance(value, Path) else value, ensure_ascii=False)


if __name__ == "__main__":
    print(render(), end="")
