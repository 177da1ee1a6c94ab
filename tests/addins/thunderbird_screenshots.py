"""The pictures of docs/screenshots that show mail clients, of invented mails: `python -m tests.addins.thunderbird_screenshots`."""

from __future__ import annotations

import base64
import io
import sys
import tempfile
from pathlib import Path

from PIL import Image

from tests.addins.served import served
from tests.addins.test_thunderbird import BUSY, id_in
from tests.addins.world import thunderbird
from tests.cli.program import FALSE, GENUINE
from tests.e2e.screenshots import COLOURS, FOLDER, MOST
from tests.servers.dovecot import Dovecot
from tests.servers.thunderbird import Thunderbird
from vigie.ledger.token_types import Use

SIZE = (1200, 800)
PANE = """
const box = pane().messageBrowser.contentWindow.getMessagePaneBrowser().getBoundingClientRect();
const outer = pane().messageBrowser.getBoundingClientRect(), all = tabmail.tabInfo[0].chromeBrowser.getBoundingClientRect();
return [all.left + outer.left + box.left, all.top + outer.top + box.top, box.width, box.height];
"""


def picture(tb: Thunderbird, name: str, *, whole: bool = False) -> None:
    """The window, or the message below its header, in few colours."""
    tb.script("win.resizeTo(...args); await new Promise(done => win.setTimeout(done, 1500));", *SIZE)
    left, top, width, height = (round(number) for number in tb.script(PANE))
    drawn = base64.b64decode(tb.marionette.command("WebDriver:TakeScreenshot", full=False, hash=False))
    image = Image.open(io.BytesIO(drawn)).convert("RGB")
    if not whole:
        image = image.crop((left, top, left + width, top + height))
    path = FOLDER / f"{name}.png"
    image.quantize(COLOURS).save(path, optimize=True)
    size = path.stat().st_size
    assert size < MOST, f"{path.name}: {size} bytes"
    sys.stdout.write(f"{path.name}: {size // 1000} kB\n")


def main() -> int:
    """Makes them all. Debian's Thunderbird speaks English around the message; the extension speaks both."""
    server = Dovecot()
    mails = [path.read_bytes() for path in (GENUINE, FALSE)]
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            served(Path(folder)) as web,
            thunderbird(server, *mails) as tb,
        ):
            secret = web.token(Use.CHECK, Use.REPORT)
            for language, short in (("fr", "fr"), ("en-US", "en")):
                tb.speak("fr" if language == "fr" else "en-US")
                tb.save(web.origin, secret, busy=BUSY[short])
                tb.show(id_in(GENUINE))
                picture(tb, f"thunderbird-genuine-{short}")
                tb.show(id_in(FALSE))
                picture(tb, f"thunderbird-false-{short}", whole=short == "en")
                tb.press("why")
                picture(tb, f"thunderbird-why-{short}")
    finally:
        server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
