"""What an admin is told about mails that came through the real chain."""

from __future__ import annotations

import pytest

from tests.chain import letters
from tests.chain.world import BORDER, FILTERED, FILTERED_BELOW, STORE
from tests.cli.program import vigie


@pytest.fixture
def here(world, tmp_path):
    """A folder with the real mail and the false one as they were stored, and a vigie.toml."""
    real, false = world.account("real"), world.account("false")
    world.official(real, letters.genuine(), to=FILTERED)
    world.stranger(false, letters.spoof(), to=FILTERED)
    for name, account in (("real", real), ("false", false)):
        (tmp_path / f"{name}.eml").write_bytes(world.arrived(account))
    world.configure(tmp_path, [real, false], f'authserv_ids = ["{BORDER}"]')
    return tmp_path


def test_explain_auth_ends_in_the_one_line_to_trust(here):
    done = vigie("--lang", "en", "check", "--no-fail", "--explain-auth", "real.eml", "false.eml", cwd=here)
    assert (done.returncode, done.stderr) == (0, "")
    conclusions = [line for line in done.stdout.splitlines() if line.startswith("=>")]
    assert ["signed by info.ameli.fr" in conclusions[0], "nobody proves it" in conclusions[1]] == [True, True]
    assert "203.0.113.25, HELO out25.info.ameli.fr" in done.stdout
    assert "chain._domainkey.info.ameli.fr" in done.stdout
    assert "198.51.100.66" in done.stdout


def test_doctor_says_which_name_the_store_writes_and_what_rspamd_does(world, tmp_path):
    """The store's own Received field stands on top: without its name in border_hosts nothing is known about the client."""
    account = world.account("doctor")
    world.official(account, letters.genuine(), to=FILTERED_BELOW)
    world.arrived(account)
    config = world.configure(tmp_path, [account], f'authserv_ids = ["{BORDER}"]')
    text = config.read_text()
    told = vigie("--lang", "en", "doctor", cwd=tmp_path).stdout
    assert "finds the receiving server in 1 of the last 1 messages" in told
    assert "results_below = true" in told
    config.write_text(text.replace(f', "{STORE}"', ""))
    told = vigie("--lang", "en", "doctor", cwd=tmp_path).stdout
    assert "finds the receiving server in 0 of the last 1 messages" in told
    assert f"{STORE} (1)" in told
