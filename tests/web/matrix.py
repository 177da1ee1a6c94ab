"""Who may call which route: every route of the application has a row here, and a test compares.

A row says the least role; OPEN: anybody. `scope`: what somebody with the role, but not for that account, gets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vigie.ledger.people_types import Role
from vigie.ledger.token_types import Use

OPEN = None
ANY = Role.READER


@dataclass(frozen=True)
class Row:
    """One route and method."""

    role: Role | None
    """The least one; None: anybody, signed in or not."""
    form: Mapping[str, Any] = field(default_factory=dict)
    """What a browser sends, so that nothing but the person can be the reason for a refusal."""
    ids: Mapping[str, str] = field(default_factory=dict)
    """What stands for the parts of the path."""
    every_account: bool = False
    """For admins of every account alone."""
    case: bool = False
    """About the case, campaign or job of the mailbox `accueil`: for people of another one it does not exist."""
    use: Use | None = None
    """Of the API: a token that is good for it, whoever is signed in; nobody's cookie opens it."""
    set_up: bool = False
    """Also for who has to set up a second factor first."""


ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/healthz"): Row(OPEN),
    ("GET", "/readyz"): Row(OPEN),
    ("GET", "/api/openapi.json"): Row(OPEN),
    ("GET", "/static"): Row(OPEN),
    ("GET", "/sign-in"): Row(OPEN),
    ("POST", "/sign-in"): Row(OPEN, {"name": "nobody", "password": "x"}),
    ("POST", "/sign-out"): Row(OPEN),
    ("POST", "/language"): Row(OPEN, {"language": "en"}),
    ("GET", "/sign-in/provider"): Row(OPEN),
    ("GET", "/sign-in/provider/done"): Row(OPEN),
    ("GET", "/invitation/{token}"): Row(OPEN, ids={"token": "x"}),
    ("POST", "/invitation/{token}"): Row(OPEN, {"fresh": "x", "again": "x"}, ids={"token": "x"}),
    ("GET", "/invitation/{token}/provider"): Row(OPEN, ids={"token": "x"}),
    ("GET", "/ask/{token}"): Row(OPEN, ids={"token": "x"}),
    ("POST", "/ask/{token}"): Row(OPEN, ids={"token": "x"}),
    ("GET", "/verifier"): Row(OPEN),
    ("POST", "/verifier"): Row(OPEN, {"text": "Bonjour"}),
    ("GET", "/profile"): Row(ANY, set_up=True),
    ("POST", "/profile/digest"): Row(Role.REVIEWER, {"address": "revue@example.org", "password": "x"}),
    ("POST", "/profile/password"): Row(ANY, {"password": "x", "fresh": "x", "again": "x"}, set_up=True),
    ("GET", "/profile/second-factor"): Row(ANY, set_up=True),
    ("POST", "/profile/second-factor"): Row(ANY, {"password": "x", "code": "1", "secret": "A" * 27}, set_up=True),
    ("POST", "/profile/second-factor/off"): Row(ANY, {"password": "x"}, set_up=True),
    ("POST", "/profile/sessions/end"): Row(ANY, {"which": "none"}, set_up=True),
    ("GET", "/accounts"): Row(ANY),
    ("GET", "/people"): Row(Role.ADMIN),
    ("POST", "/people/invite"): Row(Role.ADMIN, {"role": "reader", "accounts": ["compta"]}),
    ("POST", "/people/invitations/{invitation}/withdraw"): Row(Role.ADMIN, ids={"invitation": "x"}),
    ("GET", "/people/{user_id}"): Row(Role.ADMIN),
    ("POST", "/people/{user_id}/rights"): Row(Role.ADMIN, {"role": "reader", "accounts": ["compta"]}),
    ("POST", "/people/{user_id}/disable"): Row(Role.ADMIN),
    ("POST", "/people/{user_id}/enable"): Row(Role.ADMIN),
    ("POST", "/people/{user_id}/renew"): Row(Role.ADMIN),
    ("POST", "/people/{user_id}/sessions/end"): Row(Role.ADMIN),
    ("POST", "/people/{user_id}/remove"): Row(Role.ADMIN),
    ("GET", "/tokens"): Row(Role.ADMIN),
    ("POST", "/tokens"): Row(Role.ADMIN, {"name": "x", "uses": ["check"], "days": "1", "accounts": ["compta"]}),
    ("POST", "/tokens/{token_id}/revoke"): Row(Role.ADMIN, ids={"token_id": "x"}),
    ("POST", "/api/v1/check"): Row(OPEN, use=Use.CHECK),
    ("POST", "/api/v1/examine"): Row(OPEN, use=Use.CHECK),
    ("POST", "/api/v1/examine-text"): Row(OPEN, use=Use.CHECK),
    ("POST", "/api/v1/reports"): Row(OPEN, use=Use.REPORT),
    ("GET", "/api/v1/records"): Row(OPEN, use=Use.RECORDS),
    ("GET", "/audit"): Row(Role.ADMIN),
    ("GET", "/settings"): Row(Role.ADMIN, every_account=True),
    ("GET", "/"): Row(ANY),
    ("GET", "/events"): Row(ANY),
    ("GET", "/cases"): Row(ANY),
    ("GET", "/cases.csv"): Row(ANY),
    ("GET", "/cases/{record_id}"): Row(ANY, case=True),
    ("POST", "/cases/{record_id}/decision"): Row(Role.REVIEWER, {"deed": "confirm", "seen": "0"}, case=True),
    ("POST", "/cases/{record_id}/message"): Row(Role.REVIEWER, case=True),
    ("GET", "/cases/{record_id}/message/{request_id}"): Row(Role.REVIEWER, case=True),
    ("GET", "/cases/{record_id}/message/{request_id}/frame"): Row(Role.REVIEWER, case=True),
    ("GET", "/cases/{record_id}/message/{request_id}/raw"): Row(Role.REVIEWER, case=True),
    ("POST", "/cases/{record_id}/reports"): Row(Role.REVIEWER, {"channel": "folder"}, case=True),
    ("GET", "/cases/{record_id}/reports/{report_id}"): Row(Role.REVIEWER, case=True),
    ("POST", "/cases/{record_id}/reports/{report_id}"): Row(Role.REVIEWER, {"deed": "drop"}, case=True),
    ("GET", "/cases/{record_id}/reports/{report_id}/raw"): Row(Role.REVIEWER, case=True),
    ("GET", "/reports"): Row(ANY),
    ("GET", "/reports.csv"): Row(ANY),
    ("GET", "/campaigns"): Row(ANY),
    ("GET", "/campaigns/{campaign_id}"): Row(ANY, case=True),
    ("POST", "/campaigns/{campaign_id}/decision"): Row(Role.REVIEWER, {"deed": "confirm", "seen": "1"}, case=True),
    ("GET", "/handed-in"): Row(ANY),
    ("POST", "/handed-in/{handed_id}/decision"): Row(Role.REVIEWER, {"deed": "dismiss", "seen": "0"}, case=True),
    ("GET", "/jobs/{job_id}"): Row(ANY, case=True),
    ("POST", "/jobs/{job_id}/undo"): Row(Role.REVIEWER, case=True),
}
