"""Names of folders: namespaces and delimiters (RFC 2342), modified UTF-7 (RFC 9051 appendix A.1), UTF-8 (RFC 6855)."""

from __future__ import annotations

from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.servers.fakeimap import FakeImap, Reply
from vigie.scanner.mailboxes.base import MailboxError
from vigie.scanner.mailboxes.imap import connect
from vigie.scanner.mailboxes.imap_session import decoded, encoded

WITH_NAMESPACE = b"* CAPABILITY IMAP4rev1 UIDPLUS MOVE NAMESPACE\r\n%t OK done\r\n"
DOTS = b'* NAMESPACE (("INBOX." ".")) NIL NIL\r\n%t OK done\r\n'
CYRUS = b'* NAMESPACE (("INBOX." ".")) (("user." ".")) (("" "."))\r\n%t OK done\r\n'
ALT = b'* NAMESPACE (("" "/")) (("Other Users/" "/")) (("Shared Folders/" "/"))\r\n%t OK done\r\n'
SEVERAL = b'* NAMESPACE (("" "/")("#mh/" "/" "X-PARAM" ("FLAG1"))) NIL (("Public Folders/" "/"))\r\n%t OK done\r\n'
FLAT = b'* NAMESPACE (("" NIL)) NIL NIL\r\n%t OK done\r\n'
ACCENTS = b'* NAMESPACE (("Bo&AO4-te." ".")) NIL NIL\r\n%t OK done\r\n'


@pytest.mark.parametrize(
    ("spaces", "listed", "folder", "expected"),
    [
        (DOTS, (), "Quarantaine", "INBOX.Quarantaine"),
        (DOTS, (), "Tri/Vigie", "INBOX.Tri.Vigie"),
        (DOTS, (), "INBOX.Quarantaine", "INBOX.Quarantaine"),
        (DOTS, ("Quarantaine",), "Quarantaine", "Quarantaine"),
        (DOTS, ("Quarantaine", "INBOX.Quarantaine"), "Quarantaine", "INBOX.Quarantaine"),
        (CYRUS, ("Quarantaine",), "Quarantaine", "INBOX.Quarantaine"),
        (CYRUS, (), "user.bob.Quarantaine", "user.bob.Quarantaine"),
        (CYRUS, (), "inbox", "INBOX"),
        (ALT, (), "Tri/Vigie", "Tri/Vigie"),
        (ALT, (), "Shared Folders/Quarantaine", "Shared Folders/Quarantaine"),
        (ALT, ("Shared Folders/Quarantaine",), "Quarantaine", "Quarantaine"),
        (SEVERAL, (), "Quarantaine", "Quarantaine"),
        (SEVERAL, (), "Public Folders/Quarantaine", "Public Folders/Quarantaine"),
        (FLAT, (), "Quarantaine", "Quarantaine"),
        (ACCENTS, (), "Quarantaine", "Boîte.Quarantaine"),
    ],
)
def test_where_a_folder_is_made(spaces: bytes, listed: tuple[str, ...], folder: str, expected: str) -> None:
    lines = [b'* LIST () "." "%s"\r\n' % encoded(name) for name in listed]
    script: dict[str, Reply] = {
        "CAPABILITY": WITH_NAMESPACE,
        "NAMESPACE": spaces,
        "LIST": b"".join(lines) + b"%t OK done\r\n",
    }
    with FakeImap(script) as fake, closing(connect(fake.account())) as mailbox:
        assert mailbox.ensure_folder(folder) == expected
        made = [b'CREATE "%s"' % encoded(expected)] if expected not in (*listed, "INBOX") else []
        assert fake.commands("CREATE") == made
        assert len(fake.commands("NAMESPACE")) == 1
        mailbox.ensure_folder(folder)
        assert len(fake.commands("NAMESPACE")) == 1


def test_without_namespace_the_delimiter_is_that_of_the_root() -> None:
    replies: dict[bytes, bytes] = {b'""': b'* LIST (\\Noselect) "." ""\r\n%t OK done\r\n'}
    script: dict[str, Reply] = {"LIST": lambda line: replies.get(line.split()[-1], b"%t OK done\r\n")}
    with FakeImap(script) as fake, closing(connect(fake.account())) as mailbox:
        assert mailbox.ensure_folder("Tri/Vigie") == "Tri.Vigie"


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40))
def test_every_name_survives_the_way_there_and_back(name: str) -> None:
    wire_name = encoded(name)
    assert all(
        0x20 <= byte < 0x7F for byte in wire_name
    )  # nothing that could end the line or the string in another way
    assert decoded(wire_name) == name
    assert decoded(encoded(name, utf8=True), utf8=name.isprintable()) == name


@given(st.binary(max_size=30))
def test_any_bytes_are_some_name(wire_name: bytes) -> None:
    assert isinstance(decoded(wire_name), str)
    assert isinstance(decoded(wire_name, utf8=True), str)


UTF8_ONLY = b"* CAPABILITY IMAP4rev1 UIDPLUS MOVE ENABLE UTF8=ONLY\r\n%t OK done\r\n"


def test_where_only_utf8_is_spoken_names_are_utf8() -> None:
    listed = '* LIST () "/" "Été & Cie"\r\n* LIST () "/" "A&-B"\r\n%t OK done\r\n'.encode()
    with (
        FakeImap({"CAPABILITY": UTF8_ONLY, "LIST": listed}) as fake,
        closing(connect(fake.account())) as mailbox,
    ):
        assert fake.commands("ENABLE") == [b"ENABLE UTF8=ACCEPT"]
        assert mailbox.folders() == ["Été & Cie", "A&-B"]
        assert mailbox.ensure_folder("Été & Cie") == "Été & Cie"
        mailbox.select("À trier", read_only=True)
        assert fake.commands("EXAMINE")[-1] == 'EXAMINE "À trier"'.encode()


def test_where_utf8_is_a_choice_modified_utf7_stays() -> None:
    capability = UTF8_ONLY.replace(b"ONLY", b"ACCEPT")
    with FakeImap({"CAPABILITY": capability}) as fake, closing(connect(fake.account())) as mailbox:
        mailbox.select("Été", read_only=True)
        assert not fake.commands("ENABLE")
        assert fake.commands("EXAMINE") == [b'EXAMINE "&AMk-t&AOk-"']


def test_a_server_that_writes_utf8_without_saying_so() -> None:
    there = "Été".encode()

    def examine(line: bytes) -> bytes:
        known = b"* 0 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 1] n\r\n%t OK [READ-ONLY] done\r\n"
        return known if there in line else b"%t NO [NONEXISTENT] no such folder\r\n"

    script: dict[str, Reply] = {"LIST": b'* LIST () "/" "' + there + b'"\r\n%t OK done\r\n', "EXAMINE": examine}
    with FakeImap(script) as fake, closing(connect(fake.account())) as mailbox:
        assert mailbox.select("Été", read_only=True).uidvalidity == 7
        with pytest.raises(MailboxError, match="opening the folder Hiver é"):
            mailbox.select("Hiver é", read_only=True)
