"""Pages with an API that judges: the name servers of a golden mail, and a border whose word counts for mailboxes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.api.asking import API, asked
from tests.web.conftest import MAILBOXES
from tests.web.review.seeded import GENUINE, SAMPLES
from tests.web.served import serve
from vigie.auth_checks.settings import DnsSettings, TrustSettings
from vigie.judge.settings import JudgeSettings, LimitSettings

SITE = "https://addin.example.org"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[API]:
    judge = JudgeSettings(
        dns=DnsSettings(zone_file=SAMPLES[GENUINE] / "dns.toml"),
        trust=TrustSettings(border_hosts=("mx.demo.example",), authserv_ids=("mx.demo.example",)),
        limits=LimitSettings(workers=2, wall_s=30, ocr=False),
    )
    settings = {"origins": (SITE,), "message_bytes": 64 * 1024, "per_minute": 10_000, "reports_per_hour": 10_000}
    with serve(tmp_path_factory.mktemp("api"), mailboxes=MAILBOXES, judge=judge, api=settings) as pages:
        yield asked(pages)
