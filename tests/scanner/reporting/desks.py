"""The desks that take reports by HTTP, set up against the one that answers here; and a report that is taken to be sent."""

from __future__ import annotations

from pathlib import Path

from tests import canary
from tests.scanner.reporting.frauds import fraud
from tests.servers.desk import Answer, Desk
from vigie.ledger.report_types import Draft, FetchedFraud, Taken
from vigie.scanner.reporting.known import CHANNELS
from vigie.scanner.reporting.settings import ChannelSettings, ChannelsSettings

PLACES = {
    "signal-spam": "/api/signaler",
    "phishing-initiative": "/api/v1/submissions/",
    "netcraft": "/api/v3/report/urls",
    "misp": "/events/add",
    "webhook": "/hook",
}
"""Where each desk takes reports, below its host (the desks' own published addresses)."""
DONE = {
    "signal-spam": Answer(202, b"OK"),
    "phishing-initiative": Answer(201, b'{"id": 4711, "url": "x"}'),
    "netcraft": Answer(200, b'{"message": "Successfully reported", "uuid": "lFQ9vJzdwxWau2LTPeu665VWSCpxiFGV"}'),
    "misp": Answer(200, b'{"Event": {"id": "17", "uuid": "x"}}'),
    "webhook": Answer(204),
}
RECEIPTS = {
    "signal-spam": "HTTP 202",
    "phishing-initiative": "4711",
    "netcraft": "lFQ9vJzdwxWau2LTPeu665VWSCpxiFGV",
    "misp": "17",
    "webhook": "HTTP 204",
}
NAMES = tuple(PLACES)


def settings(name: str, url: str, ca: Path, folder: Path, **more: object) -> ChannelSettings:
    """Of the desk `name` that stands at `url`."""
    secret = folder / f"{name}.token"
    if not secret.exists():
        secret.write_text(canary.secret(name) + "\n")
        secret.chmod(0o600)
    base = {
        "signal-spam": "/api/signaler",
        "phishing-initiative": "/api/v1/",
        "netcraft": "/api/v3",
        "webhook": "/hook",
    }
    told: dict[str, object] = {"url": url + base.get(name, ""), "ca_file": ca, "timeout_s": 20}
    own: dict[str, dict[str, object]] = {
        "signal-spam": {"username": "accueil@example.org", "password_file": secret},
        "phishing-initiative": {"token_file": secret},
        "netcraft": {"email": "vigie@example.org"},
        "misp": {"key_file": secret},
        "webhook": {"token_file": secret},
    }
    found = ChannelsSettings.model_validate({name.replace("-", "_"): told | own[name] | more}).of(name)
    assert found is not None
    return found


def of(name: str, desk: Desk, folder: Path, **more: object) -> ChannelSettings:
    """The same, of the desk that answers here."""
    return settings(name, desk.url, desk.ca, folder, **more)


def draft(name: str, chosen: ChannelSettings, one: FetchedFraud | None = None) -> Draft:
    """What it would send."""
    return CHANNELS[name].write(one or fraud(), chosen, None)


def send(name: str, chosen: ChannelSettings, one: FetchedFraud | None = None) -> str:
    """Writes and sends; gives the receipt."""
    made = one or fraud()
    return CHANNELS[name].send(Taken(made.report, draft(name, chosen, made)), chosen, None)
