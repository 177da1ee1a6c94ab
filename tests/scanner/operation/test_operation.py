"""The whole service from outside: what Prometheus reads, what an admin is told, and what a reload changes of both."""

from __future__ import annotations

import json
import re
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.scanner.operation.world import Watched
from tests.scanner.test_daemon import Running, running
from tests.scanner.test_supervisor import PATIENCE_S, until
from tests.scanner.world import mail
from tests.servers.dovecot import Dovecot, append
from tests.servers.hooks import Webhook
from vigie.scanner.operation.outlook import Outlook
from vigie.scanner.operation.settings import OperationSettings

ROOT = Path(__file__).parents[3]
FALSE = ROOT / "vigie" / "cli" / "demo_mails" / "026-assure-ameli-fr-prefixe.eml"
NOT_DRAWN = {"vigie_pass_seconds_sum", "vigie_pass_seconds_count"}
QUICK = {"look_s": 0.1, "steady_s": 0, "disk_free_mb": 1}


def figures(port: int) -> dict[str, float]:
    """Each sample by its name and labels; none while nobody listens there, or nobody answers yet."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE_S) as answer:
            text = answer.read().decode()
    except ConnectionError:
        return {}
    except urllib.error.URLError as error:
        if not isinstance(error.reason, ConnectionError):
            raise
        return {}
    return {
        " ".join([sample.name, *(f"{key}={value}" for key, value in sorted(sample.labels.items()))]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def listens(service: Running) -> list[int]:
    """The ports of the figures, as the service says them."""
    return [int(port) for port in re.findall(r" metrics on 127\.0\.0\.1 port ([0-9]+)\n", service.log())]


@pytest.fixture(scope="module")
def served(dovecot: Dovecot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, float], str]]:
    """Every figure of a service that has worked, and the account's name."""
    account = dovecot.account(mode="enforce")
    append(account, mail("a"), FALSE.read_bytes())
    operation = OperationSettings.model_validate({"metrics": {"listen": "127.0.0.1:0"}, "alerts": QUICK})
    with running(tmp_path_factory.mktemp("served"), account, operation=operation) as service:
        assert until(lambda: len(listens(service)) == 1), service.log()
        (port,) = listens(service)
        passed = f"vigie_actions_total account={account.name} result=quarantined"
        assert until(lambda: figures(port).get(passed) == 1), service.log()
        settled = f"vigie_lag_messages account={account.name} folder=INBOX"
        assert until(lambda: figures(port).get(settled) == 0), service.log()
        over = f"vigie_pass_seconds_count account={account.name}"
        assert until(lambda: figures(port).get(over, 0) >= 1), service.log()
        yield figures(port), account.name


def test_figures_say_what_was_done(served):
    found, name = served
    assert found[f"vigie_messages_judged_total account={name} verdict=impersonation"] == 1
    assert found[f"vigie_messages_judged_total account={name} verdict=unrelated"] == 1
    assert found[f"vigie_account_state account={name} state=ok"] == 1
    assert found[f"vigie_lag_seconds account={name} folder=INBOX"] == 0
    assert found[f"vigie_intents_open account={name} kind=quarantine"] == 0
    assert found["vigie_ledger_up"] == 1
    assert found["vigie_worker_kills_total cause=timeout"] == 0
    assert found["vigie_dns_errors_total"] == 0
    assert found["vigie_alerts_active kind=ledger"] == 0


def names(found: dict[str, float]) -> set[str]:
    """Without what Prometheus' own library says about the process."""
    return {key.split()[0] for key in found if key.startswith("vigie_")}


def test_every_figure_is_documented_and_every_documented_figure_exists(served):
    page = (ROOT / "docs" / "operation.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(vigie_[a-z_]+)`", page, re.MULTILINE))
    shown = {re.sub(r"_(bucket|count|sum)$", "", name) for name in names(served[0])}
    assert documented - shown == {"vigie_alerts_sent_total"}, "nothing was sent yet"
    assert shown <= documented


def test_the_dashboard_draws_what_exists(served):
    board = json.loads((ROOT / "deploy" / "grafana" / "vigie.json").read_text(encoding="utf-8"))
    known = names(served[0]) | {"vigie_alerts_sent_total"}
    drawn = set()
    for panel in board["panels"]:
        assert panel["title"]
        for target in panel.get("targets", ()):
            used = set(re.findall(r"\b(?:vigie|process)_[a-z_]+", target["expr"]))
            assert used, target["expr"]
            drawn |= used
    assert {name for name in drawn if name.startswith("vigie_")} <= known
    wanted = "lag_seconds lag_messages messages_judged_total actions_total intents_open worker_kills_total dns_errors_total account_state"
    assert {f"vigie_{name}" for name in wanted.split()} <= drawn
    assert {name for name in known if not name.endswith("_created")} - drawn <= NOT_DRAWN
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def alerts(webhook: Webhook) -> list[tuple[str, str, str]]:
    return [(one["kind"], one["subject"], one["state"]) for body, _ in webhook.got for one in body["alerts"]]


def test_a_stopped_account_is_told_and_so_is_its_end_after_a_reload_or_a_restart(
    dovecot: Dovecot, webhook: Webhook, tmp_path: Path
) -> None:
    webhook.got.clear()
    wrong = tmp_path / "wrong"
    wrong.write_text("not-the-password\n")
    good = dovecot.account()
    bad = good.model_copy(update={"password_file": wrong})
    hook = {"url": webhook.url, "ca_file": webhook.ca}
    operation = OperationSettings.model_validate({"alerts": QUICK | {"webhook": hook}})
    stopped = ("account-stopped", good.name)
    with running(tmp_path, bad, operation=operation) as service:
        assert until(lambda: alerts(webhook) == [(*stopped, "raised")]), service.log()
        service.spoil()
        service.tell(signal.SIGHUP)
        assert until(lambda: ("configuration", "", "raised") in alerts(webhook)), service.log()
        assert service.says(f"still at work on {good.name}")
        service.configure(good, operation=operation)
        service.tell(signal.SIGHUP)
        assert until(lambda: (*stopped, "over") in alerts(webhook)), service.log()
        assert until(lambda: ("configuration", "", "over") in alerts(webhook)), service.log()
        assert service.says(f"changed: {good.name}")
        service.configure(bad, operation=operation)
        service.tell(signal.SIGHUP)
        assert until(lambda: alerts(webhook).count((*stopped, "raised")) == 2), service.log()
        service.tell(signal.SIGTERM)
        assert service.process.wait(60) == 0
    with running(tmp_path, good, operation=operation) as service:
        assert until(lambda: alerts(webhook).count((*stopped, "over")) == 2), service.log()
    assert "not-the-password" not in json.dumps([body for body, _ in webhook.got])


def test_a_port_that_is_taken_costs_the_figures_and_nothing_else(ledger, webhook, caplog):
    outlook, watched = Outlook(), Watched(ledger, ())
    outlook.use(watched, OperationSettings.model_validate({"metrics": {"listen": f"127.0.0.1:{webhook.port}"}}))
    assert f"no metrics on 127.0.0.1 port {webhook.port}" in caplog.text
    assert outlook.port == 0
    for _ in range(2):  # the second is a reload: the listener stays
        outlook.use(watched, OperationSettings.model_validate({"metrics": {"listen": "127.0.0.1:0"}}))
        outlook.meter.reloaded("done")
    port = outlook.port
    assert figures(port)["vigie_reloads_total result=done"] == 2
    outlook.use(watched, OperationSettings.model_validate({"metrics": {"listen": f"127.0.0.1:{webhook.port}"}}))
    assert outlook.port == port, "where the new one cannot be, the old one stays"
    outlook.use(watched, OperationSettings())
    assert outlook.port == 0
    outlook.close()


@pytest.mark.parametrize("listen", ["0.0.0.0:9464", "192.0.2.1:9464", "localhost", "[::]:9464", "127.0.0.1:99999"])
def test_figures_are_for_this_machine_alone(listen):
    with pytest.raises(ValueError, match="loopback"):
        OperationSettings.model_validate({"metrics": {"listen": listen}})
