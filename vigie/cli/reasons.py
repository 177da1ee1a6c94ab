"""The reasons of `auth_checks` in the reader's language."""

from __future__ import annotations

from vigie.auth_checks.reasons import in_language
from vigie.cli.language import current


def said(text: str) -> str:
    """The reason in the language that is in use; as it is where no pattern fits. Never raises."""
    return in_language(text, current())
