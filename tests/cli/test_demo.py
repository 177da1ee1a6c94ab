"""`vigie demo` as people run it: in a pipe, in a terminal, interrupted, killed; nothing is ever left behind."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.program import environment, vigie
from vigie.cli.demo import mails, mailserver
from vigie.cli.demo.mails import DemoMail

COUNT = len(mails.load())


def processes_of(folder: Path) -> list[str]:
    """Command lines of processes that belong to that demo: by their environment, arguments or current folder."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            ours = f"TMPDIR={folder}".encode() in (place / "environ").read_bytes().split(b"\0")
            if ours or f"{folder}/" in command or str((place / "cwd").readlink()).startswith(f"{folder}/"):
                found.append(command)
    return found


def assert_nothing_left(folder: Path) -> None:
    deadline = time.monotonic() + 20
    while (left := processes_of(folder)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert left == []


@pytest.fixture
def temporary():
    """A folder for temporary files that the mail server, run as nobody, may pass through."""
    folder = Path(f"/tmp/vg-{os.getpid()}-{time.monotonic_ns() % 100_000}")
    folder.mkdir(mode=0o755)
    yield folder
    with suppress(OSError):
        for path in folder.glob("rapport-*"):
            path.unlink()
        folder.rmdir()


def test_in_a_pipe_it_ends_by_itself_and_counts_what_agrees(tmp_path, temporary):
    done = vigie("demo", "--speed", "30", cwd=tmp_path, env={"TMPDIR": str(temporary)})
    assert (done.returncode, done.stderr) == (0, ""), done.stdout[-2000:]
    agreed = re.search(r"(\d+) verdicts sur (\d+) sont ceux attendus", done.stdout)
    assert agreed is not None
    assert int(agreed[2]) == COUNT
    assert int(agreed[1]) >= COUNT * 0.95
    lines = [line for line in done.stdout.splitlines() if re.match(r"\d\d:\d\d:\d\d ", line)]
    assert len(lines) == COUNT
    assert [line for line in lines if "USURPATION" in line and "mis en quarantaine" in line]
    assert not [line for line in lines if "authentique" in line and "mis en quarantaine" in line]
    assert "\x1b" not in done.stdout
    (report,) = tmp_path.glob("rapport-demo-*.html")
    assert str(report) in done.stdout
    assert f"{COUNT} messages jugés" in report.read_text()
    assert list(temporary.iterdir()) == []
    assert_nothing_left(temporary)


def in_terminal(cwd: Path, temporary: Path) -> tuple[int, int]:
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(cwd)
        env = environment(TMPDIR=str(temporary), TERM="xterm", COLUMNS="110", LINES="40")
        os.execve(sys.executable, [sys.executable, "-m", "vigie", "demo", "--speed", "30"], env)
    return pid, terminal


def read_until(terminal: int, words: str, seconds: float) -> str:
    """What the terminal shows until `words` are there, or until its end."""
    text, deadline = "", time.monotonic() + seconds
    while words not in text and time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.5)[0]:
            try:
                piece = os.read(terminal, 65536)
            except OSError:  # Linux's way to say that the other side is closed
                break
            text += piece.decode(errors="replace")
    return text


def test_in_a_terminal_it_goes_on_until_ctrl_c_and_says_where_the_report_lies(tmp_path, temporary):
    pid, terminal = in_terminal(tmp_path, temporary)
    shown = read_until(terminal, "c'est tout", 90)
    assert "c'est tout" in shown
    assert "USURPATION" in shown
    os.write(terminal, b"\x03")
    rest = read_until(terminal, "\0never", 60)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    os.close(terminal)
    (report,) = tmp_path.glob("rapport-demo-*.html")
    assert report.name in rest
    assert "[[accounts]]" in rest
    assert "Traceback" not in shown + rest
    assert list(temporary.iterdir()) == []
    assert_nothing_left(temporary)


def test_ctrl_c_in_the_middle_reports_what_was_judged(tmp_path, temporary):
    pid, terminal = in_terminal(tmp_path, temporary)
    shown = read_until(terminal, "USURPATION", 60)
    os.write(terminal, b"\x03")
    rest = read_until(terminal, "\0never", 60)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    os.close(terminal)
    assert "rapport-demo-" in rest
    assert "Traceback" not in shown + rest
    assert_nothing_left(temporary)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_whatever_ends_it_no_process_stays(tmp_path, temporary, number):
    with subprocess.Popen(
        [sys.executable, "-m", "vigie", "demo"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment(TMPDIR=str(temporary)),
    ) as run:  # fmt: skip
        assert run.stdout is not None
        run.stdout.readline()
        while b"USURPATION" not in run.stdout.readline():
            pass
        run.send_signal(number)
        rest = run.stdout.read()
    assert b"Traceback" not in rest
    assert_nothing_left(temporary)
    if number == signal.SIGTERM:
        assert list(temporary.iterdir()) == []
        assert b"rapport-demo-" in rest
    else:
        subprocess.run(["rm", "-rf", *map(str, temporary.iterdir())], check=True)


def test_without_dovecot_the_small_server_serves(tmp_path, temporary):
    code = (
        "from vigie.cli.demo import mails, mailserver; mailserver.dovecot_program = lambda: None; "
        "few = [mail for mail in mails.load() if mail.arrives == 0][:20]; mails.load = lambda: few; "
        "from vigie.cli import main; raise SystemExit(main.run(['demo', '--speed', '30']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120, env=environment(TMPDIR=str(temporary)),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert "pymap" in done.stdout
    assert "mis en quarantaine" in done.stdout
    assert_nothing_left(temporary)


def test_dovecot_is_found_where_it_is_installed():
    assert mailserver.dovecot_program() is not None


def test_the_inbox_is_what_the_issue_asks_for():
    found = mails.load()
    assert sum(mail.arrives == 0 for mail in found) >= 40
    assert any(mail.arrives > 0 for mail in found)
    assert len({mail.sha256 for mail in found}) == len(found)
    assert all(isinstance(mail, DemoMail) and mail.expect for mail in found)
