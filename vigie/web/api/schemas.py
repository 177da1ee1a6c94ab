"""What the API takes and gives, for its description at /api/openapi.json; the one JSON body that it takes is checked by it."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

MAIL: Final = "message/rfc822"
JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"
TEXT_CHARS: Final = 20_000
TEXT_BODY_BYTES: Final = 256 * 1024
"""Of the JSON around it, in which each character may take six."""


class AskedText(BaseModel):
    """A text that somebody was sent: an SMS, a letter, notes of a call."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(min_length=1, max_length=TEXT_CHARS)
    medium: Literal["sms", "letter", "call", "guess"] = "guess"


_MAIL_EXAMPLE: Final = (
    "From: ameli <info@fraude.example>\r\nTo: camille@example.org\r\nSubject: Votre carte vitale expire\r\n"
    "\r\nMettez-la à jour : https://fraude.example/carte\r\n"
)
_TEXT_EXAMPLE: Final = {"text": "AMELI: votre carte vitale expire. https://fraude.example/carte", "medium": "sms"}
_LANGUAGES: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {"fr": {"type": "string"}, "en": {"type": "string"}},
    "required": ["fr", "en"],
}
_LINES: Final[dict[str, Any]] = {
    "type": "object",
    "additionalProperties": {"type": "array", "items": {"type": "string"}},
}
CASE: Final[dict[str, Any]] = {
    "title": "Case",
    "type": "object",
    "description": "what `vigie check --json` prints; more keys may come",
    "properties": {
        "sha256": {"type": "string"},
        "message_id": {"type": "string"},
        "subject": {"type": "string"},
        "author": {"type": "string"},
        "verdict": {"enum": ["impersonation", "suspicious", "undecided", "genuine", "unrelated"]},
        "brand": {"type": ["string", "null"]},
        "authentication": {"type": ["object", "null"]},
        "findings": {"type": "array", "items": {"type": "object"}},
        "decided_by": {"type": "integer"},
        "links": {"type": "array", "items": {"type": "object"}},
        "explanation": _LANGUAGES,
        "advice": _LINES,
        "elapsed_ms": {"type": "number"},
        "kind": {"enum": ["mail", "sms", "letter", "call"]},
        "error": {"type": "object"},
    },
    "required": ["sha256", "verdict", "findings", "explanation", "advice"],
}
CASE_EXAMPLE: Final[dict[str, Any]] = {
    "sha256": "5e0c…",
    "message_id": "<1@fraude.example>",
    "verdict": "impersonation",
    "brand": "ameli",
    "findings": [
        {"rule": "author_domain", "kind": "contradiction", "strength": "strong", "layer": "outer", "quotes": []}
    ],
    "explanation": {"fr": "Ce message se présente comme ameli…", "en": "This message presents itself as ameli…"},
    "advice": {"fr": ["N'ouvrez pas le lien."], "en": ["Do not open the link."]},
    "kind": "mail",
}
MAIL_BODY: Final[dict[str, Any]] = {
    "schema": {"type": "string", "format": "binary"},
    "example": _MAIL_EXAMPLE,
}
TEXT_BODY: Final[dict[str, Any]] = {"schema": AskedText.model_json_schema(), "example": _TEXT_EXAMPLE}
_PROBLEM_BODY: Final[dict[str, Any]] = {
    "schema": {
        "type": "object",
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "id": {"type": "string"},
        },
    },
    "example": {"type": "about:blank", "title": "Unauthorized", "status": 401, "detail": "…", "id": "0b1c2d3e4f5a"},
}
_TOLD: Final = {
    401: "no token, or none that is good",
    403: "the token is not good for this",
    413: "the message is too big",
    415: "neither message/rfc822 nor application/json, or packed",
    422: "something is missing, or not possible",
    429: "too often: Retry-After says when again",
    503: "too much is waiting: Retry-After says when again",
}


def body(**kinds: dict[str, Any]) -> dict[str, Any]:
    """The description of a body: `mail`, `text`."""
    names = {"mail": MAIL, "text": JSON}
    return {"requestBody": {"required": True, "content": {names[kind]: told for kind, told in kinds.items()}}}


def answers(status: int, schema: dict[str, Any], example: object) -> dict[int | str, dict[str, Any]]:
    """The description of what comes back: that, or a problem (RFC 9457)."""
    good = {"description": "the answer", "content": {JSON: {"schema": schema, "example": example}}}
    problems: dict[int | str, dict[str, Any]] = {
        code: {"description": text, "content": {PROBLEM: _PROBLEM_BODY}} for code, text in _TOLD.items()
    }
    return {status: good, **problems}
