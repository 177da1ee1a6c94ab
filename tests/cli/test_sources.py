"""Raw messages from files: every kind, in order, read only, and what cannot be read is an item, too."""

from __future__ import annotations

import io
import mailbox
import os
import sys
import tracemalloc
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.scanner.mailboxes import mbox
from vigie.scanner.mailboxes.sources import Item, Unreadable, messages

MAIL = b"From: a@example.org\r\nSubject: x\r\n\r\nbody\r\n"
MARK = b"From a@example.org Sat Nov 21 10:00:00 2026\n"


def read(path: Path, limit: int = 1 << 20) -> list[Item | Unreadable]:
    return list(messages(str(path), limit=limit))


def test_one_file_is_one_message_byte_for_byte(tmp_path):
    (tmp_path / "a.eml").write_bytes(MAIL)
    assert read(tmp_path / "a.eml") == [Item(str(tmp_path / "a.eml"), MAIL)]


def test_the_limit_cuts_a_message(tmp_path):
    (tmp_path / "a.eml").write_bytes(MAIL + b"x" * 10_000)
    (item,) = read(tmp_path / "a.eml", limit=100)
    assert isinstance(item, Item)
    assert len(item.raw) == 100


def test_a_folder_is_walked_in_order_and_only_messages_count(tmp_path):
    for name in ("b/2.eml", "b/1.EML", "a/9.eml", "notes.txt", "c/d/e/f.eml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(MAIL)
    labels = [item.label.removeprefix(f"{tmp_path}/") for item in read(tmp_path)]
    assert labels == ["a/9.eml", "b/1.EML", "b/2.eml", "c/d/e/f.eml"]


def test_a_maildir_gives_cur_and_new_and_leaves_tmp_and_names_alone(tmp_path):
    box = mailbox.Maildir(tmp_path / "M", create=True)
    for number in range(4):
        box.add(f"From: a@example.org\nSubject: {number}\n\nx\n".encode())
    first = min((tmp_path / "M" / "new").iterdir())
    first.rename(tmp_path / "M" / "cur" / f"{first.name}:2,S")
    (tmp_path / "M" / "tmp" / "half").write_bytes(b"half")
    before = sorted(str(path) for path in (tmp_path / "M").rglob("*"))
    assert len(read(tmp_path / "M")) == 4
    assert sorted(str(path) for path in (tmp_path / "M").rglob("*")) == before


def test_an_mbox_written_by_the_standard_library(tmp_path):
    box = mailbox.mbox(tmp_path / "box")
    bodies = ["one\n", "From here on, a line that looks like a separator\nFrom x\n", "\n\nthree\n\n"]
    for body in bodies:
        mail = EmailMessage()
        mail["From"] = "a@example.org"
        mail.set_content(body)
        box.add(mail)
    box.flush()
    found = read(tmp_path / "box")
    assert [item.label for item in found] == [f"{tmp_path}/box#{number}" for number in (1, 2, 3)]
    for item, body in zip(found, bodies, strict=True):
        assert isinstance(item, Item)
        assert item.raw.split(b"\n\n", 1)[1] == body.encode()


def test_from_in_a_text_after_a_blank_line_is_no_separator():
    text = MARK + b"Subject: x\n\nHello\n\nFrom Paris with love\n\n" + MARK + b"Subject: y\n\nz\n"
    assert list(mbox.messages(io.BytesIO(text), limit=1000)) == [
        b"Subject: x\n\nHello\n\nFrom Paris with love\n",
        b"Subject: y\n\nz\n",
    ]


@given(
    st.lists(
        st.lists(
            st.sampled_from([b"", b"a", b"From x", b">From y", b"Subject: z", b"x" * 70_000]), min_size=1, max_size=6
        ),
        min_size=1,
        max_size=5,
    )
)
def test_what_mboxrd_writes_is_what_is_read(bodies):
    raws = [b"Subject: s\n\n" + b"\n".join(lines) + b"\n" for lines in bodies]
    quoted = []
    for raw in raws:
        lines = raw.split(b"\n")
        quoted.append(
            MARK + b"\n".join(b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in lines) + b"\n"
        )
    assert list(mbox.messages(io.BytesIO(b"".join(quoted)), limit=1 << 24)) == raws


def test_a_separator_counts_without_the_empty_line_before_it():
    text = MARK + b"Subject: x\n\nno end\n" + MARK + b"Subject: y\n\nz\n"
    assert list(mbox.messages(io.BytesIO(text), limit=1000)) == [b"Subject: x\n\nno end\n", b"Subject: y\n\nz\n"]


@given(st.binary(max_size=2000))
def test_no_bytes_make_it_fail(data):
    assert sum(map(len, mbox.messages(io.BytesIO(b"From " + data), limit=1000))) <= len(data) + 5


def test_memory_stays_flat_on_a_big_mbox(tmp_path):
    path = tmp_path / "big"
    with path.open("wb") as file:
        for number in range(3000):
            file.write(MARK + b"Subject: %d\n\n" % number + b"x" * 9000 + b"\n\n")
        file.write(MARK + b"Subject: long\n\n" + b"y" * 20_000_000)
    tracemalloc.start()
    count = sum(1 for _ in messages(str(path), limit=1 << 20))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 3001
    assert peak < 8 << 20


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: path.write_bytes(b""), "empty"),
        (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)), "outlook-msg"),
        (lambda path: path.mkdir(), "no-message"),
        (lambda path: path.symlink_to("nowhere"), "No such file or directory"),
        (lambda path: path.symlink_to(path.name), "Too many levels of symbolic links"),
        (lambda path: None, "No such file or directory"),
    ],
)
def test_what_holds_no_message_says_why(tmp_path, make, reason):
    path = tmp_path / "x"
    make(path)
    assert read(path) == [Unreadable(str(path), reason)]


def test_pipes_in_a_folder_are_left_alone_and_the_rest_goes_on(tmp_path):
    os.mkfifo(tmp_path / "a.eml")
    (tmp_path / "b.eml").write_bytes(MAIL)
    (tmp_path / "c.eml").symlink_to("nowhere")
    good, lost = read(tmp_path)
    assert good.label == f"{tmp_path}/b.eml"
    assert lost == Unreadable(f"{tmp_path}/c.eml", "No such file or directory")


def test_standard_input_is_a_message_or_an_mbox(monkeypatch):
    for data, labels in ((MAIL, ["-"]), (MARK + MAIL + b"\n" + MARK + MAIL, ["-#1", "-#2"]), (b"", ["-"])):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        assert [item.label for item in messages("-", limit=1000)] == labels


def test_a_name_with_a_nul_is_no_crash():
    assert isinstance(next(iter(messages("a\0b", limit=10))), Unreadable)
