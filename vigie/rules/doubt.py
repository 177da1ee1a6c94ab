"""How much there is to be careful about in a mail that names the brand: its words, what it wants, whose address it comes from.

Nothing in a text accuses unless all this confirms it. To warn, less will do: a text that speaks half like a fraud, asks for a card or a
payment and leads to a name made of nothing but "remboursement-assures" deserves a second look. The points stand in policy.toml, [doubt].
"""

from __future__ import annotations

from vigie.rules.brand import Brand
from vigie.rules.catalog import rules
from vigie.rules.clauses import FRAUD_WORD
from vigie.rules.givenname import named_otherwise
from vigie.rules.lookalike import Grade, likeness, registrable, words_in
from vigie.rules.policy import COUNTED, policy
from vigie.rules.speech import signs
from vigie.rules.standing import Standing, calls_itself, telling, written_names
from vigie.rules.types import Finding, Kind, Strength
from vigie.rules.unnamed import defanged, leads_off
from vigie.rules.view import View
from vigie.rules.wording import Score, is_coined, names_outright, parts, score, unvouched, warns

MAX_HOSTS = 40
MAX_LINKS = 200
BRIEF = 250
"""Characters."""
_ASKS = frozenset({("data-request", "secret"), ("payment-request", "fees"), ("payment-request", "sum")})
BESIDE = frozenset(
    {"affair", "follow", "call-to-act", "asks-data", "asks-card", "asks-money", "nobody-else", "first-person", "issuer"}
)
"""Signs that name nobody: others give them as well."""
_NAMED = frozenset({"signature", "letterhead", "opening"})
_SPOKEN = frozenset({"issuer", "tells-reader", "speaks-for"})


def confirmed(view: View) -> bool:
    """All that is said and wanted together bears an accusation. True where nothing is known of the words (`score`)."""
    told, careful, points = view.once(score), view.once(doubt), policy().doubt
    if told is None or careful is None:
        return True
    words = policy().wording
    notice = _notice(view)
    if shows_a_fraud(view) or (notice and told.words < (words.curt if is_brief(view) else words.plain)):
        return False
    unsure = told.total < words.sure or not view.once(names_outright)
    needed = points.outweighs if unsure or notice or view.known is Standing.ANOTHER else points.confirms
    return careful >= needed and (careful >= points.vouches or not answers_for_itself(view))


def answers_for_itself(view: View) -> bool:
    """The text says whose the author's domain is, by a name that is no word ("Recoposte") or in capitals, and leads to nobody else.

    Not where it poses outright, or asks for a secret or a payment.
    """
    authors = view.message.authors
    if _asks(view) or view.once(resembles) or any(sign.topic not in BESIDE for sign in view.once(signs)):
        return False
    if not authors or not (view.once(_leads_home) or not leads_off(view.outer_links, view.brand)):
        return False
    told = [written_names(item.raw) for item in view.spoken if not item.is_subject]

    def is_name(word: str) -> bool:
        return bool(telling(word, view.brand)) and is_coined(word)

    return all(any(calls_itself(author, names, is_name) for names in told) for author in authors[:MAX_HOSTS])


def shows_a_fraud(view: View) -> bool:
    """It speaks of fraud, every address is written so that nobody can follow it ("hxxps://remb[.]example"), and nothing else is wanted.

    What a text that is about fraud as a whole says of numbers to call is advice.
    """
    off = leads_off(view.outer_links, view.brand)
    if (
        not off
        or not all(map(defanged, off[:MAX_LINKS]))
        or not any(FRAUD_WORD.search(item.text) for item in view.spoken)
    ):
        return False
    advice = {"link-outside", "call-back", "phone-unofficial"} if view.once(warns) else {"link-outside"}
    return all(finding.rule in advice for finding in view.once(strong_lures))


def _notice(view: View) -> bool:
    """Every link leads to the sender's own domain, and nothing is a sign of posing: what platforms send all day."""
    return view.once(_leads_home) and not view.once(resembles) and not view.once(signs)


def signed(view: View) -> bool:
    """Signed as the brand, which says what only the issuer says: two readings of different lines."""
    topics = {sign.topic for sign in view.once(signs)}
    return bool(topics & _NAMED) and bool(topics & _SPOKEN)


def doubt(view: View) -> float | None:
    """What the words come to (`said`), and what the mail wants and where it leads. None where nothing is known of the words."""
    points = policy().doubt
    worded = view.once(said)
    if worded is None or worded + points.asks + points.leads_off < points.nothing:
        return worded  # what it wants decides nothing
    return worded + view.once(_wanted)


def vouched(view: View) -> bool:
    """Nothing but the text tells who the sender is, and without that there would be much to be careful about."""
    told, points = unvouched(view), policy().doubt
    return told is not None and _said_of(view, told) + view.once(_wanted) >= points.vouched


def _wanted(view: View) -> float:
    """What the mail wants and where it leads (log-odds)."""
    points, lures = policy().doubt, view.once(strong_lures)
    return points.leads_off * bool(lures) + points.asks * _asks(view) - points.home * view.once(_leads_home)


def _asks(view: View) -> bool:
    """A secret or a payment is asked for."""
    return any((finding.rule, finding.topic) in _ASKS for finding in view.once(strong_lures))


def said(view: View) -> float | None:
    """What the words, subject and author's address come to (log-odds): the most of any part, which honest words around it do not lower."""
    whole = view.once(score)
    return None if whole is None else _said_of(view, whole)


def _said_of(view: View, whole: Score) -> float:
    return weighed(view, whole, any(sign.topic == "subject" for sign in view.once(signs)))


def weighed(view: View, whole: Score, posing: bool) -> float:
    """`said` of these words. `posing`: the subject line poses as the brand (letterhead.py)."""
    points = policy().doubt
    most = max([_worth(whole), *(_worth(part) - points.part for part in view.once(parts))])
    most += points.resembles * view.once(resembles) + points.pretext * _pretext(view)
    return most + points.subject * posing + points.brief * is_brief(view)


def strong_lures(view: View) -> list[Finding]:
    """The LUREs of the sender's own that are strong."""
    found = (finding for rule in rules() if Kind.LURE in rule.KINDS for finding in rule.check(view))
    return [
        finding
        for finding in found
        if finding.kind is Kind.LURE and finding.layer in COUNTED and finding.strength is not Strength.WEAK
    ]


def _worth(score: Score) -> float:
    return score.total + policy().doubt.words * score.words


def resembles(view: View) -> bool:
    """The brand's sign is in the author's domain or in a host that the mail leads to."""
    hosts = dict.fromkeys(link.host for link in view.outer_links if link.clickable and link.host)
    names = [author.domain for author in view.message.authors] + list(hosts)[:MAX_HOSTS]
    return any(likeness(name, view.brand).grade is not Grade.NONE for name in names)


def bears_the_name(view: View) -> bool:
    """The author's domain bears the brand's sign, and the text names the brand by more than a name that people and firms have."""
    authors = view.message.authors
    if not authors or any(likeness(author.domain, view.brand).grade is Grade.NONE for author in authors):
        return False
    return named_otherwise(view)


def _leads_home(view: View) -> bool:
    """Every link that leads off leads to the author's own domain."""
    own = {registrable(author.domain) for author in view.message.authors}
    hosts = {registrable(link.host) for link in leads_off(view.outer_links, view.brand)[:MAX_LINKS]}
    return bool(hosts) and hosts <= own


def is_brief(view: View) -> bool:
    """The text is too short for its words to weigh much."""
    return sum(len(item.text) for item in view.spoken if not item.is_subject) < BRIEF


def _pretext(view: View) -> bool:
    """The author's domain names nobody: it is made of words of administration and of the brand's subject."""
    authors = view.message.authors
    return bool(authors) and all(_names_nobody(author.domain, view.brand) for author in authors)


def _names_nobody(domain: str, brand: Brand) -> bool:
    label = registrable(domain).partition(".")[0]
    return bool(label) and not telling(" ".join(words_in(label, brand)), brand)
