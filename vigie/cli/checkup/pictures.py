"""Whether text in pictures is read: an extra, whose absence is told and is no fault."""

from __future__ import annotations

from vigie.cli.checkup.found import Found, note
from vigie.cli.config import Config
from vigie.cli.language import colon, say
from vigie.judge import tesseract


def pictures(config: Config) -> Found:
    """What reads them, with its version; or why nothing does."""
    subject = say("texte dans les images", "text in pictures") + f"{colon()} "
    if not config.judge.limits.ocr:
        return Found(good=True, text=subject + say("non lu ([limits] ocr = false)", "not read ([limits] ocr = false)"))
    reader = tesseract.installed()
    if reader is not None:
        return Found(good=True, text=subject + reader.name)
    path = tesseract.found()
    return note("ocr-without-french", path) if path else note("ocr-missing")
