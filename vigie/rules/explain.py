"""Verdict -> a few sentences for the person who received the message: what was seen, why it matters, what is true, what to do.

The sentences stand in explain/<lang>.toml, what a brand says of itself in its brand file; a new language is one more file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TypedDict

from vigie.auth_checks.reasons import in_language
from vigie.auth_checks.types import AuthEvidence
from vigie.message.types import Layer, Medium
from vigie.rules.brand import Brand
from vigie.rules.types import Finding, Kind, Label, Quote, Strength, Verdict

MAX_SENTENCES = 5
"""Reasons that a worried person reads; the rest stands in the findings."""
MAX_NOTES = 2


@dataclass(frozen=True, slots=True)
class Sentences:
    """One explain/<lang>.toml; a test holds it to its shape."""

    lang: str
    quotes: list[str]
    already: list[str]
    """What to do after having answered, the most urgent first."""
    verdict: dict[str, str]
    sentence: dict[str, str]
    rule: dict[str, dict[str, str]]
    advice: dict[str, list[str]]
    medium: dict[str, Spoken]
    """What is said otherwise of a text that is no mail, by medium."""


class Spoken(TypedDict):
    """The verdicts and the advice of one medium; a test holds each to all five labels, and to `resembles`: weak claims alone."""

    verdict: dict[str, str]
    advice: dict[str, list[str]]


@cache
def sentences(lang: str) -> Sentences:
    """The sentences of a language. Raises KeyError for one that is not shipped."""
    path = resources.files(__package__) / "explain" / f"{lang}.toml"
    if not path.is_file():
        raise KeyError(lang)
    return Sentences(lang=lang, **tomllib.loads(path.read_text(encoding="utf-8")))


def languages() -> tuple[str, ...]:
    """Every language that is shipped, sorted."""
    folder = resources.files(__package__) / "explain"
    return tuple(sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml")))


def explain(
    verdict: Verdict,
    evidence: AuthEvidence | None,
    brand: Brand | None,
    lang: str,
    medium: Medium = Medium.MAIL,
    watched: Sequence[Brand] = (),
) -> tuple[str, tuple[str, ...]]:
    """(explanation, advice) in that language. Total: an unknown rule or topic is passed over, never an error.

    `watched`: every brand that the message was judged for, for who has to know what "unrelated" does not cover; none: `brand` alone.
    """
    texts = sentences(lang)
    told = [_verdict_sentence(verdict, brand, texts, medium)]
    if verdict.label not in {Label.UNRELATED, Label.GENUINE}:
        told += _reasons(verdict, texts)
    if verdict.label is not Label.UNRELATED:
        told += _notes(verdict, texts)
    if verdict.label not in {Label.UNRELATED, Label.GENUINE}:
        told += _truths(verdict, brand, texts, lang)
        if any(finding.layer not in _SPOKEN for finding in verdict.findings):
            told.append(texts.sentence["forwarded"])
    if _genuine_or_foreign(verdict, evidence, brand):
        told.append(
            texts.sentence["authenticated"].replace("{domain}", evidence.authenticated_domain or "") if evidence else ""
        )
    return " ".join(part for part in told if part), tuple(_advice(verdict, brand, texts, medium, watched or (brand,)))


def _verdict_sentence(verdict: Verdict, brand: Brand | None, texts: Sentences, medium: Medium) -> str:
    told = texts.medium[medium]["verdict"] if medium in texts.medium else texts.verdict
    return told[_verdict_key(verdict)].replace("{brand}", _title(brand, texts))


def _verdict_key(verdict: Verdict) -> str:
    if verdict.label is not Label.SUSPICIOUS:
        return str(verdict.label)
    if verdict.proven:
        return "proven-outside"
    claims = [item for item in verdict.findings if item.kind is Kind.CLAIM and item.layer in _SPOKEN]
    weak = bool(claims) and all(item.strength is Strength.WEAK for item in claims)
    return "resembles" if weak else str(verdict.label)


def _title(brand: Brand | None, texts: Sentences) -> str:
    if brand is None:
        return ""
    return brand.title.get(texts.lang, brand.name)


def _genuine_or_foreign(verdict: Verdict, evidence: AuthEvidence | None, brand: Brand | None) -> bool:
    """The authenticated domain is worth telling: it proves the brand, or it names who really wrote."""
    if evidence is None or brand is None or not evidence.authenticated_domain or verdict.label is Label.UNRELATED:
        return False
    return verdict.label is not Label.UNDECIDED or not brand.owns(evidence.authenticated_domain)


_ORDER = {Kind.CONTRADICTION: 1, Kind.LURE: 2, Kind.CLAIM: 3, Kind.EXCUSE: 4}
_SAID_AGAIN = frozenset(
    {"author-foreign", "author-lookalike", "link-outside", "reply-outside", "phone-unofficial", "call-back"}
)
"""Rules that tell nothing new about a thing that another sentence has shown already."""
_SPOKEN = frozenset({Layer.OUTER, Layer.ATTACHMENT, Layer.HIDDEN})


def _rank(finding: Finding) -> tuple[int, int]:
    weight = {Strength.DECISIVE: 0, Strength.STRONG: 1, Strength.WEAK: 2}[finding.strength]
    return (0 if weight == 0 else _ORDER[finding.kind], weight)


def _reasons(verdict: Verdict, texts: Sentences) -> Iterator[str]:
    """The claim first (who the message says it is), then what weighs most; one sentence a rule."""
    silent = {Kind.EXCUSE, Kind.NOTE}
    counted = [finding for finding in verdict.findings if finding.layer in _SPOKEN and finding.kind not in silent]
    claims = [finding for finding in counted if finding.kind is Kind.CLAIM][:1]
    others = sorted((finding for finding in counted if finding.kind is not Kind.CLAIM), key=_rank)
    told: set[str] = set()
    shown: set[str] = set()
    for finding in (*claims, *others):
        seen = {quote.text for quote in finding.quotes}
        if finding.rule in told or len(told) >= MAX_SENTENCES or (finding.rule in _SAID_AGAIN and seen & shown):
            continue
        sentence = rule_sentence(finding, texts)
        if sentence:
            told.add(finding.rule)
            shown |= seen
            yield sentence


@dataclass(frozen=True, slots=True)
class Parts:
    """The same sentences by the question that each answers, the weightiest first."""

    verdict: str
    claims: tuple[str, ...]
    """What it claims to be."""
    against: tuple[str, ...]
    """What contradicts that, and what the institution itself says about it."""
    wants: tuple[str, ...]
    notes: tuple[str, ...]


MAX_PART = 4


def parts(verdict: Verdict, brand: Brand | None, lang: str) -> Parts:
    """What was found, for a person who decides about it. Total, like `explain`; it tells more, and repeats nothing either."""
    texts = sentences(lang)
    counted = [finding for finding in verdict.findings if finding.layer in _SPOKEN]
    told = {
        kind: _sentences_of([finding for finding in counted if finding.kind is kind], texts)
        for kind in (Kind.CLAIM, Kind.CONTRADICTION, Kind.LURE)
    }
    truths = tuple(_truths(verdict, brand, texts, lang)) if told[Kind.CONTRADICTION] or told[Kind.LURE] else ()
    return Parts(
        _verdict_sentence(verdict, brand, texts, Medium.MAIL),
        told[Kind.CLAIM],
        (*told[Kind.CONTRADICTION], *truths),
        told[Kind.LURE],
        tuple(_notes(verdict, texts)),
    )


def _sentences_of(findings: list[Finding], texts: Sentences) -> tuple[str, ...]:
    found = {finding.rule: rule_sentence(finding, texts) for finding in sorted(findings, key=_rank, reverse=True)}
    ranked = sorted(findings, key=_rank)
    return tuple(dict.fromkeys(found[finding.rule] for finding in ranked if found[finding.rule]))[:MAX_PART]


def _notes(verdict: Verdict, texts: Sentences) -> list[str]:
    """What decides nothing and is worth knowing, also about a genuine message; two sentences at most."""
    found = [rule_sentence(finding, texts) for finding in verdict.findings if finding.kind is Kind.NOTE]
    return [sentence for sentence in dict.fromkeys(found) if sentence][:MAX_NOTES]


def rule_sentence(finding: Finding, texts: Sentences) -> str:
    """The sentence of a finding's rule and topic, with its first two quotes; "" where there is none."""
    by_topic = texts.rule.get(finding.rule, {})
    sentence = by_topic.get(finding.topic) or by_topic.get("_", "")
    opening, closing = texts.quotes
    shown = [f"{opening}{_in_words(quote, texts.lang)}{closing}" for quote in finding.quotes[:2]]
    first, second = [*shown, f"{opening}{closing}", f"{opening}{closing}"][:2]
    return _filled(sentence, {"quote": first, "second": second})


def _filled(sentence: str, parts: Mapping[str, str]) -> str:
    """The sentence with its places filled, in one pass: what a mail says must not be taken for a place to fill."""
    return re.sub(r"\{(\w+)\}", lambda place: parts.get(place[1], place[0]), sentence)


def _in_words(quote: Quote, lang: str) -> str:
    """What was seen, as it stands; what our own checks say of the sender in the reader's language."""
    return in_language(quote.text, lang) if quote.where == "authentication" else quote.text


def _truths(verdict: Verdict, brand: Brand | None, texts: Sentences, lang: str) -> Iterator[str]:
    """What the institution says: about the facts that the message denies (two at most), and about what it never asks for."""
    if brand is None:
        return
    denied = [
        finding.topic for finding in verdict.findings if finding.rule == "fact-denied" and finding.layer in _SPOKEN
    ]
    for fact in [fact for fact in brand.facts if fact.id in denied and lang in fact.says][:2]:
        yield _filled(texts.sentence["fact"], {"fact": fact.says[lang].rstrip("."), "source": fact.source})
    asking = {
        "data-request",
        "payment-request",
        "link-outside",
        "reply-outside",
        "call-back",
        "form-inside",
        "author-foreign",
        "caller-asks",
    }
    if lang in brand.official and any(finding.rule in asking for finding in verdict.findings):
        yield brand.official[lang]
        if not verdict.proven and any(_shows_official_address(finding) for finding in verdict.findings):
            yield texts.sentence["copied"]


def _shows_official_address(finding: Finding) -> bool:
    """Whoever is told which address is the real one sees that very address."""
    return finding.layer in _SPOKEN and (finding.rule, finding.topic) in _OFFICIAL_ADDRESS


_OFFICIAL_ADDRESS = frozenset(
    {("claim-author", "official"), ("claim-display-name", "address-as-name"), ("claim-text", "shown-address")}
)


def _advice(
    verdict: Verdict, brand: Brand | None, texts: Sentences, medium: Medium, watched: Sequence[Brand | None]
) -> Iterator[str]:
    told = texts.medium[medium]["advice"] if medium in texts.medium else texts.advice
    for line in told[str(verdict.label)]:
        if line == "{already}":
            yield from texts.already
        elif line != "{brand_advice}":
            yield line.replace("{watched}", _listed(watched, texts))
        elif brand is not None:
            yield from brand.advice.get(texts.lang, ())


def _listed(brands: Sequence[Brand | None], texts: Sentences) -> str:
    """Their titles, as in "a, b or c"."""
    *first, last = (_title(brand, texts) for brand in brands)
    return f"{', '.join(first)} {texts.sentence['or']} {last}" if first else last
