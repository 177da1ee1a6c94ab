"""What every rule looks at: message, evidence and brand, with the folded forms computed once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol, TypeVar, cast

from vigie.auth_checks.types import AuthEvidence
from vigie.message.fold import fold
from vigie.message.types import Address, Layer, Link, Message, TextBlock
from vigie.rules.brand import Brand
from vigie.rules.pointing import MOST, asks_for_secrets, delivers, doubts, hands_over, only_points
from vigie.rules.standing import Owner, Standing, by_name, owner, standing
from vigie.rules.types import Finding, Kind
from vigie.rules.unnamed import leads_off
from vigie.rules.utterance import Utterance, utterances

_OF_THE_MESSAGE = frozenset({"outer", "links", "spoken", "outer_links", "buttons", "standing", "owner"})
"""What a View derives from message and brand alone."""
_A_WORD = 20
"""Characters of the body below which the sender says nothing himself."""
_BODIES = 4
"""The same body may stand in several parts."""
_OUR_EARLIER = re.compile(
    r"\bnotre (?:premier|precedent|dernier) (?:e-?mail|mail|message|courriel|courrier|envoi|rappel)\b"
    r"|\b(?:ci-dessous|plus bas)\W*$"
    r"|\bnous vous (?:le |la |les )?(?:renvoyons|retransmettons|adressons (?:de|a) nouveau)\b"
)
_ROBOT = re.compile(
    r"(?:no[._-]?reply|ne[._-]?pas[._-]?repondre|notif\w*|alert\w*|mailer|service|system\w*|robot|automat\w*)[\w.+-]*@"
)


T = TypeVar("T")


@dataclass(frozen=True)
class View:
    """One message as seen with one brand in mind. Pure: everything is derived from the three inputs."""

    message: Message
    evidence: AuthEvidence
    brand: Brand
    _cache: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    _answers: dict[object, object] = field(default_factory=dict, init=False, repr=False, compare=False)

    def with_evidence(self, evidence: AuthEvidence) -> View:
        """The same view in the light of that evidence; what was read of the message is not read again."""
        view = View(self.message, evidence, self.brand, self._cache)
        read = {name: value for name, value in vars(self).items() if name in _OF_THE_MESSAGE}
        vars(view).update(read)
        view._answers.update(self._answers)
        return view

    def folded(self, text: str) -> str:
        """`fold(text)`, computed once per text."""
        if text not in self._cache:
            self._cache[text] = fold(text)
        return self._cache[text]

    def once(self, ask: Callable[[View], T]) -> T:
        """`ask(self)`, computed once: what several rules ask of message and brand, and what a View cannot know itself."""
        if ask not in self._answers:
            self._answers[ask] = ask(self)
        return cast("T", self._answers[ask])

    @cached_property
    def outer(self) -> tuple[TextBlock, ...]:
        """What the sender himself says to the reader: subject and new text.

        Where the body says nothing, or nothing but that something is attached, attachments speak for the sender (house: CLAIM).
        """
        texts, said = self.message.texts, self.message.texts(Layer.OUTER)
        told = tuple(replace(block, layer=Layer.OUTER) for block in texts(*self._passed_on))
        attached = texts(Layer.ATTACHMENT) if self._says_nothing or self._points else ()
        return said + _run_on(said) + told + attached

    @cached_property
    def _passed_on(self) -> tuple[Layer, ...]:
        """The layers of other people's words that are the sender's own all the same."""
        if self._robot_forwards or self._sends_again:
            return (Layer.FORWARDED, Layer.QUOTED)
        return (Layer.ATTACHED_MESSAGE,) if self._nobody_delivers else ()

    @cached_property
    def _sends_again(self) -> bool:
        """The words "our first mail remained without an answer, here it is again", of a sender who names nobody."""
        if not self.message.texts(Layer.FORWARDED, Layer.QUOTED):
            return False
        if doubts(self._own_texts) or not any(_OUR_EARLIER.search(text) for text in self._own_texts):
            return False
        return self._own_standing is Standing.NOBODY

    @cached_property
    def _nobody_delivers(self) -> bool:
        """The words "the attached message is meant for you", of a sender who names nobody: people pass a mail on under their names."""
        if not self.message.texts(Layer.ATTACHED_MESSAGE) or not delivers(self._own_texts):
            return False
        return self._own_standing is not Standing.ANOTHER

    @cached_property
    def _own_texts(self) -> list[str]:
        """Subject and new text, folded: what is the sender's whatever other layers turn out to be his."""
        return [self.folded(block.text) for block in self.message.texts(Layer.OUTER)]

    @cached_property
    def _own_standing(self) -> Standing:
        """Who the sender is by these alone."""
        return standing(self.message.authors, self._own_texts, self.folded, self.brand, frozenset())

    @cached_property
    def _says_nothing(self) -> bool:
        spoken = self.message.texts(Layer.OUTER)
        return sum(len(block.text.strip()) for block in spoken if block.where != "subject") < _A_WORD

    @cached_property
    def _points(self) -> bool:
        """The body says only that something is attached; or who is not known asks and doubts nothing, and what is attached leads off."""
        attached = self.message.texts(Layer.ATTACHMENT)
        if not attached:
            return False
        texts = [self.folded(block.text.strip()) for block in self.message.texts(Layer.OUTER) if block.text.strip()]
        bodies = [text for text in texts if text != self.folded(self.message.subject.strip())]
        if sum(map(len, bodies)) > _BODIES * MOST:
            return False
        links = tuple(link for link in self.message.links if link.layer is Layer.ATTACHMENT)
        known = standing(self.message.authors, bodies, self.folded, self.brand, frozenset()) is Standing.ANOTHER
        leads = leads_off(links, self.brand) or asks_for_secrets([self.folded(block.text) for block in attached])
        return hands_over(texts) if leads and not known else only_points(bodies, known=known)

    @cached_property
    def _robot_forwards(self) -> bool:
        """A mail that is nothing but a forwarded one, from an address that nobody writes by hand: people forward, robots do not."""
        authors = self.message.authors
        return self._says_nothing and bool(authors) and all(_ROBOT.match(author.addr) for author in authors)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """The message's links; those of a feigned forward are the sender's own."""
        own, links = self._passed_on, self.message.links
        return tuple(replace(link, layer=Layer.OUTER) if link.layer in own else link for link in links)

    @cached_property
    def spoken(self) -> tuple[Utterance, ...]:
        """The outer blocks with the brand's words spelled out, as the claim and lure rules read them."""
        return utterances(self.outer, self.folded, self.brand)

    @cached_property
    def outer_links(self) -> tuple[Link, ...]:
        """Links that the outer speaker offers (attachments included: opening one is following him)."""
        return tuple(link for link in self.links if link.layer in (Layer.OUTER, Layer.ATTACHMENT, Layer.HIDDEN))

    @cached_property
    def buttons(self) -> frozenset[str]:
        """What links show, folded: it stands among the last lines and signs nothing."""
        return frozenset(self.folded(link.shown[:200]) for link in self.outer_links if link.shown)

    @cached_property
    def standing(self) -> Standing:
        """Who the sender says he is, by his name and by all that he says."""
        texts = [item.text for item in sorted(self.spoken, key=lambda item: not item.is_subject)]
        return standing(self.message.authors, texts, self.folded, self.brand, self.buttons)

    @cached_property
    def known(self) -> Standing:
        """Who the sender is by his name and address alone: a line in the text is soon written."""
        return by_name(self.message.authors, self.folded, self.brand)

    @cached_property
    def owner(self) -> Owner:
        """Whether whom the display name names is there in what the sender says."""
        texts = [item.text for item in self.spoken if not item.is_subject]
        return owner(self.message.authors, texts, self.folded, self.brand)

    @cached_property
    def official_author(self) -> bool:
        """Every author reading is an official address of the brand. Says nothing about proof."""
        authors = self.message.authors
        return bool(authors) and all(self.brand.official_author(author.addr, author.domain) for author in authors)

    @cached_property
    def brand_author(self) -> bool:
        """Every author reading lies in a domain that the brand owns."""
        authors = self.message.authors
        return bool(authors) and all(self.brand.owns(author.domain) for author in authors)

    @cached_property
    def proven(self) -> bool:
        """Proof of an official author (house: "Proof")."""
        complete = self.evidence.complete or (self.brand.spf_alone_proves and self.evidence.complete_by_spf)
        return complete and self.official_author and self.message.author_readings == 1

    @cached_property
    def foreign_authors(self) -> tuple[Address, ...]:
        """Author readings outside the brand's own domains."""
        return tuple(author for author in self.message.authors if not self.brand.owns(author.domain))


def _run_on(blocks: tuple[TextBlock, ...]) -> tuple[TextBlock, ...]:
    """Plain texts of a mail that clients show below each other, as one, where one breaks off in a word that the next goes on with."""
    runs: list[list[str]] = []
    broken: list[bool] = []
    before = ""
    for block in blocks:
        text = block.text.strip("\r\n") if block.where == "text/plain" else ""
        if before and text and not _ENDED.search(before):
            in_word = before[-1].isalpha() and text[0].islower()
            runs[-1].append(text if in_word or before.endswith("/") else f"\n{text}")
            broken[-1] |= in_word
        elif text:
            runs.append([text])
            broken.append(False)
        before = text
    return tuple(
        TextBlock(Layer.OUTER, "text/plain", "".join(run)) for run, known in zip(runs, broken, strict=True) if known
    )


_ENDED = re.compile(r"[.!?…]\s*$")


class Rule(Protocol):
    """A module of `checks/`: it answers one question and never decides. The docstring's first line is its title."""

    ID: str
    """Stable, kebab-case, equal to the module's name with hyphens."""
    KINDS: tuple[Kind, ...]
    """The kinds of finding that it may emit."""
    SOURCES: tuple[str, ...]
    """Where the knowledge comes from: a fact's source, a standard, a threat id. Never empty."""

    def check(self, view: View) -> Iterator[Finding]:
        """Zero or more findings. Total: hostile text yields none or some, never an exception."""
        ...
