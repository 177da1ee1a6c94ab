"""Tokens of a structured header field (RFC 5322 section 3.2): words, quoted strings, nested comments. Bounded, linear."""

from __future__ import annotations

import re

MAX_FIELD = 16_384
MAX_DEPTH = 20

KEYWORD = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?")
TOKEN = re.compile(r"""[^\s()<>@,;:\\"/\[\]?=]+""")
PVALUE = re.compile(r"""[^\s;()"]+""")
QUOTED = re.compile(r'"((?:[^"\\\x00]|\\.)*)"', re.DOTALL)
BLANKS = re.compile(r"\s+")


class FieldError(ValueError):
    """The field breaks its grammar; it is read as if it were not there."""


class Lexer:
    """A position in the text; white space and comments are skipped as RFC 5322 says."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def peek(self) -> str:
        """The next character; "" at the end."""
        return self.text[self.position : self.position + 1]

    def more(self) -> bool:
        """Something stands behind white space and comments."""
        self.skip()
        return self.position < len(self.text)

    def at_end_of_result(self) -> bool:
        """A semicolon or the end comes next."""
        return self.peek() in {"", ";"}

    def accept(self, char: str) -> bool:
        """The character was next, and is passed."""
        if self.peek() != char:
            return False
        self.position += 1
        return True

    def expect(self, char: str) -> None:
        """Passes the character. Raises FieldError when another is next."""
        if not self.accept(char):
            raise FieldError(f"{char} is missing")

    def take(self, pattern: re.Pattern[str]) -> str:
        """What the pattern matches here, passed; "" for nothing."""
        match = pattern.match(self.text, self.position)
        if match is None:
            return ""
        self.position = match.end()
        return match[0]

    def need(self, pattern: re.Pattern[str], what: str) -> str:
        """What the pattern matches here. Raises FieldError for nothing."""
        word = self.take(pattern)
        if not word:
            raise FieldError(f"{what} is missing")
        return word

    def value(self) -> str:
        """A token or a quoted string."""
        if self.peek() == '"':
            match = QUOTED.match(self.text, self.position)
            if match is None:
                raise FieldError("a quoted string does not end")
            self.position = match.end()
            return re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL)
        return self.need(TOKEN, "a value")

    def skip(self) -> None:
        """White space and comments, nested ones included. Raises FieldError for a comment that does not end."""
        while self.position < len(self.text):
            if self.text[self.position].isspace():
                self.position += 1
            elif self.text[self.position] == "(":
                self._comment()
            else:
                return

    def _comment(self) -> None:
        depth = 0
        while self.position < len(self.text):
            char = self.text[self.position]
            if char == "\\":
                self.position += 1
            elif char == "(":
                depth += 1
                if depth > MAX_DEPTH:
                    raise FieldError("comments nested too deeply")
            elif char == ")":
                depth -= 1
            self.position += 1
            if depth == 0:
                return
        raise FieldError("a comment does not end")
