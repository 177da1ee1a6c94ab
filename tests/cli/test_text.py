"""`vigie text`: exit statuses, the object, and what a person without a terminal or a file meets, run as a program."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import subprocess
import sys

import pytest

from tests.cli.program import JUDGING, environment, one_line, vigie
from tests.corpus.build import pdf, png
from vigie.cli import main
from vigie.cli.inert import inert, quoting_inertly

FALSE = "Assurance Maladie : remboursement de 312,40 € en attente. https://remb-sante.example/a\n"
HONEST = "Pharmacie des Tilleuls : votre commande est prête.\n"


@pytest.fixture
def here(tmp_path):
    (tmp_path / "vigie.toml").write_text(JUDGING)
    (tmp_path / "false.txt").write_text(FALSE)
    (tmp_path / "honest.txt").write_text(HONEST)
    (tmp_path / "empty.txt").write_text(" \n")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["text", "false.txt"], 1),
        (["text", "--no-fail", "false.txt"], 0),
        (["text", "--kind", "call", "false.txt"], 0),
        (["text", "honest.txt"], 0),
        (["text", "--kind", "lettre", "false.txt"], 1),
        (["text", "--kind", "appel", "false.txt"], 0),
        (["text", "--kind", "fax", "honest.txt"], 2),
        (["text", "absent.txt"], 3),
        (["text", "empty.txt"], 3),
    ],
)
def test_exit_statuses(here, monkeypatch, arguments, status):
    monkeypatch.chdir(here)
    assert main.run(arguments) == status


def test_json_is_the_object_of_check_with_the_kind(here):
    done = vigie("text", "--json", cwd=here, stdin=FALSE.encode())
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert (told["path"], told["kind"], told["verdict"], told["authentication"]) == ("-", "sms", "impersonation", None)
    assert (told["links"][0]["host"], told["links"][0]["official"]) == ("remb-sante.example", False)
    assert "33700" in " ".join(told["advice"]["fr"])
    assert done.stderr == ""


def test_the_first_line_says_verdict_and_kind(here):
    done = vigie("--lang", "en", "text", "--kind", "letter", "-", cwd=here, stdin=FALSE.encode())
    assert done.stdout.splitlines()[0] == "IMPERSONATION  (read as a letter)"


def test_bytes_that_are_no_utf8_are_judged_all_the_same(here):
    assert vigie("text", cwd=here, stdin=FALSE.encode("latin-1", "replace") + b"\xff\x00").returncode == 1


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (png(20, 20, "#336699"), "this is no text"),
        (os.urandom(20_000), "this is no text"),
        (pdf(["Votre carte Vitale expire."]), "this is no text"),
        (b"Return-Path: <a@example.org>\nFrom: Ameli <a@example.org>\n\nBonjour\n", "vigie check false.txt"),
        (b"Received: from mx.example.org by mx2.example.org\n\nBonjour\n", "vigie check false.txt"),
        (b"From: Ameli <a@example.org>\nMime-Version: 1.0\n\nBonjour\n", "vigie check false.txt"),
    ],
)
def test_what_is_no_text_is_told_so(here, raw, words):
    (here / "false.txt").write_bytes(raw)
    done = vigie("--lang", "en", "text", "false.txt", cwd=here)
    assert (done.returncode, done.stdout) == (3, "")
    assert words in one_line(done.stderr)


@pytest.mark.parametrize("head", ["Received: 10:04", "Received : le 20 novembre", "Message-ID: 42"])
def test_an_exported_text_message_is_a_text(here, head):
    assert vigie("text", cwd=here, stdin=f"{head}\n{FALSE}".encode()).returncode == 1


def test_a_mail_copied_out_of_a_mail_client_is_a_text(here):
    copied = f"De : Ameli <info@remb-sante.example>\nObjet : Votre remboursement\nFrom: x\n\n{FALSE}"
    assert vigie("text", cwd=here, stdin=copied.encode()).returncode == 1


@pytest.mark.parametrize("code", ["utf-16", "utf-16-be", "utf-8-sig"])
def test_texts_as_windows_saves_them(here, code):
    mark = b"\xfe\xff" if code == "utf-16-be" else b""
    saved = mark + FALSE.encode(code)
    done = vigie("text", "--json", cwd=here, stdin=saved)
    assert done.returncode == 1
    assert json.loads(done.stdout)["sha256"] == hashlib.sha256(saved).hexdigest()


def test_a_text_of_windows_is_quoted_as_it_stands(here):
    letters = (
        "Assurance Maladie : crédité à l'Isère, remboursement de 312,40 € en attente. https://remb-sante.example/a"
    )
    done = vigie("text", cwd=here, stdin=letters.encode("cp1252"))
    assert done.returncode == 1
    assert "crédité à l'Isère" in done.stdout


def test_somebody_at_a_terminal_is_told_what_to_do(here):
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "vigie", "text"],
        cwd=here,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as program:
        os.close(theirs)
        os.write(ours, HONEST.encode() + b"\x04")
        out, err = program.communicate(timeout=60)
    os.close(ours)
    assert "Ctrl-D" in err.decode()
    assert "sans rapport" in out.decode()
    assert program.returncode == 0


def test_the_false_link_cannot_be_clicked_and_no_line_is_said_twice(here):
    done = vigie("--lang", "fr", "text", "-", cwd=here, stdin=FALSE.encode())
    assert "https://remb-sante" not in done.stdout
    assert "hxxps://remb-sante[.]example/a" in done.stdout
    told, _, details = done.stdout.partition("  Détails techniques :\n")
    assert "www.ameli.fr" in told
    lines = details.splitlines()
    assert lines
    assert len(lines) == len(set(lines))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://a.example/b.c?d=e", "hxxps://a[.]example/b.c?d=e"),
        ("« HTTP://A.example », puis www.b.example.", "« HxxP://A[.]example », puis www[.]b[.]example[.]"),
        ("ameli.fr, x@a.example", "ameli.fr, x@a.example"),
    ],
)
def test_addresses_are_inert(text, shown):
    assert inert(text) == shown


def test_only_what_the_mail_says_is_inert():
    told = "Un lien : « https://a.example/x ». En réalité, non (source : https://www.ameli.fr)."
    assert quoting_inertly(told, ["https://a.example/x", ""]) == told.replace(
        "https://a.example", "hxxps://a[.]example"
    )
