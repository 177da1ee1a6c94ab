"""SPF: the openspf suite of RFC 7208, all of it, through our own resolvers and with our limits."""

from __future__ import annotations

from tests.auth_checks.openspf import CASES, as_zone, cases, scenarios
from tests.servers.authority import Authority
from vigie.auth_checks.resolver import DnsResolver, ZoneResolver
from vigie.auth_checks.spf import evaluate

DEVIATIONS: dict[str, str] = {}
"""Case -> why we give another result than the suite. None."""


def test_openspf_suite():
    wrong = []
    number = 0
    for scenario in scenarios():
        resolver = ZoneResolver(as_zone(scenario["zonedata"]))
        for case in cases(scenario):
            number += 1
            status, reason = evaluate(case.ip, case.sender, case.helo, resolver.session(), keep_private=False)
            if status.value not in case.results and case.name not in DEVIATIONS:
                wrong.append(f"{case.name}: {status} ({reason}), not {case.results}")
    assert not wrong, "\n".join(wrong)
    assert number == CASES


def test_openspf_suite_over_the_wire():
    """The same through the real resolver, as it is when nothing is configured: 30 questions and 5 seconds a message."""
    wrong = []
    for scenario in scenarios():
        with Authority(as_zone(scenario["zonedata"])) as server:
            resolver = DnsResolver(server.settings.model_copy(update={"cache_entries": 2000}))
            for case in cases(scenario):
                status, reason = evaluate(case.ip, case.sender, case.helo, resolver.session(), keep_private=False)
                if status.value not in case.results and case.name not in DEVIATIONS:
                    wrong.append(f"{case.name}: {status} ({reason}), not {case.results}")
    assert not wrong, "\n".join(wrong)
