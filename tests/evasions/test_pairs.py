"""Two evasions at once: every pair of a dozen that have nothing in common still leaves the fraud a fraud (threats section 4)."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations
from urllib.parse import quote

import pytest

from tests.evasions.carriers import FOOTER, PROTECTIVE, enclosed
from tests.evasions.letters import ACCOUNT, REFUND, Letter, judged, mail
from tests.evasions.writing import BRAND, CYRILLIC, FULL, LEET, between, letters_for, rewritten
from tests.test_samples import told

Change = Callable[[str], str]


@dataclass
class Draft:
    """A page in the making: what is done to the brand's words, to the target, to each row, to the page and to its bytes."""

    words: tuple[Change, ...] = ()
    url: Change | None = None
    rows: Change | None = None
    page: tuple[Change, ...] = ()
    attached: str = ""
    junk: bool = False
    display: str = ""

    def made(self, letter: Letter) -> bytes:
        """The mail."""
        for write in self.words:
            letter = rewritten(letter, write)
        letter = replace(letter, display=self.display or letter.display, url=(self.url or str)(letter.url))
        anchor = f'<a href="{html.escape(letter.url)}">{html.escape(letter.call)}</a>'
        rows = [*map(html.escape, letter.before), anchor, *map(html.escape, letter.after)]
        if self.rows is not None:
            rows = [row if row is anchor else self.rows(row) for row in rows]
        text = "<html><body>" + "".join(f"<p>{row}</p>\r\n" for row in rows) + "</body></html>"
        for change in self.page:
            text = change(text)
        if self.attached:
            return enclosed(
                letter, "application/octet-stream", self.attached, text.encode(), "Voir le document joint, merci.\r\n"
            )
        data = base64.encodebytes(text.encode())
        if self.junk:
            data = data.replace(b"\n", b"!.\r\n-- *\r\n")
        return mail(letter, data, 'Content-Type: text/html; charset="utf-8"', "Content-Transfer-Encoding: base64 (x)")


def _wide(word: str) -> str:
    return word[0] + "".join(FULL.get(char, char) for char in word[1:])


def _backward(word: str) -> str:
    return f"\u202e{word[::-1]}\u202c"


def _salted(row: str) -> str:
    return re.sub(r"(\w{2})(\w{3,})", r'\1<span style="display:none">xq</span>\2', row)


def _framed(text: str) -> str:
    return f'<p>Bonjour</p><iframe src="data:text/html;base64,{base64.b64encode(text.encode()).decode()}"></iframe>'


def _padded(text: str) -> str:
    return text.replace("<body>", f"<body><p>{FOOTER}</p>").replace("</body>", f"<p>{PROTECTIVE}</p></body>")


def _redirected(url: str) -> str:
    return "https://www.google.com/url?q=" + quote(url, "")


def _signed_in(url: str) -> str:
    return url.replace("https://", "https://www.ameli.fr@")


EVASIONS: dict[str, Draft] = {
    "leetspeak": Draft(words=(letters_for(LEET),)),
    "underscores": Draft(words=(lambda word: word.replace(" ", "_"),)),
    "cyrillic": Draft(words=(letters_for(CYRILLIC),)),
    "full-width": Draft(words=(_wide,)),
    "zero-width": Draft(words=(between("\u200b"),)),
    "backward": Draft(words=(_backward,)),
    "redirect": Draft(url=_redirected),
    "userinfo": Draft(url=_signed_in),
    "salt": Draft(rows=_salted),
    "padding": Draft(page=(_padded,)),
    "data-frame": Draft(page=(_framed,)),
    "attached": Draft(attached="avis\u202efdp.html"),
    "junk-in-base64": Draft(junk=True),
    "display-name": Draft(display="Assurance_M4ladie"),
}


def both(one: Draft, two: Draft) -> Draft:
    """The two together, in the order of the table."""
    return Draft(
        words=(*one.words, *two.words),
        url=(lambda url: two.url(one.url(url))) if one.url and two.url else one.url or two.url,  # type: ignore[misc]  # mypy does not carry the test into the lambda
        rows=one.rows or two.rows,
        page=(*one.page, *two.page),
        attached=one.attached or two.attached,
        junk=one.junk or two.junk,
        display=one.display or two.display,
    )


@pytest.mark.parametrize("letter", [REFUND, ACCOUNT], ids=lambda letter: letter.slug)
@pytest.mark.parametrize(("one", "two"), list(combinations(EVASIONS, 2)))
def test_two_evasions_at_once(one: str, two: str, letter: Letter):
    case = judged(both(EVASIONS[one], EVASIONS[two]).made(letter))
    assert case.verdict.label.value == "impersonation", told(case)


def test_the_seeds_name_the_brand():
    assert all(BRAND.search(" ".join(letter.words())) for letter in (REFUND, ACCOUNT))
