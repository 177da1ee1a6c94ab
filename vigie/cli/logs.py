"""Log lines on stderr: for people (text) or for machines (one JSON object a line). Never mail content, never above 4 KiB (X-19)."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final

from vigie import log_keys
from vigie.cli.console import plain

LONGEST: Final = 4096
"""Bytes of one line, its end included: what journald and syslog take whole, and what a flood of lines may cost (X-19)."""
LONGEST_VALUE: Final = 200
LONGEST_MESSAGE: Final = 3000

READERS_OF_MAIL: Final = ("pypdf", "PIL", "mailparser", "dkimpy", "dkim", "fontTools", "charset_normalizer")
"""Libraries that read mail, and may quote it in what they log."""


def keys_of(record: logging.LogRecord) -> dict[str, object]:
    """The documented keys that a line carries; whatever else a library may have put into its record is left out."""
    told = dict(log_keys.current())
    told |= {key: value for key in log_keys.KEYS if (value := vars(record).get(key)) is not None}
    if record.exc_info and record.exc_info[0] is not None:
        told["exception"] = record.exc_info[0].__name__  # its text and its trace may quote mail
    return {
        key: value if isinstance(value, int | float) else plain(str(value))[:LONGEST_VALUE]
        for key in log_keys.KEYS
        if (value := told.get(key)) is not None
    }


class JsonLines(logging.Formatter):
    """One JSON object a line: at, level, logger, message, then keys. ASCII alone, so no reader sees another line end in it."""

    def format(self, record: logging.LogRecord) -> str:
        """At most LONGEST bytes with its line end."""
        message = record.getMessage()[:LONGEST_MESSAGE]
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name[:LONGEST_VALUE],
            "message": message,
        }
        keys = keys_of(record)
        line = json.dumps({**told, **keys})
        while len(line) >= LONGEST and (message or keys):
            if message:
                message = message[: len(message) // 2]
            else:
                keys.popitem()
            line = json.dumps({**told, "message": f"{message}...", **keys})
        return line


class TextLines(logging.Formatter):
    """A line for people; the keys as key=value behind it."""

    def format(self, record: logging.LogRecord) -> str:
        """At most LONGEST bytes with its line end."""
        keys = " ".join(f"{key}={value}" for key, value in keys_of(record).items())
        at = datetime.fromtimestamp(record.created, UTC).astimezone().isoformat(sep=" ", timespec="seconds")
        message = plain(record.getMessage())[:LONGEST_MESSAGE]
        line = plain(f"{at} {record.levelname.lower()} {message} {keys}")
        cut = line.encode(errors="backslashreplace")[: LONGEST - 1]
        return cut.decode(errors="ignore")


def start(style: str, verbosity: int, *, quiet: bool = True) -> None:
    """Log lines go to stderr. Quiet commands show warnings only, unless -v asks for more; -vv shows other libraries', too."""
    logging.raiseExceptions = False  # a line that cannot be written would be told with every exception's text: mail
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if style == "json" else TextLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    level = logging.WARNING if quiet and verbosity == 0 else logging.INFO if verbosity < 2 else logging.DEBUG
    logging.getLogger("vigie").setLevel(level)
    for name in READERS_OF_MAIL:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
