"""Ordinary mails, and the small tools that the tests of the message package share."""

import base64

from vigie.message.parse import read
from vigie.message.types import Layer, Message

REST = (
    "To: lea@exemple.example\r\nSubject: Bonjour\r\nDate: Mon, 3 Mar 2025 10:00:00 +0100\r\n"
    "Message-ID: <1@exemple.example>\r\nMIME-Version: 1.0\r\n"
)


def mail(body: str = "Bonjour.\r\n", *, header: str = "", kind: str = "text/plain; charset=utf-8") -> bytes:
    """A well-formed mail with this body."""
    head = header or "From: Jean Dupont <jean@exemple.example>\r\n" + REST
    return f"{head}Content-Type: {kind}\r\n\r\n{body}".encode()


def html(body: str, **more: str) -> Message:
    return read(mail(body, kind="text/html; charset=utf-8", **more))


def word(text: str) -> str:
    """The text as one RFC 2047 encoded word."""
    return "=?utf-8?B?" + base64.b64encode(text.encode()).decode() + "?="


def seen(message: Message, *layers: Layer) -> str:
    """The body text of some layers, OUTER by default."""
    return "\n".join(block.text for block in message.texts(*(layers or (Layer.OUTER,))) if block.where != "subject")


def codes(message: Message, *, structural: bool = False) -> set[str]:
    return {defect.code for defect in message.defects if defect.structural or not structural}
