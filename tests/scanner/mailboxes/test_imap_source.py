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


def test_bodies_are_peeked_at() -> None:
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
