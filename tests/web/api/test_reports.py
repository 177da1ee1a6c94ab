"""What somebody hands in is kept with her consent alone, sealed, once, and for as long as the cases (W-22, W-25)."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from tests.web.api.asking import API, MAIL
from tests.web.api.test_check import is_problem
from tests.web.review import seeded
from vigie.ledger.settings import RetentionSettings


def test_a_report_is_kept_with_consent_alone(api: API) -> None:
    ledger, mail = api.served.ledger, seeded.message(seeded.DISGUISED)
    headers = {**api.headers(), "Content-Type": MAIL}
    for refused in ("", "?consent=false"):
        assert is_problem(api.http.post(f"/api/v1/reports{refused}", content=mail, headers=headers), 422)
    assert ledger.handed_in.count() == 0
    made = api.http.post("/api/v1/reports?consent=true", content=mail, headers=headers)
    assert (made.status_code, made.json()["known"]) == (201, False)
    assert made.json()["case"]["verdict"] == "impersonation"
    again = api.http.post("/api/v1/reports?consent=true", content=mail, headers=headers)
    assert (again.status_code, again.json()["id"]) == (200, made.json()["id"])
    assert ledger.handed_in.message(made.json()["id"]) == mail
    with sqlite3.connect(ledger.path) as plain:
        (sealed,) = plain.execute("SELECT message FROM handed_in").fetchone()
    plain.close()
    assert mail[:40] not in sealed
    later = api.served.clock() + timedelta(days=RetentionSettings().days, seconds=1)
    ledger.expire(RetentionSettings(), later)
    assert ledger.handed_in.message(made.json()["id"]) is None
