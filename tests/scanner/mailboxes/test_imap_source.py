"""What the IMAP code must never be able to say, seen in its source."""

from __future__ import annotations

import ast
import imaplib
from pathlib import Path

import imapclient
import pytest

from vigie.scanner.mailboxes import imap
from vigie.scanner.mailboxes.imap_wire import Wire

FILES = sorted(Path(imap.__file__).parent.glob("imap*.py"))
FORBIDDEN_CALLS = {
    "expunge",
    "close_folder",
    "delete_messages",
    "delete_folder",
    "uid_expunge",
    "set_flags",
    "rename_folder",
}
"""Of imapclient and imaplib: each expunges, or takes flags or folders away."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_deletes(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = {
        node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not calls & FORBIDDEN_CALLS
    spoken = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and words(node)]
    for node in spoken:
        said = words(node)
        assert said[0] not in {"EXPUNGE", "CLOSE", "DELETE", "RENAME"}, ast.unparse(node)  # I-03
        if "EXPUNGE" in said:
            assert ast.unparse(node) == "self._session.command('UID', 'EXPUNGE', str(uid))"
        if any("\\Deleted" in word for word in said):
            assert (
                ast.unparse(node) == r"self._session.command('UID', 'STORE', str(uid), '+FLAGS.SILENT', '(\\Deleted)')"
            )


def words(call: ast.Call) -> list[str]:
    """The words of a command that a call sends."""
    if not (isinstance(call.func, ast.Attribute) and call.func.attr in {"command", "_simple_command", "_command"}):
        return []
    return [
        argument.value
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]


def test_no_command_names_a_message_by_its_number() -> None:
    """I-10: another client's EXPUNGE shifts sequence numbers, and never UIDs."""
    said = [
        words(node)
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
    ]
    named = {"FETCH", "STORE", "COPY", "MOVE", "SEARCH", "SORT", "THREAD"}
    assert not [spoken for spoken in said if named & set(spoken[:1])]
    assert {spoken[1] for spoken in said if spoken[:1] == ["UID"] and len(spoken) > 1} >= {
        "FETCH",
        "STORE",
        "SEARCH",
        "EXPUNGE",
    }
    calls = {
        node.func.attr
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value).endswith(("imap", "client"))
    }
    assert not calls & {"fetch", "store", "copy", "move", "search", "add_flags", "remove_flags"}, "past our own session"


def test_nothing_rests_on_modseq_or_notify() -> None:
    """I-36, I-37: MODSEQ goes back after a restore, NOTIFY overflows; both would need the same look at UIDNEXT all the same."""
    for path in FILES:
        spoken = {
            word
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Call)
            for said in words(node)
            for word in said.upper().strip("()").split()
        }
        assert not spoken & {
            "CONDSTORE",
            "QRESYNC",
            "NOTIFY",
            "CHANGEDSINCE",
            "UNCHANGEDSINCE",
            "MODSEQ",
            "HIGHESTMODSEQ",
        }


def test_the_library_is_one_that_can_starttls() -> None:
    """I-27: before 4.1 imapclient assigned to what Python 3.14 lets nobody assign to."""
    assert imapclient.version_info[:2] >= (4, 1)


def test_bodies_are_peeked_at() -> None:
    """I-18."""
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert "RFC822)" not in text
        assert "(BODY[" not in text
        assert " BODY[" not in text.replace('b"BODY[', "")


def test_the_hooks_that_we_fill_still_exist() -> None:
    """An upgrade of Python or imapclient that renames one of them must fail here, not in a mailbox (I-05)."""
    for name in (
        "open",
        "read",
        "readline",
        "send",
        "shutdown",
        "_command",
        "_command_complete",
        "_get_response",
        "_log",
    ):
        assert name in vars(imaplib.IMAP4), name
        assert name == "_command" or name in vars(Wire), name
    assert "_create_IMAP4" in vars(imapclient.IMAPClient)
    assert "starttls" in vars(imaplib.IMAP4)
