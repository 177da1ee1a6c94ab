"""Who the sender says he is, when he does not say that he is the brand: another body, a person, or nobody at all.

A body or a person who gives a name of its own and mentions the brand is usual (a mutuelle, a pharmacy, an employer). A sender who
names nobody and speaks about the reader's own card or account leaves the reader only the brand to think of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import IntEnum

from vigie.message.fold import fold
from vigie.message.types import Address
from vigie.rules.brand import Brand
from vigie.rules.desks import BODY, DEPARTMENT, FOLLOWERS, GENERIC, OTHERS, TOOLS
from vigie.rules.lookalike import GLUE, Grade, likeness, registrable
from vigie.rules.naming import NOT_FAMILY_NAMES, is_person, names_of, readable


class Standing(IntEnum):
    """What the sender's name tells."""

    NOBODY = 0
    """No name, or words of administration that anybody may write."""
    UNKNOWN = 1
    """A name that nothing else in the mail speaks for."""
    ANOTHER = 2
    """A body of another kind, a name that fits the domain, or a person."""


_COURTESY = re.compile(
    r"^(?:(?:votre|notre|vos|nos|le|la|les|l'equipe(?: de| du| des)?|bien a vous|cordialement),? )+|^l'|^l'equipe (?:de |du )?(?:la |l')?"
)
_OWN_VOICE = re.compile(
    r"\b(?:notre|nos) (?:mutuelle|officine|pharmacie|cabinet|laboratoire|entreprise|societe|complementaire"
    r"|etablissement|redaction|association|commune|mairie|clinique|hopital|ecole|journal|logiciel|caisse-maladie|boutique|magasins?)\b"
    r"|\bnos (?:adherents|lecteurs|patients|abonnes|salaries|collaborateurs|clients? entreprises?|curistes|eleves|etudiants)\b"
    r"|\bservice (?:rh|paie|du personnel)\b|\bressources humaines\b"
    r"|\b(?:lire (?:l'article|la suite(?! (?:dans|sur))|en ligne)|a la une|nos articles|la redaction|gestionnaire de paie"
    r"|bulletin de (?:paie|salaire)|recrut\w+|postulez|offres? d'emploi|cdi|cdd"
    r"|devis|souscri\w+|cotisations?|(?:espace|service) adherents?|numero d'adherent|carte de (?:tiers payant|mutuelle)|notre boutique"
    r"|actualites"
    r"|l'info du jour|nouvelle reponse de|a repondu a|(?:voir|fil de) (?:la )?discussion)\b"
)
_LAST_LINES = 5
_SAYS = re.compile(r"[^\W_]")
_FAREWELL = re.compile(
    r"(?:tres )?(?:bonne? \w+|belle journee|a (?:bientot|tres vite|demain|plus)|merci(?: d'avance| beaucoup)?|bises|bisous|cordialement"
    r"|bien (?:a vous|cordialement)|salutations|thanks?|thank you|(?:kind |best )?regards)"
)
_TAG = re.compile(r"^(?:re ?: ?)?\[([^\]\n]{3,40})\]")
"""The tag of a list or a forum at the head of its subjects."""
_PERSON = re.compile(r"(?:(?:m|mr|mme|me|dr|pr|maitre) )?[a-z'-]{2,20}(?: [a-z'-]{2,20}){1,2}")


def own_voice(texts: list[str], brand: Brand) -> bool:
    """The text speaks for another body in the first person, or is a page of a newspaper; the brand's own trade says neither."""
    trade = brand.claim.own_words
    said = (found[0] for text in texts for found in _OWN_VOICE.finditer(text))
    return any(not any(word in phrase for word in trade) for phrase in said)


def standing(
    authors: tuple[Address, ...], texts: list[str], folded: Callable[[str], str], brand: Brand, buttons: frozenset[str]
) -> Standing:
    """The weakest standing of all author readings; a signature of another body, or the brand spoken of as a third party, tells too.

    `buttons` are the folded texts of links: they stand among the last lines and sign nothing.
    """
    third = names_of(brand).third
    tags = [tag for text in texts[:1] for tag in _TAG.findall(text[:120])]
    if tags and authors and all(any(fits_domain(tag, author.domain, brand) for tag in tags) for author in authors):
        return Standing.ANOTHER
    if authors and all(_tracks(texts, author.domain) for author in authors):
        return Standing.ANOTHER
    signed = max((_signature(text, authors, brand, buttons) for text in texts), default=Standing.NOBODY)
    if signed is Standing.ANOTHER or any(third.search(text) for text in texts):
        return Standing.ANOTHER
    one = any(_I.search(text) for text in texts)
    known = [_unless_a_desk(_of_author(author, folded, brand), author, folded, one) for author in authors]
    return max(signed, min(known, default=Standing.NOBODY))


def by_name(authors: tuple[Address, ...], folded: Callable[[str], str], brand: Brand) -> Standing:
    """What the names and addresses tell alone, whatever the text says: the weakest of all author readings."""
    return min((_of_author(author, folded, brand) for author in authors), default=Standing.NOBODY)


def persons(authors: tuple[Address, ...], folded: Callable[[str], str], brand: Brand) -> bool:
    """Every author is a person by name, at an address that bears it."""
    return bool(authors) and all(_person(readable(folded(author.display), brand), author, brand) for author in authors)


def another_body(authors: tuple[Address, ...], folded: Callable[[str], str], brand: Brand) -> bool:
    """Every display name, or else domain, is that of another public body or great firm, truly or not, and not the brand's."""
    return bool(authors) and all(_another_body(folded(author.display), author.domain, brand) for author in authors)


def _another_body(display: str, domain: str, brand: Brand) -> bool:
    if names_of(brand).names.search(readable(display, brand)):
        return False
    label = registrable(domain).partition(".")[0].replace("-", " ")
    return bool(_CALLED_SO.match(display) or (OTHERS.search(label) and likeness(domain, brand).grade is Grade.NONE))


_CALLED_SO = re.compile(r"\W{0,3}(?:la |le |les |votre |mon )?" + OTHERS.pattern)

_I = re.compile(r"(?<![\w'])(?:je |j'|moi\b)")
_TICKET = re.compile(
    r"\A.{0,60}?\[?\b(?:([a-z]{2,10}-\d{1,6})\b|[a-z]{2,12} ?#0{0,6}(\d{3,9})\b)|\((?:(?:issue|pr|mr) )?[#!](\d{1,9})\)\Z"
)


def _tracks(texts: list[str], domain: str) -> bool:
    """A tracker's notice: the key of a ticket at the head or the end of the subject, and in an address of the sender's own below."""
    key = _TICKET.search(texts[0][:200]) if texts else None
    return key is not None and any(
        re.search(rf"://(?:[\w-]+\.)*{re.escape(domain)}/\S*\b{re.escape(key[1] or key[2] or key[3])}\b", text)
        for text in texts[1:]
    )


def _unless_a_desk(who: Standing, author: Address, folded: Callable[[str], str], one: bool) -> Standing:
    """A word that nothing speaks for is a desk's rather than a name, unless it may be a person's who speaks as one.

    "Décomptes" and "Mamie" are told apart by what they say, not by a dictionary.
    """
    display = folded(author.display)
    if who is not Standing.UNKNOWN or not display or _REPORTS.match(author.addr.lower()):
        return who
    person = _PERSON.fullmatch(display) and not set(display.split()) & GENERIC
    return who if one or person or BODY.search(display) else Standing.NOBODY


_REPORTS = re.compile(r"(?:mailer-daemon|postmaster)@")
"""Servers that report about a mail of the reader's own (RFC 3464)."""


def _of_author(author: Address, folded: Callable[[str], str], brand: Brand) -> Standing:
    display = readable(folded(author.display), brand)
    if _REPORTS.match(author.addr.lower()) or (not display and telling(_local(author, brand), brand)):
        return Standing.UNKNOWN
    named = names_of(brand).names.search(display)
    if not named and (TOOLS.search(display) or TOOLS.search(_local(author, brand))):
        return Standing.ANOTHER
    if FOLLOWERS.match(display) or namesake(display, author.domain, brand):
        return Standing.ANOTHER
    if not named and OTHERS.search(folded(author.display)):
        return Standing.ANOTHER
    if named and not is_person(display, brand):
        return Standing.NOBODY
    body = BODY.search(display)
    if body:
        told = any(not BODY.fullmatch(word) for word in telling(display, brand))
        at_home = DEPARTMENT.fullmatch(body[0]) or body[0].replace(" ", "")[:8] in author.domain.replace("-", "")
        return Standing.ANOTHER if told or at_home else Standing.UNKNOWN
    if not telling(display, brand):
        return Standing.NOBODY
    if fits_domain(display, author.domain, brand) or _person(display, author, brand):
        return Standing.ANOTHER
    return Standing.UNKNOWN


_FIRM = re.compile(r"\b(?:sa|ag|gmbh|ltd|nv|plc|mutuel|mutuelle)$")


_SPEAKS = re.compile(r"(?<![\w'])(?:je|j'\w+|moi|me|m'\w+|mon|ma|mes|i|i'm|i'll|i've|my)(?![\w'])")


class Owner(IntEnum):
    """Whether the person or body of the display name is there in the text."""

    NAMELESS = 0
    """The display name names nobody."""
    ABSENT = 1
    """Nothing in the text tells that this name wrote it: usual for a notice, and for a mailbox that somebody else uses."""
    SPEAKS = 2
    """Somebody says "I"."""
    NAMED = 3
    """A word of the name stands in the text."""


def owner(authors: tuple[Address, ...], texts: list[str], folded: Callable[[str], str], brand: Brand) -> Owner:
    """The weakest over all author readings. `texts`: what the sender says, without the subject; addresses in it do not count."""
    text = " ".join(word for part in texts for word in part.split() if "@" not in word and "//" not in word)
    said = set(re.findall(r"[a-z0-9]+", text))
    speaks = bool(_SPEAKS.search(text))
    return min(
        (_presence(telling(readable(folded(author.display), brand), brand), said, speaks) for author in authors),
        default=Owner.NAMELESS,
    )


def _presence(name: list[str], said: set[str], speaks: bool) -> Owner:
    if not name:
        return Owner.NAMELESS
    if said.intersection(name):
        return Owner.NAMED
    return Owner.SPEAKS if speaks else Owner.ABSENT


def namesake(display: str, domain: str, brand: Brand) -> bool:
    """A firm of another country beside whose name the brand's is an ordinary word: "Helvétia-Lac Assurance Maladie SA"."""
    name = names_of(brand).names.search(display)
    if name is None or re.sub(r"[^a-z]", "", name[0]).removeprefix("l") not in brand.claim.generic_stems:
        return False
    return bool(_FIRM.search(display)) and fits_domain(display[: name.start()], domain, brand)


def _local(author: Address, brand: Brand) -> str:
    """The words of the address before the @; none where they name the brand."""
    local = re.sub(r"[^a-z]+", " ", author.addr.rpartition("@")[0].lower())
    return "" if names_of(brand).names.search(local) else local


def telling(text: str, brand: Brand) -> list[str]:
    """The words that name somebody: proper names, and what is no word of administrations and of the brand's subject."""
    meant = GENERIC | GLUE | NOT_FAMILY_NAMES
    known = names_of(brand).words
    stems = (*brand.claim.host_words, *brand.claim.host_stems, *brand.claim.host_weak_stems, *brand.claim.subjects)
    return [
        word
        for word in re.findall(r"[a-z0-9]+", text)
        if len(word) >= 3 and word not in meant and word not in stems and word not in known and not word.isdigit()
    ]


def fits_domain(text: str, domain: str, brand: Brand) -> bool:
    """A telling word of the text stands in the registrable label (four letters anywhere, three as a word of it), or the reverse."""
    told = telling(text, brand)
    if _in_label(told, domain, anywhere=4):
        return True
    squeezed = registrable(domain).partition(".")[0].replace("-", "")
    joined = "".join(re.findall(r"[a-z0-9]+", text))
    return bool(told) and len(squeezed) >= 4 and squeezed in joined and squeezed not in GENERIC | GLUE


def _in_label(words: Iterable[str], domain: str, *, anywhere: int) -> bool:
    """One of the words is a word of the registrable label, or stands somewhere in it and has so many letters."""
    label = registrable(domain).partition(".")[0]
    pieces, squeezed = set(re.split(r"[^a-z0-9]+", label)), label.replace("-", "")
    return any(word in pieces or (len(word) >= anywhere and word in squeezed) for word in words)


_ADDRESS = re.compile(r"[@/]|\w(?:\.|\[\.\]|\(\.\))\w")


def names_itself(authors: tuple[Address, ...], texts: list[str], brand: Brand) -> bool:
    """The text says who owns the author's domain ("Prolien, le réseau ..." of prolien.example), in a word outside addresses."""
    shown = " ".join(word for text in texts for word in text.split() if not _ADDRESS.search(word))
    said = {word for word in telling(shown, brand) if len(word) >= 4}
    return bool(authors) and all(_in_label(said, author.domain, anywhere=5) for author in authors)


def written_names(raw: str) -> list[tuple[bool, str]]:
    """The words of a text as it was written, outside addresses: whether each begins with a capital, and its comparison form."""
    words = (word for token in raw.split() if not _ADDRESS.search(token) for word in _NAME_PART.findall(token))
    return [(word[0].isupper(), re.sub(r"[^a-z0-9]", "", fold(word))) for word in words]


def calls_itself(author: Address, names: list[tuple[bool, str]], is_coined: Callable[[str], bool]) -> bool:
    """The text (`written_names`) says whose the author's domain is, in capitals as names are written.

    Its whole label ("AR Numérique" of ar-numerique.example), or a word in it that `is_coined` ("Recoposte" of recoposte-info.example).
    """
    squeezed = re.sub(r"[^a-z0-9]", "", registrable(author.domain).partition(".")[0])
    if len(squeezed) < 4:
        return False
    for at, (capital, part) in enumerate(names):
        if not capital or len(part) < 2 or part not in squeezed:
            continue
        if len(part) >= 4 and _in_label((part,), author.domain, anywhere=5) and is_coined(part):
            return True
        if squeezed.startswith(part) and _spells(names[at : at + _LABEL_PARTS], squeezed):
            return True
    return False


def _spells(names: list[tuple[bool, str]], label: str) -> bool:
    spelled = ""
    for capital, part in names:
        spelled += part
        if len(spelled) >= len(label):
            return spelled == label and capital
    return False


_LABEL_PARTS = 5
_NAME_PART = re.compile(r"\w+")


def _person(display: str, author: Address, brand: Brand) -> bool:
    """First name and family name, one of which is in the address: remi.charpentier@, c.vasseur@."""
    if not _PERSON.fullmatch(display) or len(telling(display, brand)) < 2 or set(display.split()) & GENERIC:
        return False
    local = author.addr.rpartition("@")[0].lower()
    return any(word in local for word in re.findall(r"[a-z]+", display) if len(word) >= 3)


def staff(display: str, author: Address, brand: Brand) -> bool:
    """A person at his own address, and the brand in parentheses or behind a dash: "Jean Roux (CPAM 69)" <jean.roux@...>."""
    name = _HIS_HOUSE.match(display)
    if name is None or not names_of(brand).names.search(name[2]) or not _person(name[1].strip(), author, brand):
        return False
    local = re.sub(r"[^a-z]", "", author.addr.rpartition("@")[0].lower())
    words = [word for word in re.findall(r"[a-z]+", name[1]) if len(word) > 1]
    return any(
        word in local and any(other[0] in local.replace(word, "", 1) for other in words if other != word)
        for word in words
    )


_HIS_HOUSE = re.compile(r"([a-z' -]{5,40}?) ?(?:\(| [-/|–,] )([^()\n]{3,60})\)?$")


def _signature(text: str, authors: tuple[Address, ...], brand: Brand, buttons: frozenset[str]) -> Standing:
    """ANOTHER where one of the last lines names another body or fits the author's domain; UNKNOWN where the last is some name."""
    lines = [line.strip(" .,!*-|") for line in text.split("\n") if _SAYS.search(line)]
    lines = [line for line in lines if not ("://" in line or "@" in line or line.endswith(":") or line in buttons)]
    if len(lines) < 2:
        return Standing.NOBODY
    last = Standing.NOBODY
    while lines and _FAREWELL.fullmatch(lines[-1]):
        lines.pop()
    for line in lines[-_LAST_LINES:]:
        who = _COURTESY.sub("", line)
        if len(who.split()) > 6 or len(line) > 60 or names_of(brand).names.search(line):
            continue
        if (
            BODY.match(who)
            or OTHERS.match(who)
            or (authors and all(fits_domain(who, author.domain, brand) for author in authors))
        ):
            return Standing.ANOTHER
        if line == lines[-1] and len(who.split()) <= 3 and telling(who, brand) == re.findall(r"[a-z0-9]+", who):
            last = Standing.UNKNOWN
    return last
