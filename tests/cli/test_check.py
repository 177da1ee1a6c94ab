"""`vigie check`: exit statuses, the contract's JSON, and every kind of bad input, run as a program."""

from __future__ import annotations

import json
import mailbox
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import DEMO, FALSE, GENUINE, JUDGING, ORDINARY, environment, one_line, vigie
from tests.corpus.build import png
from vigie.cli import language, main

KEYS = ["path", "sha256", "message_id", "verdict", "brand", "authentication", "findings", "decided_by", "links",
        "explanation", "advice", "elapsed_ms"]  # fmt: skip
PNG = png(20, 20, "#336699")
VERDICTS = {"impersonation", "suspicious", "undecided", "genuine", "unrelated"}


@pytest.fixture
def here(tmp_path):
    (tmp_path / "vigie.toml").write_text(JUDGING)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["check", str(GENUINE)], 0),
        (["check", str(ORDINARY)], 0),
        (["check", str(FALSE)], 1),
        (["check", "--no-fail", str(FALSE)], 0),
        (["check", str(ORDINARY), "absent.eml"], 3),
        (["check", str(FALSE), "absent.eml"], 3),
        (["check", "--no-fail", str(FALSE), "absent.eml"], 3),
        (["check"], 2),
        (["check", "--nonsense", str(FALSE)], 2),
        (["chek", str(FALSE)], 2),
        (["--config", "absent.toml", "check", str(FALSE)], 2),
        (["--config", "absent.toml", "check", "absent.eml"], 2),
        (["--lang", "de", "check", str(FALSE)], 2),
        (["--log-format", "xml", "check", str(FALSE)], 2),
        (["--version"], 0),
        (["--help"], 0),
        ([], 2),
    ],
)
def test_exit_statuses(here, monkeypatch, arguments, status):
    monkeypatch.chdir(here)
    assert main.run(arguments) == status


def test_json_is_the_contract(here):
    done = vigie("check", "--json", GENUINE, FALSE, ORDINARY, cwd=here)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [item["path"] for item in told] == [str(GENUINE), str(FALSE), str(ORDINARY)]
    assert [item["verdict"] for item in told] == ["genuine", "impersonation", "unrelated"]
    assert [item["brand"] for item in told] == ["ameli", "ameli", None]
    assert done.stderr == ""
    for item in told:
        assert [key for key in item if key in KEYS] == KEYS
        assert set(item["explanation"]) == set(item["advice"]) == {"fr", "en"}
        assert {"spf", "dkim", "dmarc", "arc", "authenticated_domain", "complete"} <= set(item["authentication"])
    genuine, false, _ = told
    assert genuine["authentication"]["complete"] is True
    assert genuine["authentication"]["authenticated_domain"] == "info.ameli.fr"
    assert {"status", "domain", "selector", "provenance", "reason"} <= set(genuine["authentication"]["dkim"][0])
    assert all(link["official"] for link in genuine["links"])
    finding = false["findings"][0]
    assert {"rule", "kind", "strength", "layer", "quotes"} <= set(finding)
    assert {"where", "text"} == set(finding["quotes"][0])
    assert {"shown", "target", "host", "official", "unwrapped_from"} == set(false["links"][0])


def test_output_is_in_input_order_and_every_demo_mail_is_judged(here):
    done = vigie("check", "--json", DEMO, cwd=here)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    names = sorted(path.name for path in DEMO.glob("*.eml"))
    assert [item["path"].rsplit("/", 1)[1] for item in told] == names
    assert {item["verdict"] for item in told} <= VERDICTS
    assert not [item for item in told if "error" in item]


@pytest.mark.parametrize(
    "raw",
    [
        PNG,
        os.urandom(20_000),
        b"\0" * 5000,
        b"Ameli : votre carte expire https://a.example\n",
        b"Subject matter\n\nFrom: a\n",
    ],
    ids=["picture", "noise", "zeros", "text", "field-in-the-body"],
)
def test_what_is_no_mail_is_told_so(here, raw):
    (here / "thing").write_bytes(raw)
    for path in ("thing", "-"):
        done = vigie("--lang", "en", "check", path, cwd=here, stdin=raw)
        assert (done.returncode, done.stdout) == (3, "")
        assert "this is no mail" in done.stderr
        assert "vigie text" in done.stderr


@pytest.mark.parametrize("head", [b"", b"\xef\xbb\xbf", b"\r\n\n", b">From x@example.org\n", b"no field\n"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_header_that_begins_oddly_is_one(here, head, end):
    raw = head + b"SUBJECT : a" + end + end + b"Bonjour"
    assert json.loads(vigie("check", "--json", "-", cwd=here, stdin=raw).stdout)["verdict"] == "unrelated"


def test_the_same_message_in_every_kind_of_box_gets_the_same_verdict(here):
    raw = FALSE.read_bytes()
    (here / "box.mbox").write_bytes(
        b"From x@example.org Sat Nov 21 10:00:00 2026\n" + raw.replace(b"\r\n", b"\n") + b"\n"
    )
    mailbox.Maildir(here / "Maildir", create=True).add(raw)
    done = vigie("check", "--json", FALSE, "box.mbox", "Maildir", "-", cwd=here, stdin=raw)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [item["verdict"] for item in told] == ["impersonation"] * 4
    assert told[1]["path"] == "box.mbox#1"
    assert told[3]["path"] == "-"


def test_a_signature_verifies_out_of_an_mbox_with_unix_line_ends(here):
    raw = GENUINE.read_bytes().replace(b"\r\n", b"\n")
    (here / "box").write_bytes(b"From x@example.org Sat Nov 21 10:00:00 2026\n" + raw + b"\n")
    (told,) = vigie("check", "--json", "box", cwd=here).stdout.splitlines()
    assert json.loads(told)["verdict"] == "genuine"


def test_one_message_is_explained_in_french_and_in_english(here):
    done = vigie("check", FALSE, cwd=here)
    assert "USURPATION" in done.stdout
    assert "Ne cliquez sur aucun lien" in done.stdout
    assert "\x1b" not in done.stdout
    english = vigie("--lang", "en", "check", FALSE, cwd=here)
    assert "IMPERSONATION" in english.stdout
    assert "USURPATION" not in english.stdout


@pytest.mark.parametrize(
    ("arguments", "names", "chosen"),
    [
        ([], {}, "fr"),
        ([], {"LANG": "fr_FR.UTF-8"}, "fr"),
        ([], {"LANG": "C.UTF-8"}, "fr"),
        ([], {"LANG": "en_GB.UTF-8"}, "en"),
        ([], {"LANG": "en_GB.UTF-8", "LC_ALL": "fr_FR.UTF-8"}, "fr"),
        ([], {"LANG": "en_GB.UTF-8", "LC_ALL": ""}, "en"),
        (["--lang", "fr", "check"], {"LANG": "en_GB.UTF-8"}, "fr"),
        (["--lang=en", "check"], {}, "en"),
        (["--lang"], {}, "fr"),
    ],
)
def test_the_language_follows_the_locale_and_is_french_else(arguments, names, chosen):
    assert language.choose(arguments, names) == chosen


def test_check_needs_no_configuration(tmp_path):
    done = vigie("check", "--json", ORDINARY, cwd=tmp_path)
    assert done.returncode == 0
    assert json.loads(done.stdout)["verdict"] == "unrelated"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "ne peut pas être lu : ce fichier n'existe pas"),
        (lambda path: path.write_bytes(b""), "vide"),
        (lambda path: path.mkdir(), "aucun message"),
        (lambda path: path.symlink_to(path.name), "ces liens tournent en rond"),
        (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest"), ".msg"),
    ],
)
def test_what_cannot_be_read_is_one_line_and_the_rest_goes_on(here, make, words):
    make(here / "bad")
    done = vigie("check", "--json", "bad", GENUINE, cwd=here)
    assert words in one_line(done.stderr)
    assert json.loads(done.stdout)["verdict"] == "genuine"
    assert done.returncode == 3


@pytest.mark.parametrize(
    "raw",
    [
        FALSE.read_bytes()[:300],
        b"Subject: \0\n\n" + b"\0" * 5000,
        b"Subject: x\n" + os.urandom(20_000),
        b"From: a@example.org\n" * 3000,
        b"Content-Type: " + b"multipart/mixed; boundary=a;" * 2000 + b"\n\n--a\n" * 50,
        b"Subject: " + b"=?utf-8?q?=C3" * 3000 + b"\n\nx",
        b"Content-Type: text/html\n\n" + b"<div>" * 30_000,
    ],
    ids=["truncated", "zeros", "noise", "many-from", "semicolons", "encoded-words", "nested-html"],
)
def test_truncated_and_hostile_messages_are_judged(here, raw):
    done = vigie("check", "--json", "-", cwd=here, stdin=raw)
    assert json.loads(done.stdout)["verdict"] in VERDICTS
    assert done.returncode in (0, 1)
    assert "Traceback" not in done.stderr


def test_no_escape_sequence_of_a_mail_reaches_the_terminal(here):
    raw = b"From: \x1b[31mAssurance Maladie\x07 <x@evil.example>\nSubject: =?utf-8?q?carte_=1B]0;owned=07_Vitale_=C2=9B31m?=\n\nhttp://evil.example\n"
    done = vigie("-v", "check", "-", cwd=here, stdin=raw)
    assert not {"\x1b", "\x07", "\x9b"} & set(done.stdout + done.stderr)
    name = "a\x1b[2Jb.eml"
    assert "\x1b" not in vigie("check", name, cwd=here).stderr


def test_a_file_name_of_undecodable_bytes(here):
    path = os.fsencode(here) + b"/caf\xe9.eml"
    Path(os.fsdecode(path)).write_bytes(GENUINE.read_bytes())
    done = subprocess.run(
        [sys.executable, "-m", "vigie", "check", "--json", path],
        cwd=here,
        capture_output=True,
        check=False,
        env=environment(),
    )
    assert json.loads(done.stdout)["verdict"] == "genuine"
    assert done.returncode == 0


def test_a_configuration_typo_is_one_line(here):
    (here / "vigie.toml").write_text('[dns]\nnameserver = ["127.0.0.1"]\n')
    done = vigie("check", GENUINE, cwd=here)
    assert (
        one_line(done.stderr) == "vigie: vigie.toml:2: dns.nameserver: clé inconnue ; vouliez-vous dire nameservers ?"
    )
    assert (done.returncode, done.stdout) == (2, "")


def test_a_broken_pipe_is_quiet(here):
    (here / "box").write_bytes(
        (b"From x@example.org Sat Nov 21 10:00:00 2026\n" + ORDINARY.read_bytes() + b"\n\n") * 400
    )
    with subprocess.Popen(
        [sys.executable, "-m", "vigie", "check", "box"],
        cwd=here,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.readline()
        run.stdout.close()
        assert run.stderr.read() == b""
        assert run.wait(60) == 141


def test_an_interrupt_ends_it_without_a_traceback(here):
    with subprocess.Popen(
        [sys.executable, "-m", "vigie", "check", str(GENUINE), "-"],
        cwd=here,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as run:
        assert run.stdin is not None
        run.stdin.write(bytes(1 << 20))  # more than a pipe holds: the program is at work, and waits for the rest
        run.stdin.flush()
        run.send_signal(signal.SIGINT)
        _, stderr = run.communicate(timeout=30)
        assert run.returncode == 130
        assert b"Traceback" not in stderr


def test_every_error_of_the_command_line_names_the_help(here):
    line = one_line(vigie("check", "--nonsense", cwd=here).stderr)
    assert "vigie check --help" in line


def test_help_lists_only_commands_that_exist(here):
    listed = vigie("--help", cwd=here).stdout.split("Commands:")[1].split()
    for command in ("check", "text", "scan", "run", "web", "demo", "review", "catalog", "doctor", "evaluate", "init"):
        assert command in listed
        assert vigie(command, "--help", cwd=here).returncode == 0
    for missing in ("report", "backtest"):
        assert vigie(missing, cwd=here).returncode == 2


def test_the_help_does_not_load_what_commands_need(here):
    heavy = "('pydantic', 'rich.console', 'sqlalchemy', 'imapclient', 'vigie.judge')"
    code = f"import sys; from vigie.cli.main import build; build(); print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
