"""No message stops, fills, ends or takes over the program: each fault costs its own message and nothing else."""

import os
import pickle
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, wait
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.effort import often
from tests.web.review.seeded import FORM, message
from vigie.judge import wire, workers
from vigie.judge.examine import Examiner
from vigie.judge.settings import JudgeSettings, LimitSettings
from vigie.judge.workers import WorkerPool, WorkersError
from vigie.rules.types import Case, Label

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
JUDGE, OBEDIENT = "vigie.judge.examine import Examiner", "tests.judge.hostile import Obedient"


def settings(**limits: float) -> JudgeSettings:
    return JudgeSettings(limits=LimitSettings.model_validate({"workers": 2, "wall_s": 30, **limits}))


def mail(subject: str = "Bonjour", body: str = "Rien de particulier.\r\n") -> bytes:
    return f"Subject: {subject}\nFrom: Ana <ana@example.org>\nMessage-ID: <1@example.org>\n\n{body}".encode()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def dead(pid: int) -> bool:
    return not alive(pid)


def until(condition: Callable[[], bool], what: str) -> None:
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.01)
    pytest.fail(f"never: {what}")


def rss_kib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


def processor_ticks(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[11])


@pytest.fixture
def obedient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that do what the subject says."""
    monkeypatch.setattr(
        workers,
        "_BOOT",
        workers._BOOT.replace("vigie.judge.examine import Examiner", "tests.judge.hostile import Obedient"),
    )


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(settings()) as shared:
        yield shared


def without_time(case: Case) -> Case:
    return replace(case, elapsed_ms=0)


def test_it_judges_as_the_examiner_does(pool: WorkerPool) -> None:
    examiner = Examiner(settings())
    earlier = timedelta(hours=-3)
    for raw in (
        mail(),
        mail("Votre carte Vitale", "Votre compte ameli est bloqué : http://ameli.example.net/ \r\n"),
        b"",
        b"\0\xff\r\n" * 1000,
        mail("x", "y" * 300_000),
    ):
        judged = pool.submit(raw, received=NOON + earlier, now=NOON, key="k").result()
        assert without_time(judged) == without_time(examiner.examine(raw, now=NOON, received=NOON + earlier))


def test_attachments_stay_closed_where_nobody_wants_them_opened(pool: WorkerPool) -> None:
    """FORM: a fraud whose form is an attachment."""
    raw = message(FORM)
    opened, closed = (
        pool.submit(raw, received=None, now=NOON, key="k", opens=opens).result() for opens in (True, False)
    )
    links = [{link.host for link in case.links} for case in (opened, closed)]
    assert links[1] < links[0]
    assert closed.error is None


def test_many_messages_keep_memory_flat(pool: WorkerPool) -> None:
    def judge(count: int) -> list[Case]:
        pending = [pool.submit(mail(f"n° {number}"), received=None, key=str(number)) for number in range(count)]
        return [future.result() for future in pending]

    judge(500)
    before = {pid: rss_kib(pid) for pid in pool.pids()}
    own = rss_kib(os.getpid())
    assert all(case.error is None for case in judge(often(1000, 2000)))
    assert len(before) == 2
    assert {pid: rss_kib(pid) - kib < often(4, 8) * 1024 for pid, kib in before.items()} == dict.fromkeys(before, True)
    assert rss_kib(os.getpid()) - own < often(12, 24) * 1024


@pytest.mark.usefixtures("obedient")
@pytest.mark.parametrize(
    ("subject", "limits", "kind", "detail"),
    [
        ("sleep 60", {"wall_s": 0.05}, "timeout", "longer than 0.05 s"),
        ("stop", {"wall_s": 0.05}, "timeout", "longer than 0.05 s"),
        ("compute", {"cpu_s": 1}, "timeout", "more than 1 s of processor time"),
        ("allocate", {"memory_bytes": 256 << 20}, "memory", "more memory than a message may use"),
        ("exit 0", {}, "crash", "the judging process ended with status 0"),
        ("exit 7", {}, "crash", "the judging process ended with status 7"),
        ("leave", {}, "crash", "the judging process ended with status 3"),
        ("signal 9", {}, "crash", "the judging process was ended by SIGKILL"),
        ("signal 11", {}, "crash", "the judging process was ended by SIGSEGV"),
        ("recurse", {}, "crash", "RecursionError at hostile.py:"),
        ("raise", {}, "crash", "ValueError at hostile.py:"),
        ("write", {}, "crash", "OSError at pathlib.py:"),
    ],
)
def test_a_fault_costs_its_own_message_and_nothing_else(
    subject: str, limits: dict[str, float], kind: str, detail: str
) -> None:
    with WorkerPool(settings(workers=1, **limits)) as pool:
        if "wall_s" not in limits:
            assert pool.submit(mail(), received=None, key="before").result().error is None
        bad = pool.submit(mail(subject), received=None, key="INBOX/1")
        after = pool.submit(mail("sleep 0"), received=None, key="after")
        case = bad.result()
        assert case.error is not None
        assert (case.error.kind, case.error.detail[: len(detail)]) == (kind, detail)
        assert "secret" not in case.error.detail
        assert (case.verdict.label, case.verdict.decided_by, case.evidence) == (Label.UNDECIDED, 0, None)
        assert (case.sha256, case.size) == (
            Examiner(settings()).examine(mail(subject), now=NOON).sha256,
            len(mail(subject)),
        )
        assert case.explanation["fr"]
        assert case.explanation["en"]
        if "wall_s" not in limits:
            assert after.result().error is None
    assert pool.pids() == ()


def test_a_real_message_over_the_wall_clock_is_a_timeout() -> None:
    """No trick: there are more bytes in it than can be read in a millisecond."""
    big = mail("x", "".join(f"<a href='http://example.net/{number}'>ameli</a>\r\n" for number in range(100_000)))
    with WorkerPool(settings(workers=1, wall_s=0.001)) as pool:
        case = pool.submit(big, received=None, key="k").result()
    assert case.error is not None
    assert case.error.kind == "timeout"


def test_a_low_memory_limit_leaves_room_for_the_process_to_start() -> None:
    with WorkerPool(settings(workers=1, memory_bytes=128 << 20)) as pool:
        assert pool.submit(mail(), received=None, key="k").result().error is None


@pytest.mark.usefixtures("obedient")
def test_a_worker_that_is_killed_while_it_works_is_replaced() -> None:
    with WorkerPool(settings(workers=1)) as pool:
        pool.submit(mail(), received=None, key="warm").result()
        (pid,) = pool.pids()
        before = processor_ticks(pid)
        future = pool.submit(mail("compute"), received=None, key="k")
        until(lambda: processor_ticks(pid) > before + 5, "at work")
        os.kill(pid, signal.SIGKILL)
        error = future.result().error
        assert error is not None
        assert error.kind == "crash"
        assert pool.submit(mail(), received=None, key="k").result().error is None
        assert pid not in pool.pids()


@pytest.mark.usefixtures("obedient")
def test_a_worker_that_is_killed_between_messages_costs_none() -> None:
    with WorkerPool(settings(workers=1)) as pool:
        for _ in range(3):
            assert pool.submit(mail(), received=None, key="k").result().error is None
            (pid,) = pool.pids()
            os.kill(pid, signal.SIGKILL)
            until(partial(dead, pid), "dead")
        assert pool.submit(mail(), received=None, key="k").result().error is None


@pytest.mark.usefixtures("obedient")
def test_many_faults_in_a_row_among_good_messages() -> None:
    subjects = ["exit 1", "sleep 0", "signal 11", "sleep 0", "raise", "sleep 0"] * 2
    with WorkerPool(settings()) as pool:
        pending = [pool.submit(mail(subject), received=None, key=subject) for subject in subjects]
        failed = [future.result().error is not None for future in pending]
    assert failed == [subject != "sleep 0" for subject in subjects]


def test_a_machine_that_starts_no_process_is_no_fault_of_the_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_BOOT", "raise SystemExit(1)")
    with WorkerPool(settings()) as pool, pytest.raises(WorkersError) as caught:
        pool.submit(mail(), received=None, key="k").result()
    assert caught.value.temporary
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with WorkerPool(settings()) as pool, pytest.raises(WorkersError):
        pool.submit(mail(), received=None, key="k").result()


@pytest.mark.usefixtures("obedient")
def test_submit_waits_while_too_much_is_under_way() -> None:
    with WorkerPool(settings(workers=1)) as pool:
        handed_in = []

        def hand_in() -> None:
            for number in range(50):
                handed_in.append(pool.submit(mail("sleep 0.01"), received=None, key=str(number)))
                under_way.append(sum(not future.done() for future in handed_in))

        under_way: list[int] = []
        thread = threading.Thread(target=hand_in)
        thread.start()
        thread.join()
        assert max(under_way) <= 4
        assert all(future.result().error is None for future in handed_in)


@pytest.mark.usefixtures("obedient")
def test_submit_bounds_the_bytes_that_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """X-18."""
    monkeypatch.setattr(workers, "WAITING_BYTES", 100_000)
    with WorkerPool(settings(workers=1)) as pool:
        handed_in = []
        for number in range(6):
            handed_in.append(pool.submit(mail("sleep 0.01", "x" * 90_000), received=None, key=str(number)))
            assert sum(not future.done() for future in handed_in) <= 1
        huge = pool.submit(mail("x", "x" * 200_000), received=None, key="alone")
        assert huge.result().error is None


@pytest.mark.usefixtures("obedient")
def test_closing_ends_everything_and_leaves_nothing_judged_that_is_not() -> None:
    pool = WorkerPool(settings())
    pool.submit(mail(), received=None, key="warm").result()
    pending = [pool.submit(mail("sleep 60"), received=None, key="k") for _ in range(5)]
    until(lambda: len(pool.pids()) == 2, "two processes")
    pids = pool.pids()
    pool.close()
    assert not any(alive(pid) for pid in pids)
    done, not_done = wait(pending, timeout=0)
    assert (len(done), len(not_done)) == (5, 0)
    for future in pending:
        with pytest.raises(CancelledError):
            future.result()
    with pytest.raises(RuntimeError, match="closed"):
        pool.submit(mail(), received=None, key="k")
    pool.close()


@pytest.mark.usefixtures("obedient")
def test_who_is_impatient_is_told_and_what_was_given_up_is_not_judged() -> None:
    judged: list[Case] = []
    with WorkerPool(settings(workers=1), most=2, told=judged.append) as pool:
        first = pool.submit(mail("sleep 5"), received=None, key="first")
        second = pool.submit(mail("sleep 60"), received=None, key="second")
        with pytest.raises(workers.CrowdedError):
            pool.submit(mail(), received=None, key="third", patient=False)
        assert second.cancel()
        assert pool.submit(mail(), received=None, key="last").result().error is None
        assert first.result().error is None
    assert len(judged) == 2


@pytest.mark.usefixtures("obedient")
def test_a_submit_that_waits_is_woken_by_closing() -> None:
    pool = WorkerPool(settings(workers=1))
    refused: list[Exception] = []

    def hand_in() -> None:
        try:
            for _ in range(10):
                pool.submit(mail("sleep 60"), received=None, key="k")
        except RuntimeError as error:
            refused.append(error)

    thread = threading.Thread(target=hand_in)
    thread.start()
    until(lambda: len(pool._under_way) == 4, "full")
    pool.close()
    thread.join()
    assert len(refused) == 1


@pytest.mark.usefixtures("obedient")
def test_one_message_starts_one_process() -> None:
    with WorkerPool(settings()) as pool:
        pool.submit(mail(), received=None, key="k").result()
        pool.submit(mail(), received=None, key="k").result()
        assert len(pool.pids()) == 1


@pytest.mark.usefixtures("obedient")
def test_it_works_from_a_daemon_thread() -> None:
    found: list[Case] = []

    def work() -> None:
        with WorkerPool(settings(workers=1)) as pool:
            found.append(pool.submit(mail(), received=None, key="k").result())

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join()
    assert found[0].error is None


@pytest.mark.usefixtures("obedient")
def test_processes_make_way_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """X-25."""
    monkeypatch.setattr(workers, "RECYCLE_AFTER", 2)
    with WorkerPool(settings(workers=1)) as pool:
        seen = set()
        for _ in range(5):
            assert pool.submit(mail(), received=None, key="k").result().error is None
            seen |= set(pool.pids())
    assert len(seen) >= 2


PROGRAM = f"""
import sys, time
from vigie.judge import workers
from vigie.judge.settings import JudgeSettings, LimitSettings
workers._BOOT = workers._BOOT.replace({JUDGE!r}, {OBEDIENT!r})
pool = workers.WorkerPool(JudgeSettings(limits=LimitSettings(workers=1, wall_s=100)))
pool.submit(b"Subject: x\\n\\n", received=None, key="k").result()
pool.submit(b"Subject: " + sys.argv[1].encode() + b"\\n\\n", received=None, key="k")
time.sleep(0.05)
print(*pool.pids(), flush=True)
time.sleep(100)
"""


INTERRUPTED = f"try:\n{textwrap.indent(PROGRAM, '    ')}\nexcept KeyboardInterrupt:\n    pool.close()"


@pytest.mark.parametrize("subject", ["compute", "sleep 90"])
def test_processes_end_with_the_program_however_it_ends(subject: str) -> None:
    program = subprocess.Popen([sys.executable, "-c", PROGRAM, subject], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    (pid,) = map(int, program.stdout.readline().split())
    assert alive(pid)
    program.kill()
    program.communicate()
    until(lambda: not alive(pid), "the judging process ended")


def test_ctrl_c_is_left_to_the_program() -> None:
    """As a terminal does it: SIGINT to the whole foreground group. Nothing but the program's own words on stderr."""
    program = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, "x"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert program.stdout is not None
    (pid,) = map(int, program.stdout.readline().split())
    os.kill(pid, signal.SIGINT)
    os.killpg(program.pid, signal.SIGINT)
    out, err = program.communicate()
    assert (program.returncode, out, err) == (0, "", "")
    assert not alive(pid)


@pytest.mark.usefixtures("obedient")
def test_processes_inherit_no_password_and_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VIGIE_PASSWORD", "canary")
    with (tmp_path / "open").open("w") as file, WorkerPool(settings(workers=1)) as pool:
        os.set_inheritable(file.fileno(), True)
        pool.submit(mail(), received=None, key="k").result()
        (pid,) = pool.pids()
        assert b"canary" not in Path(f"/proc/{pid}/environ").read_bytes()
        handles = {str(handle.readlink()) for handle in Path(f"/proc/{pid}/fd").iterdir()}
        assert {handle.partition(":")[0] for handle in handles} == {"/dev/null", "socket"}


@pytest.mark.usefixtures("obedient")
def test_nobody_chooses_the_seed_of_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """X-23: names of header fields that all fall into one bucket cannot be made for a seed that nobody knows."""
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    with WorkerPool(settings(workers=1)) as pool:
        pool.submit(mail(), received=None, key="k").result()
        (pid,) = pool.pids()
        assert b"PYTHONHASHSEED" not in Path(f"/proc/{pid}/environ").read_bytes()


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("echo taken over",)


@pytest.mark.parametrize(
    "payload",
    [
        pickle.dumps(Evil()),
        pickle.dumps(Label.GENUINE),
        pickle.dumps(datetime),
        b"cvigie.rules.types\nannotations\n.",
        b"cvigie.rules.types\nQuote.__init__\n.",
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"",
        b"\x80\x05",
        b"garbage",
    ],
)
def test_a_process_that_was_taken_over_runs_nothing_here(payload: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.unpack_case(payload)


def test_an_answer_of_absurd_length_is_refused() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"C\xff\xff\xff\xff")
        with pytest.raises(wire.WireError):
            wire.receive_answer(ours, time.monotonic() + 10)
        theirs.sendall(b"X\0\0\0\0")
        with pytest.raises(wire.WireError):
            wire.receive_answer(ours, time.monotonic() + 10)


def test_an_answer_that_is_there_is_taken_however_late_we_look() -> None:
    """The program was stopped (Ctrl-Z, a suspended machine) while the process went on: the message is not to blame."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire.send_answer(theirs, wire.READY)
        assert wire.receive_answer(ours, time.monotonic() - 1000) == (wire.READY, b"")
