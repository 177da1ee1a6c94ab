"""A body that says nothing but "see the attachment": what is attached then speaks for the sender (house: CLAIM).

Whoever says something of his own beside it (asks what the reader thinks, hands on a paper of his own) speaks himself.
"""

from __future__ import annotations

import re

from vigie.rules.clauses import clauses
from vigie.rules.desks import GENERIC
from vigie.rules.grammar import CARD
from vigie.rules.lookalike import GLUE
from vigie.rules.naming import NOT_FAMILY_NAMES

MOST = 300
"""Characters: a longer body says something."""
_THING = (
    r"(?:documents?|courriers?|fichiers?|pieces?|lettres?|avis|notifications?|messages?|pdf|pages?|formulaires?|dossiers?|annexes?|releves?"
    r"|decomptes?|attestations?|justificatifs?|convocations?|courriels?|details?|informations?"
    r"|files?|attachments?|letters?|notices?|forms?|statements?)"
)
_POINTS = re.compile(
    r"\b(?:ci-?joint\w{0,2}|ci-apres|en piece[s]? jointe[s]?|en p\W?j\b|en annexe|pieces? jointes?|p\.?j\.?(?!\w)"
    r"|joint\w{0,2}|attache\w{0,2}|annexe\w{0,2}"
    r"|attached|enclosed|attachments?)\b"
    rf"|\b(?:ouvr\w{{1,4}}|consult\w{{1,4}}|telecharg\w{{1,4}}|lire|lisez|voir|voyez|open|see|view|read|download)\b[^.\n]{{0,30}}\b{_THING}\b"
)
_SPEAKS = re.compile(
    r"[?]|(?<![\w'])(?:je (?!vous prie)|j'|moi\b|mon\b|ma\b|mes\b|m'|tu\b|te\b|t'|toi\b|ton\b|ta\b|tes\b|me\b|my\b|i\b|vu que|fyi\b)"
    r"|\b(?:pour (?:info|information|avis|votre avis|ton avis|verification|relecture)|a ton avis|recue?s?|received|got"
    r"|pens\w{1,5}|think"
    r"|bizarre|louche|suspect\w*|arnaqu\w*|fraud\w*|faux|fausse|vrai|hamecon\w*|phishing|spam|scam|mefi\w*|attention a|transf\w+|fwd"
    r"|forward\w*|imprim\w+|sign(?:e|er|ez)\b|comme convenu|as agreed|promis\w*|diffus\w+|afficher?\b|partag\w+)\b"
)
_DOUBTS = re.compile(
    r"[?]|(?<![\w'])(?:je (?!vous (?:prie|transmet\w*|adresse|envoie|fais parvenir|joins|remercie)\b)|j'|moi\b|m'|tu\b|te\b|t'|toi\b"
    r"|ton\b|ta\b|tes\b|me\b|my\b|i\b|vu que|fyi\b)"
    r"|\b(?:pour (?:info|information|avis|votre avis|ton avis|verification|relecture)|recue?s?|received|got|bizarre|louche|suspect\w*"
    r"|arnaqu\w*|fraud\w*|faux|fausse|hamecon\w*|phishing|spam|scam|mefi\w*|attention a|signal\w+|exemples?|sensibilis\w+"
    r"|bises|bisous|coucou|salut|svp|stp|merci de me)\b"
)
"""Somebody hands on what is not his own: a question, a doubt, a forward, a word among people who know each other."""
_PASSES_ON = re.compile(r"(?:i-)?(?:tr|fwd?) ?: ?")
_OF_HIS_OWN = re.compile(
    r"\b(?:demand\w*|requested|attendus?|attestations?|justificatifs?|certificats?|copies?|factures?|cartes?)\b"
)
"""What people who have a name send each other: papers that somebody asked for."""
_DELIVERED = re.compile(
    r"\bvous (?:est|a ete|sont|etes|avez)\b|\b(?:ouvrez|l'ouvrir|consultez|a traiter|pour (?:lire|consulter|ouvrir|afficher))\b"
)
_TO_READER = re.compile(r"\b(?:votre|vos|your|vous concern\w+|nous vous pri\w+)\b")
_WORD = re.compile(r"[a-z]+")
_PLAIN = (
    frozenset(
        """
    bonjour bonsoir madame monsieur mesdames messieurs cher chere chers cheres assure assuree assures client cliente allo hello dear sir
    sirs hi good morning afternoon cordialement salutations sinceres distinguees meilleures bien respectueusement sincerement sentiments
    agreer expression recevoir prie prions vous nous remercions remercie merci avance par best kind regards sincerely yours thank you thanks
    bonne belle journee reception lecture
    veuillez voici trouver trouverez trouvez prendre connaissance lire ouvrir ouvrez consulter consultez telecharger telechargez voir voyez
    votre vos notre nos ce cet cette ces il est sont a ete etre avoir avez ai sera qui que dont afin pour dans sur avec sous de du des d l
    le la les un une et ou en y au aux plus ci joint joints jointe jointes piece pieces attache attachee annexe pj merci svp stp
    concernant relatif relative adresse adressee transmis transmise envoye envoyee envoyes emis emise important importante urgent urgente
    suivant suivante suivants nouveau nouvelle disponible consultable format html pdf attention lettre lettres page pages details detail
    courrier courriel message caisse organisme service an and at all attached enclosed attachment please find see open view read download
    the this to for from of your our in is are has been file files letter document form notice
    """.split()
    )
    | GENERIC
    | GLUE
    | NOT_FAMILY_NAMES
)
_READ = 8_000
"""Characters of an attachment in which a card or a password is looked for."""
_STRANGERS = 3
"""Words that are none of these: a name below, a place, a month."""


def only_points(texts: list[str], *, known: bool) -> bool:
    """Every one of the folded texts points to an attachment and says nothing else. False for no text.

    `known`: the sender gives a name of his own; then only what is plainly the reader's affair is not his.
    """
    return bool(texts) and all(_points(text, known=known) for text in texts)


def doubts(texts: list[str]) -> bool:
    """One of the folded texts asks or doubts: what stands below is somebody else's."""
    return any(_DOUBTS.search(text) for text in texts)


def hands_over(texts: list[str]) -> bool:
    """Nothing in the folded texts (subject and bodies) asks, doubts or passes on: whoever sends an attachment so stands for it."""
    return not doubts(texts) and all(len(text) <= MOST and not _PASSES_ON.match(text) for text in texts)


def delivers(texts: list[str]) -> bool:
    """The folded texts hand over a message to the reader, and nothing else: "un message vous est destiné, ouvrez la pièce jointe"."""
    return hands_over([_PASSES_ON.sub("", text) for text in texts]) and any(
        _POINTS.search(text) and _DELIVERED.search(text) for text in texts
    )


def asks_for_secrets(texts: list[str]) -> bool:
    """The folded texts want a payment card, a password or a code: nobody's paper does."""
    return any(CARD.search(clause.text) for text in texts for clause in clauses(text[:_READ]) if clause.plain)


def _points(text: str, *, known: bool) -> bool:
    if len(text) > MOST or not _POINTS.search(text) or _SPEAKS.search(text):
        return False
    if known and (_OF_HIS_OWN.search(text) or not _TO_READER.search(text)):
        return False
    return len({word for word in _WORD.findall(text) if len(word) > 1} - _PLAIN) <= _STRANGERS
