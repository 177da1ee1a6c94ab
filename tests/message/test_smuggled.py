"""Remnants of SMTP smuggling (S-60): every way to end a line around the dot, and what a person may write."""

import pytest

from tests.counting import lines
from tests.message.mails import REST, mail
from vigie.message import smuggled
from vigie.message.parse import read
from vigie.message.smuggled import smuggling

COMMANDS = b"MAIL FROM:<admin@a.example>\r\nRCPT TO:<lea@b.example>\r\nDATA\r\nFrom: admin@a.example\r\n\r\nBonjour"
HEADER = b"From: admin@a.example\r\nTo: lea@b.example\r\nSubject: x\r\n\r\nBonjour"
ENDS = [(b"\n", b"\r\n"), (b"\n", b"\n"), (b"\r", b"\r\n"), (b"\r", b"\r"), (b"\r\n", b"\n"), (b"\r\n", b"\r\n")]


@pytest.mark.parametrize(
    "after", [COMMANDS, HEADER, COMMANDS.lower(), b"EHLO x.example\r\n", b"RSET\r\n", b"\r\n" + HEADER]
)
@pytest.mark.parametrize("ends", ENDS, ids=repr)
def test_a_second_mail_behind_a_dot(ends, after):
    before, behind = ends
    found = smuggling(b"Bonjour," + before + b"." + behind + after)
    assert found is not None
    assert (found.code, found.structural) == ("smuggled-message", True)
    assert smuggling(b"." + behind + after) is not None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b".",
        b".\r\n",
        b"Bonjour,\r\n.\r\n.\r\nBien a vous\r\n",
        b"..\r\nMAIL FROM:<a@b.example>\r\n",
        b"Il a ecrit :\r\n.\r\nFrom: Claire\r\nje ne sais plus\r\n",
        b"x .\r\nFrom: a\r\nTo: b\r\nSubject: c\r\n",
        b"Notes\r\n.\r\nTo: b\r\nSubject: c\r\nDate: d\r\n",
        b"EHLO x.example\r\nMAIL FROM:<a@b.example>\r\n",
        b"Notes\r\n.\r\ndata is here\r\n",
    ],
)
def test_what_a_person_writes(body):
    assert smuggling(body) is None


def test_the_message_has_the_defect():
    found = read(mail(header=f"From: a@b.example\r\n{REST}", body="Bonjour\n.\r\n" + COMMANDS.decode()))
    assert "smuggled-message" in {defect.code for defect in found.structural_defects}


def test_many_dots_cost_little():
    assert smuggling(b".\n" * 500_000) is None


@pytest.mark.parametrize("piece", [b"\n", b"\r", b"\r\n", b"a\r\n", b".\n", b"x" * 70 + b"\r\n"])
def test_twenty_megabytes_cost_little(piece):
    body = piece * (20_000_000 // len(piece))
    """Behind a bounded number of dots alone it is looked further, in a bounded number of lines; how long: tests.soak.linear."""
    assert lines(lambda: smuggling(body), smuggled) < smuggled.DOTS * (smuggled._LINES + 10) * 8


def test_a_dot_at_the_very_top_counts():
    assert smuggling(b".\r\nMAIL FROM:<x@fraude.example>\r\n") is not None
