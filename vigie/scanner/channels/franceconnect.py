"""Frauds in the colours of FranceConnect, to its support, with the message as it came: it asks for that."""

from __future__ import annotations

from typing import Final

from vigie.ledger.report_types import Draft, FetchedFraud, Taken
from vigie.scanner.channels import NotTakenError, Takes
from vigie.scanner.operation.settings import ServerSettings
from vigie.scanner.reporting import mailing
from vigie.scanner.reporting.letters import Envelope, with_attached
from vigie.scanner.reporting.settings import ChannelSettings, FranceConnectSettings

ID: Final = "franceconnect"
TAKES: Final = Takes.ORIGINAL
BY_MAIL: Final = True
BRAND: Final = "franceconnect"
SUBJECT: Final = "Signalement : courriel frauduleux aux couleurs de FranceConnect"
WORDS: Final = (
    "Bonjour,\r\n\r\nLe message joint imite FranceConnect. Une personne l'a vérifié et a confirmé la fraude.\r\n"
    "Il est joint tel qu'il a été reçu.\r\n\r\nSignalement préparé avec Vigie.\r\n"
)


def write(fraud: FetchedFraud, settings: ChannelSettings, server: ServerSettings | None) -> Draft:
    """See Channel. For frauds in its colours only."""
    assert isinstance(settings, FranceConnectSettings)
    if fraud.record.brand != BRAND:
        raise NotTakenError("This fraud is not in the colours of FranceConnect.")
    if server is None:
        raise NotTakenError("No mail server is configured for reports.")
    to = (settings.recipient,)
    body = with_attached(fraud, Envelope(server.sender, to, SUBJECT), WORDS, fraud.raw)
    return Draft(to, "message/rfc822", body, redacted=False)


def send(taken: Taken, _settings: ChannelSettings, server: ServerSettings | None) -> str:
    """See Channel."""
    return mailing.send(taken, server)


def try_out(_settings: ChannelSettings, server: ServerSettings | None) -> None:
    """See Channel."""
    mailing.try_out(server)
