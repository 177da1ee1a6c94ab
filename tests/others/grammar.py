"""A grammar of mails of every other kind: from a seed, one mail. Senders, amounts, dates and wording vary; none is about ameli.

Some mention the sécurité sociale, a mutuelle or the CPAM in passing, as people and firms do.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Literal, cast

from tests.others.kinds import KINDS, WORDS, Kind

_SLOT = re.compile(r"\{(\w+)\}")
_CODINGS = ("quoted-printable", "base64", "8bit")


def expanded(text: str, pick: random.Random, given: Mapping[str, str]) -> str:
    """The text with every {slot} filled: a fixed value, or one of the words of that name, filled in turn."""
    for _ in range(6):
        if "{" not in text:
            return text
        text = _SLOT.sub(lambda slot: given.get(slot[1]) or _one(slot[1], pick), text)
    return text


def _one(name: str, pick: random.Random) -> str:
    numbers = {
        "euros": lambda: f"{pick.randrange(4, 900)},{pick.randrange(100):02} euros",
        "number": lambda: str(pick.randrange(10_000, 9_999_999)),
        "small": lambda: str(pick.randrange(2, 30)),
        "day": lambda: f"{pick.randrange(1, 29)} {pick.choice(('novembre', 'décembre', 'janvier', 'février'))}",
        "hour": lambda: f"{pick.randrange(8, 20)} h{pick.choice(('', ' 15', ' 30', ' 45'))}",
    }
    return numbers[name]() if name in numbers else pick.choice(WORDS[name])


def mail(seed: int) -> tuple[bytes, str]:
    """The mail of that seed and the name of its kind; the same seed gives the same bytes."""
    pick = random.Random(seed)
    kind: Kind = KINDS[seed % len(KINDS)]
    given = {name: _one(name, pick) for name in ("first", "last", "town", "reader")}
    domain = expanded(pick.choice(kind.domains), pick, {name: _slug(value) for name, value in given.items()})
    given["host"] = domain

    def fill(text: str) -> str:
        return expanded(text, pick, given)

    lines = [fill(pick.choice(choices)) for choices in kind.body]
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(fill(pick.choice(kind.displays)), fill(pick.choice(kind.users)).lower(), domain)
    message["To"] = "camille.dumontel@demo.example"
    message["Subject"] = fill(pick.choice(kind.subjects))
    message["Date"] = f"Wed, 18 Nov 2026 {pick.randrange(24):02}:{pick.randrange(60):02}:09 +0100"
    message["Message-ID"] = f"<{seed}.vigie@{domain}>"
    coding = cast("Literal['quoted-printable', 'base64', '8bit']", pick.choice(_CODINGS))
    shape = pick.random()
    page = "<html><body>" + "".join(f"<p>{_linked(line)}</p>" for line in lines if line) + "</body></html>"
    if shape < 0.4:
        message.set_content("\n\n".join(filter(None, lines)), charset="utf-8", cte=coding)
    elif shape < 0.7:
        message.set_content(page, subtype="html", charset="utf-8", cte=coding)
    else:
        message.set_content("\n\n".join(filter(None, lines)), charset="utf-8", cte=coding)
        message.add_alternative(page, subtype="html", charset="utf-8", cte=coding)
        message.set_boundary(f"=_{seed}")
    return message.as_bytes(), kind.name


def _linked(line: str) -> str:
    return re.sub(r"https://\S+", lambda url: f'<a href="{url[0]}">{url[0]}</a>', line)


def _slug(text: str) -> str:
    plain = text.lower().translate(str.maketrans("éèêëàâçîïôûü", "eeeeaaciiouu"))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
