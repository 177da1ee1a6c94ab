"""How much a mail's words resemble those of mails that speak as the brand: a linear model, learned from labelled mails.

Rules give reasons, and miss whoever says the same thing in words that nobody foresaw. The model knows no reason, and no names:
the brand's words, amounts, numbers and addresses are placeholders. It is a logistic regression over words and pairs of words (stems),
the first and the last lines, subject, display name and a few marks of form; wording.tsv holds its weights, and
`python -m tests.corpus.learn` makes that file. What a score is good for stands in policy.toml, table [wording].
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from vigie.message.types import Layer, Medium
from vigie.rules.brand import Brand
from vigie.rules.clauses import FRAUD_WORD, warns_of_fraud
from vigie.rules.naming import Names, is_person, names_of
from vigie.rules.standing import Standing, names_itself, own_voice
from vigie.rules.unnamed import leads_off
from vigie.rules.utterance import Utterance
from vigie.rules.view import View

HEAD, TAIL = 6_000, 2_000
"""Characters that are read of the beginning and of the end of each block."""
STEM = 6
"""Letters of a word that count: endings say little, and many would be seen once only."""
BODY = 4.0
"""Length of the vector of the body's words and pairs, however long the body is; every other feature is 1."""
SHORT_LINE = 8
"""Words of a line that may be a letterhead, a greeting, a signature."""
MAX_LINES = 400
PART = 1_200
"""Characters of a part (`unlike`)."""
PIECE, STEP, MAX_PIECES = 700, 350, 16
"""Characters of a piece (`parts`), from one to the next, and how many pieces are read."""

MOST_BODIES, MIN_BODY = 4, 80
"""So many of the first and of the last texts of a mail are read by themselves, too; characters that such a text must have."""

_ITSELF = "x:itself"
"""The mark of form that the text says whose the author's domain is."""

_URL = re.compile(r"(?:https?://|www\.)\S+|\b[\w-]+\.(?:example|com|fr|net|app|ly|eu|org|info)/\S*")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,255}")
_NUMBER = re.compile(r"\b\d(?:[\d .,/-]{0,40}\d)?\b")
_EURO = re.compile(r"<n> ?(?:eur\b|euros?\b|€|e\b)")
_WORD = re.compile(r"<\w+>|[a-z']{1,40}|[?!€]")


@dataclass(frozen=True, slots=True)
class Score:
    """What the model says of a mail."""

    total: float
    """Log-odds that the outer speaker poses as the brand."""
    words: float
    """The part of it that the words of the body bear; the rest is names in telling places, and form."""


@dataclass(frozen=True, slots=True)
class Model:
    """A linear model: `bias` plus the weight of each feature times its value."""

    bias: float
    weights: dict[str, float]

    def score(self, features: dict[str, float]) -> Score:
        """The score of a mail with these features. Those that the model does not know weigh nothing."""
        known = {name: self.weights[name] * value for name, value in features.items() if name in self.weights}
        words = sum(weight for name, weight in known.items() if name.startswith("b:"))
        return Score(self.bias + sum(known.values()), words)


@cache
def model() -> Model:
    """The shipped weights. Raises ValueError for a damaged file."""
    weights: dict[str, float] = {}
    text = (resources.files(__package__) / "wording.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            name, _, value = line.partition("\t")
            weights[name] = int(value) / 1000
    return Model(weights.pop("bias"), weights)


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(name[2:] for name in model().weights if name[1:2] == ":" and name[0] != "x" and "_" not in name)


def is_coined(word: str) -> bool:
    """No mail that was learned from has it, nor a word of its stem: a name that somebody has made up, more likely than not."""
    return word[:STEM] not in _vocabulary()


def names_brand(view: View) -> bool:
    """A name of the brand or of a product, or its short name, is said: of other mails the model knows nothing."""
    displays = [view.folded(author.display) for author in view.message.authors]
    displays = [text for text in displays if _may_name(view, text)]
    if names_outright(view) or any(_names(view, text) for text in displays):
        return True
    short, texts = view.brand.claim.whole_names, [item.text for item in view.spoken] + displays
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in short for text in texts)


def names_outright(view: View) -> bool:
    """The text says a name of the brand or of a product, and not just "la sécu", of which everybody speaks."""
    return any(_names(view, item.text) for item in view.spoken)


def _names(view: View, text: str) -> bool:
    words = names_of(view.brand)
    return bool(words.names.search(text) or words.products.search(text))


def _may_name(view: View, display: str) -> bool:
    """A person's name is none of the brand's ("Ameli Durand"), nor is another body's ("Assurance maladie suisse")."""
    others = names_of(view.brand).not_names
    return not is_person(display, view.brand) and not (others and others.search(display))


def score(view: View) -> Score | None:
    """The score of what the outer speaker says. None where the model knows nothing: an SMS, a mail that does not name the brand."""
    if view.message.medium is not Medium.MAIL or not names_brand(view):
        return None
    told = (model().score(features(view, spoken)) for spoken in _readings(view))
    return max(told, key=lambda reading: reading.total)


def _readings(view: View) -> Iterator[tuple[Utterance, ...]]:
    """All that is said, and each text that names the brand by itself: a client may show one of two alternatives only."""
    yield view.spoken
    bodies = [item for item in view.spoken if not item.is_subject]
    told = (
        [item for item in bodies if len(item.text) >= MIN_BODY and _names(view, item.text)] if len(bodies) > 1 else []
    )
    subjects = tuple(item for item in view.spoken if item.is_subject)
    yield from ((*subjects, item) for item in (*told[:MOST_BODIES], *told[MOST_BODIES:][-MOST_BODIES:]))


def unvouched(view: View) -> Score | None:
    """The score as if the text did not tell who the sender is: a line "Zelmora" below is soon written.

    None where his name and address tell it alone (`View.known`), or nothing does.
    """
    known, form = view.known, view.once(_whole_form)
    if known is Standing.ANOTHER or not (known < view.standing or _ITSELF in form):
        return None
    told = (_ITSELF, _speaks_as(view.standing))
    untold = tuple(mark for mark in form if mark not in told)
    return model().score(features(view, form=(*untold, _speaks_as(min(known, view.standing)))))


def unlike(view: View, whole: Score, bound: float) -> bool:
    """The text as a whole, its beginning and its end all score below `bound`: honest words around a fraud do not lower that."""
    if whole.total >= bound:
        return False
    form = view.once(_whole_form)
    parts = (_cut(view.spoken, part) for part in (slice(0, PART), slice(-PART, None)))
    return all(model().score(features(view, part, form)).total < bound for part in parts)


def parts(view: View) -> tuple[Score, ...]:
    """The scores of pieces of a long text, which overlap: a paragraph is judged by itself as well as among the others."""
    longest = min(_longest(view), (MAX_PIECES + 1) * STEP)
    if longest <= PIECE:
        return ()
    pieces = (_cut(view.spoken, slice(start, start + PIECE)) for start in range(0, longest - STEP, STEP))
    return tuple(model().score(features(view, piece, view.once(_whole_form))) for piece in pieces)


def all_read(view: View) -> bool:
    """No part of what the sender says is left out by `parts`."""
    return _longest(view) <= (MAX_PIECES + 1) * STEP


def _longest(view: View) -> int:
    return max((len(item.text) for item in view.spoken if not item.is_subject), default=0)


def _cut(spoken: tuple[Utterance, ...], part: slice) -> tuple[Utterance, ...]:
    return tuple(item if item.is_subject else replace(item, text=item.text[part]) for item in spoken)


def score_of(view: View, spoken: tuple[Utterance, ...]) -> Score | None:
    """The score of these words as if the sender said them. None where they do not name the brand."""
    return model().score(features(view, spoken)) if any(_names(view, item.text) for item in spoken) else None


def telling_line(view: View, spoken: tuple[Utterance, ...] | None = None) -> tuple[str, str]:
    """Where the words stand that speak most for it, and the line as it was written: what a reader is shown.

    `spoken`: instead of all that the sender says.
    """
    weights, words = model().weights, names_of(view.brand)
    best, most = ("subject", view.message.subject), -math.inf
    speaker: Utterance | None = None
    for item in view.spoken if spoken is None else spoken:
        prefix = "s:" if item.is_subject else "b:"
        for line in _read(item).split("\n")[:MAX_LINES]:
            weight = sum(weights.get(prefix + gram, 0.0) for gram in set(_grams(tokens(line, words))))
            if weight > most and line.strip():
                best, most, speaker = (item.where, line.strip()), weight, item
    return best if speaker is None else (best[0], speaker.as_written(best[1]))


def features(
    view: View, spoken: tuple[Utterance, ...] | None = None, form: tuple[str, ...] | None = None
) -> dict[str, float]:
    """Name -> value of everything that the model looks at. Total and bounded: at most HEAD + TAIL characters of each block.

    `spoken`: instead of all that the sender says. `form`: that of the whole, for a piece of it; else it is that of `spoken`.
    """
    if form is None:
        form = view.once(_whole_form) if spoken is None or spoken is view.spoken else tuple(_form(view, spoken))
    spoken = view.spoken if spoken is None else spoken
    words = names_of(view.brand)
    subject = [token for item in spoken if item.is_subject for token in tokens(_read(item), words)]
    lines = [tokens(line, words) for line in _body_lines(spoken)]
    lines = [line for line in lines if line]
    shown = [token for author in view.message.authors[:2] for token in tokens(view.folded(author.display), words)]
    found = dict.fromkeys(form, 1.0)
    found[f"x:words-{min(8, sum(map(len, lines)).bit_length())}"] = 1.0
    if not shown:
        found["x:no-display"] = 1.0
    named = named_pairs(view.brand)
    grams = set(_grams([token for line in lines for token in line])) - named
    share = BODY / math.sqrt(len(grams)) if grams else 0.0
    found |= {f"b:{gram}": share for gram in grams}
    for prefix, told in (("s:", [subject]), ("d:", [shown]), ("H:", lines[:3]), ("E:", lines[-4:])):
        short = [line for line in told if prefix in "s:d:" or len(line) <= SHORT_LINE]
        found |= {prefix + gram: 1.0 for line in short for gram in _grams(line) if gram not in named}
    return found


def warns(view: View) -> bool:
    """The mail as a whole is about fraud."""
    return _warns(view.spoken)


def _warns(spoken: tuple[Utterance, ...]) -> bool:
    subject, body = (" ".join(item.text for item in spoken if item.is_subject is told) for told in (True, False))
    return warns_of_fraud(subject, body)


def named_pairs(brand: Brand) -> frozenset[str]:
    """Names of two words as pairs of stems: where one stands in a path or a longer word ("Vitaléa"), it is no feature either."""
    return _pairs(brand.claim.names + brand.claim.products)


@cache
def _pairs(phrases: tuple[str, ...]) -> frozenset[str]:
    return frozenset("_".join(word[:STEM] for word in phrase.split()) for phrase in phrases if phrase.count(" ") == 1)


def _read(item: Utterance) -> str:
    text = item.text
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]}\n{text[-TAIL:]}"


def _body_lines(spoken: tuple[Utterance, ...]) -> list[str]:
    return [line for item in spoken if not item.is_subject for line in _read(item).split("\n")][:MAX_LINES]


def tokens(folded: str, words: Names) -> list[str]:
    """The stems of one line; names, numbers, amounts and addresses as placeholders."""
    text = _MAIL.sub(" <mail> ", _URL.sub(" <url> ", folded))
    text = words.names.sub(" <name> ", words.products.sub(" <product> ", text))
    text = _EURO.sub(" <euro> ", _NUMBER.sub(" <n> ", text))
    return [token if token[0] == "<" else token[:STEM] for token in _WORD.findall(text)]


def _grams(stems: list[str]) -> Iterator[str]:
    yield from stems
    yield from (f"{first}_{second}" for first, second in itertools.pairwise(stems))


def _whole_form(view: View) -> tuple[str, ...]:
    """`_form` of all that the sender says."""
    return tuple(_form(view, view.spoken))


def _form(view: View, spoken: tuple[Utterance, ...]) -> Iterator[str]:
    """What stands there beside the words: where links lead, who answers for the text."""
    brand, message = view.brand, view.message
    outside = {link.host for link in leads_off(view.outer_links, brand)}
    yield f"x:outside-{min(3, len(outside))}"
    if any(link.clickable and link.host and brand.official_host(link.host) for link in view.outer_links):
        yield "x:official-link"
    domains = [author.domain for author in message.authors]
    if any(_same(host, domain) for host in outside for domain in domains):
        yield "x:own-link"
    if any(link.where.startswith("header:list") for link in message.links):
        yield "x:list"
    if message.texts(Layer.QUOTED):
        yield "x:quoted"
    if message.texts(Layer.FORWARDED):
        yield "x:forwarded"
    texts = [item.text for item in spoken]
    if own_voice(texts, brand):
        yield "x:own-voice"
    if names_itself(message.authors, [item.text for item in spoken if not item.is_subject], brand):
        yield _ITSELF
    if any(FRAUD_WORD.search(text) for text in texts):
        yield "x:fraud-word"
    if _warns(spoken):
        yield "x:warns"
    yield _speaks_as(view.standing)
    yield f"x:owner-{view.owner.name.lower()}"


def _speaks_as(who: Standing) -> str:
    return f"x:{who.name.lower()}"


def _same(host: str, domain: str) -> bool:
    return bool(domain) and (host == domain or host.endswith("." + domain) or domain.endswith("." + host))
