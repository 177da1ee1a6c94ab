"""What only the issuer says: how the brand presents itself, speaks of the reader's own card or account, and tells him to act.

These signs need each other. What a doctor, a mutuelle or a newspaper says about the brand yields one of them, hardly ever two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from vigie.message.fold import fold
from vigie.message.types import Layer, Link
from vigie.rules.brand import Brand
from vigie.rules.clauses import joined, warns_of_fraud, without_quotes
from vigie.rules.grammar import AMOUNT, ASKS, AT_A_DESK, CARD, FEES, PAID_TO, PAYS, PRESSES, RECEIVES, SECRET, STATE
from vigie.rules.letterhead import opens_with_name
from vigie.rules.naming import Names
from vigie.rules.standing import Standing
from vigie.rules.unnamed import affair, among_papers, leads_off
from vigie.rules.utterance import Sign, Utterance
from vigie.rules.weights import weights

_PRESENTS = re.compile(
    r"^(?: \w+){0,3} (?:vous (?:informe|contacte|invite|remercie|adresse|ecrit|remet|convoque|rappelle|signale|notifie"
    r"|annonce|reclame|verse|attribue|propose|demande|prie|avise|confirme|alerte|accorde|doit|offre|a (?:donne|accorde|attribue|adresse"
    r"|envoye|selectionne|choisi))\b"
    r"|a (?:procede|determine|constate|detecte|identifie|effectue|calcule|valide|enregistre"
    r"|releve|observe|decide|prononce|ouvert|emis"
    r"|engage|le plaisir)"
    r"|devoile|met a votre disposition|souhaite vous"
    r"|(?:owes|informs|invites|notifies|thanks|requires|has (?:approved|processed|sent|detected|noticed"
    r"|calculated|determined)|(?:is|are) pleased)\b)"
)
_TELLS_READER = re.compile(
    r"^(?: \w+){0,3} vous (?:informe|contacte|rappelle|signale|notifie|annonce|avise|confirme|alerte|demande|prie) (?:que "
    r"|de ).{0,60}\bvo(?:us|tre|s)\b"
)
_ACTS_ON_READER = re.compile(
    r"^(?: \w+){0,2} (?:(?:n'a |n'ont )?(?:pas |toujours pas )?(?:doit|a besoin de|recu|attribue|recompense"
    r"|renforce|verse|remplace|met en place|lance|exige|demande|verifie|reserve|offre|modernise|actualise|rembourse"
    r"|needs|requires|must|will))\b"
    r".{0,60}\b(?:vous|votre|vos|(?:ses|nos|aux|les) (?:assure\w*|beneficiaires|affilie\w*|usagers|services|foyers"
    r"|allocataires|contribuables|cotisants|adherents)|you|your)\b"
)
_I_AM = re.compile(
    r"\b(?:(?<!d')ici|nous sommes|je suis|je travaille(?: au| a| pour| dans| chez)?|je vous (?:contacte|ecris|appelle)|nous vous"
    r" (?:contactons|ecrivons)|au nom|de la part|vo(?:tre|s) (?:conseill\w+|agent|correspondant\w*|interlocut\w+)"
    r"|(?:ce|present) (?:message|mail|e-mail|courriel|courrier) vous (?:est|a ete) (?:adresse|envoye|transmis) par"
    r"|(?<!\b(?:au|du|le|un|ce) )(?<!\b(?:notre|votre) )(?<!\b(?:des|les|son|vos|nos) )(?:medecin|praticien)[- ]conseil|i am|on behalf)"
    r",? (?:[\w'\"<>-]+,? ){0,7}(?:de |du |des |d'|a |au |of |from |with )?(?:l'|la |le |the )?$"
)
_OF_A_THIRD = re.compile(
    r"\b(?:je suis|nous sommes) (?:[\w'-]+ ){0,3}?(?:alle|passe|retourne|venu|affilie|inscrit|rattache|couvert|convoque|rembourse|indemnise"
    r"|conventionne|suivi|contacte|harcele|radie)e?s?\b"
    r"|\b(?:je suis|nous sommes) (?:[\w'-]+ ){0,5}?(?:avec|contre) (?:la |l'|votre |ma |notre )?$"
    r"|\bvo(?:tre|s) (?:conseill\w+|agent|correspondant\w*|interlocut\w+) (?:\w+ )?(?:est|sont|sera|seront|reste\w*)\b"
    r"|\b(?:si (?:l'on|on|quelqu'un)|quiconque|quelqu'un|ceux qui|personnes? qui) (?:[\w']+ ){0,4}?au nom\b"
    r"|\b(?:un|des|les|ces|de faux|certains) (?:courriels?|mails?|e-mails?|messages?|sms|appels?|lettres?) (?:\w+ ){0,3}au nom\b"
)
"""The words "je suis passée à la CPAM", "votre interlocuteur est la CPAM", "un courriel au nom de l'Assurance Maladie réclame"."""
_ON_BEHALF = re.compile(
    r"\b(?:mandate\w*|missionne\w*|chargee?s?) (?:\w+ ){0,3}?par (?:la |l'|votre )?$"
    r"|\b(?:agissant|intervenant|intervenons|agissons|pour le compte|au nom|a la demande|sur instruction|en qualite de mandataire"
    r"|creances?|creancier|dettes?) ?:? ?(?:\w+ ){0,6}?(?:de|d'|pour|envers|aupres de|a) ?(?:la |l'|votre )?$"
    r"|\bcontrole de votre $"
)
_FOR_IT = re.compile(r"\b(?:pour|afin) que (?:la |l'|votre )?$")
_INTRODUCED = re.compile(
    r"(?:^|[.!?] )(?!bonjour|bonsoir|merci|suite|salut)[a-z]{3,15}(?: [a-z.'-]{1,20})?, (?:de|pour|depuis|a) (?:la |l'|votre )?$"
)
"""The words "Claire, de la CPAM"."""
_OFFICER = re.compile(
    r"(?:^|[.!?\n] ?)(?:agente?|conseill\w+|inspect\w+|controleu\w+|gestionnaire|enquet\w+|deleguee?|technicien\w*|medecin[- ]conseil)"
    r"(?: [\w'-]+){0,6}? (?:de |a |aupres de )?(?:la |l')?$"
)
_WHO_SPEAKS = re.compile(r"(?: [\w'()-]+){0,7}, (?:je |j')")
"""The words "agent assermenté de la CPAM, j'instruis"."""
_ACCESSORY = re.compile(r"\b(?:accessoirement|par ailleurs|retraite\w*|ancien\w*|bientot|candidat\w*|aussi)\b")
_FIRST_PERSON = re.compile(r"\b(?:nous|notre|nos|je)\b")
_SECOND_PERSON = re.compile(r"\b(?:vous|votre|vos|ma|mon|mes|tu|toi|ta|ton|tes|you|your)\b")
_YOU = re.compile(r"\bvous\b")
_NOT_ISSUER = re.compile(
    r"\b(?:etuis?|housses?|pochettes?|porte[- ]?cartes?|lecteurs?) (?:\w+ ){0,2}?(?:de |pour |a )?(?:la |votre )?carte\b|"
    r"\b(?:notre|nos|votre) (?:mutuelle|officine|pharmacie|cabinet|laboratoire|adherents?|entreprise|complementaire(?! sante solidaire)"
    r"|etablissement|redaction|lecteurs|employeur|commune|mairie|logiciel)\b"
    r"|\b(?:pharmaci\w+|borne)\b.{0,30}\bcarte\b|\bservice (?:rh|paie|du personnel|ressources humaines)\b|\bressources humaines\b"
)
_ASKED = frozenset({"call-to-act", "asks-data", "asks-card", "asks-money"})
_TOLD = frozenset({"issuer", "presents-itself", "tells-reader", "speaks-for"})
_NEAR = 700
"""Characters of the body in which a sender presents himself."""


def supporting(
    spoken: tuple[Utterance, ...], links: tuple[Link, ...], words: Names, brand: Brand, who: Standing
) -> list[Sign]:
    """Signs that need each other. Where the sender names nobody, what is said falls to the brand."""
    subject = "\n".join(item.text for item in spoken if item.is_subject)
    body = "\n".join(item.text for item in spoken if not item.is_subject)
    if warns_of_fraud(subject, body):
        return []
    weight = weights()
    nobody = who is Standing.NOBODY
    found: list[Sign] = []
    for item in spoken:
        found += _presented(item, words)
    issued = list(_issued(spoken, words, brand, nobody=nobody))
    found += issued
    own = without_quotes(body[:_NEAR])
    for pattern in patterns_of(brand.claim.addressing):
        if pattern.search(own):
            found.append(Sign("addressee", weight.addressee, "text", _line_of(own, pattern), Layer.OUTER))
            break
    found += shown_in_links(links, brand)
    left = list(affair(spoken, links, words, brand, who))
    if not found and not left:
        return []
    calls = list(_calls_to_act(spoken, links, words, late=bool(left) or any(sign.topic in _TOLD for sign in found)))
    if left and nobody and not any(sign.topic == "call-to-act" for sign in calls):
        calls += _followed(links, brand)
    if left and _pressed(spoken, links, words, brand, {sign.topic for sign in calls}, who):
        found += left + calls
    elif found:
        found += [sign for sign in calls if sign.topic != "follow"]
    else:
        return []
    topics = {sign.topic for sign in found}
    told = bool(topics & {"speaks-for", "tells-reader", "affair"}) or any(
        sign.topic == "issuer" and sign.weight >= weight.issuer_to_reader for sign in found
    )
    if nobody and (told or ("presents-itself" in topics and topics & _ASKED)):
        found.append(Sign("nobody-else", weight.nobody_else, found[0].where, found[0].text, Layer.OUTER))
    return found


def _followed(links: tuple[Link, ...], brand: Brand) -> list[Sign]:
    """The first link that leads off: where nobody else speaks, it stands there to be followed."""
    return [
        Sign("follow", weights().call_to_act, link.where, link.shown or link.target, link.layer)
        for link in leads_off(links, brand)[:1]
    ]


def _pressed(
    spoken: tuple[Utterance, ...], links: tuple[Link, ...], words: Names, brand: Brand, asked: set[str], who: Standing
) -> bool:
    """The reader is pressed: for a card or a password; or, by somebody who names nobody, by what he loses or gets, or until when."""
    if "asks-card" in asked:
        return True
    if who is not Standing.NOBODY or not asked:
        return False
    if any(words.products.search(fold(link.shown[:200])) for link in leads_off(links, brand)):
        return True  # "mon compte ameli", and it leads elsewhere
    said = [
        (clause.text, item.is_subject and opens_with_name(item.text, words))
        for item in spoken
        for clause in item.clauses
        if clause.plain and not clause.asked
    ]
    return any(
        (
            (labelled or _SECOND_PERSON.search(text) or _own_product(text, words))
            and (STATE.search(text) or PRESSES.search(text) or (asked != {"follow"} and AMOUNT.search(text)))
        )
        or _DEADLINE.search(text)
        for text, labelled in said
    )


def _own_product(text: str, words: Names) -> bool:
    """A service that only the reader has one of: "compte ameli désactivé"."""
    return any(found[0] in words.services for found in words.products.finditer(text))


def shown_in_links(links: tuple[Link, ...], brand: Brand) -> list[Sign]:
    """An official address shown over another link; the brand's name as a folder of an outside one (/ameli/login)."""
    found: list[Sign] = []
    for link in links:
        if not link.host or brand.official_host(link.host):
            continue
        if brand.own_host(shown_host(link.shown)):
            found.append(Sign("shown-address", weights().shown_address, link.where, link.shown, link.layer))
        if link.clickable and _brand_folder(link.target, brand):
            found.append(Sign("path", weights().path, link.where, link.target, link.layer))
    return found


def _brand_folder(target: str, brand: Brand) -> bool:
    """A folder of the path is a stem of the brand and nothing else; an article's slug has more words."""
    path = target.partition("://")[2].partition("/")[2].partition("?")[0].lower()[:300]
    return any(re.sub(r"[^a-z]", "", folder) in brand.claim.host_stems for folder in path.split("/"))


def _presented(item: Utterance, words: Names) -> Iterator[Sign]:
    """The words "L'Assurance Maladie vous informe", "je suis conseiller de la CPAM", "Assurance Maladie : ..." as the first words."""
    weight = weights()
    text = without_quotes(item.text)
    text = joined(text) if item.wrapped else text
    for name in words.names.finditer(text):
        before, after = text[max(0, name.start() - 100) : name.start()], text[name.end() : name.end() + 120]
        before, after = before.rpartition("\n")[2], after.partition("\n")[0]
        if _FOR_IT.search(before) and after.startswith(" puisse"):
            yield Sign("presents-itself", weight.acts_on_reader, item.where, _around(text, name), item.layer)
        elif _TELLS_READER.match(after):
            yield Sign("tells-reader", weight.tells_reader, item.where, _around(text, name), item.layer)
        elif _PRESENTS.match(after):
            near = name.start() < _NEAR
            yield Sign("presents-itself", weight.presents_itself if near else 1, item.where, _around(text, name), item.layer)  # fmt: skip
        elif _ACTS_ON_READER.match(after.partition(".")[0]):
            secret = SECRET.search(after.partition(".")[0])
            points = weight.asks_for_secret if secret else weight.acts_on_reader
            yield Sign("presents-itself", points, item.where, _around(text, name), item.layer)
        myself = (_I_AM.search(before) or _INTRODUCED.search(before)) and not (
            _ACCESSORY.search(before) or _OF_A_THIRD.search(before)
        )
        officer = _OFFICER.search(before) and _WHO_SPEAKS.match(after)
        if myself or officer or (_ON_BEHALF.search(before) and _collects(item)):
            yield Sign("speaks-for", weight.speaks_for, item.where, _around(text, name), item.layer)
    first = text.lstrip().split("\n", 1)[0]
    if not item.is_subject and opens_with_name(first, words):
        yield Sign("opening", weight.opening, item.where, first, item.layer)


def _collects(item: Utterance) -> bool:
    """Money is asked of the reader, to an account or a card that the mail leads to: a debt collector in the brand's name."""
    said = [clause.text for clause in item.clauses if clause.plain and not AT_A_DESK.search(clause.text)]
    asked = any(
        (PAYS.search(text) or _DUE.search(text)) and AMOUNT.search(text) and _SECOND_PERSON.search(text)
        for text in said
    )
    return asked and any(PAID_TO.search(text) or CARD.search(text) or "://" in text for text in said)


_DUE = re.compile(r"\b(?:dues?|dus|devez|doivent etre regle\w*|impayee?s?|reste a (?:payer|regler))\b")
_OF_MYSELF = re.compile(r"\b(?:je|j'|me|m'|moi)\b")


def _not_the_issuer(clause: str, brand: Brand) -> bool:
    """Said by a mutuelle, at a desk, or by the sender about himself ("mon compte est bloqué et je dois payer")."""
    if AT_A_DESK.search(clause) or any(pattern.search(clause) for pattern in patterns_of(brand.claim.not_issuer)):
        return True
    trade = brand.claim.own_words
    if any(not any(word in found[0] for word in trade) for found in _NOT_ISSUER.finditer(clause)):
        return True
    return bool(_OF_MYSELF.search(clause)) and not re.search(r"\b(?:vous|votre|vos)\b", clause)


def _issued(spoken: tuple[Utterance, ...], words: Names, brand: Brand, *, nobody: bool) -> Iterator[Sign]:
    """What only the issuer says, plainly: the sentences that the institution denies, about a product of its own.

    One such sentence may be anybody's (a doctor's: "votre carte Vitale n'est plus valide"); a second one is a pattern.
    """
    weight = weights()
    said, matter = _sayings_of(brand)
    hits: dict[str, tuple[Utterance, str, bool]] = {}
    for item in spoken:
        for clause in item.clauses:
            text = clause.text
            if not clause.plain or clause.asked:
                continue
            named = bool(words.products.search(text) or words.names.search(text))
            second = _SECOND_PERSON.search(text)
            if not (named or second) or _not_the_issuer(text, brand) or among_papers(text, words):
                continue
            if said.search(text) or (
                (matter.search(text) or (second and words.names.search(text))) and STATE.search(text)
            ):
                hits.setdefault(text, (item, text, named))
            elif named and second and _FIRST_PERSON.search(text):
                yield Sign("first-person", weight.first_person, item.where, text, item.layer)
    if not hits:
        return
    item, text, _ = max(hits.values(), key=lambda hit: hit[2])
    addressing = _SECOND_PERSON if nobody else _YOU
    direct = any(_SECOND_PERSON.search(clause) for _, clause, _ in hits.values()) and (
        _addressed(spoken, words) or any(named and addressing.search(clause) for _, clause, named in hits.values())
    )
    points = weight.issuer_to_reader if direct else weight.issuer
    yield Sign("issuer", points + weight.issuer_more * min(2, len(hits) - 1), item.where, text, item.layer)


_YOURS = re.compile(r"\b(?:votre|vos|ma|mon|your) (?:\w+ ){0,3}$")


def _addressed(spoken: tuple[Utterance, ...], words: Names) -> bool:
    """The words "votre carte Vitale", "votre nouveau compte ameli": the product is the reader's own."""
    for item in spoken:
        for pattern in (words.products, words.names):
            for found in pattern.finditer(item.text):
                if _YOURS.search(item.text[max(0, found.start() - 50) : found.start()]):
                    return True
    return False


def _calls_to_act(
    spoken: tuple[Utterance, ...], links: tuple[Link, ...], words: Names, *, late: bool
) -> Iterator[Sign]:
    """The reader is told to do something, or until when (`late`), to send data or to pay: weighs only beside other signs."""
    weight = weights()
    found: dict[str, Sign] = {}
    for item in spoken:
        for clause in item.clauses:
            text = clause.text
            if not clause.plain or AT_A_DESK.search(text):
                continue
            if late and _IMPERATIVE.search(text):
                found.setdefault("follow", Sign("follow", weight.call_to_act, item.where, text, item.layer))
            if _ACT.search(text) or (late and _DEADLINE.search(text)):
                found.setdefault("act", Sign("call-to-act", weight.call_to_act, item.where, text, item.layer))
            key = any(words.names.match(text, found_key.end()) for found_key in _KEY_TO.finditer(text))
            asked = _ASKS_US.search(text) or _SEND.search(text) or ASKS.search(text)
            if late and ((asked and SECRET.search(text)) or (key and (asked or _IMPERATIVE.search(text)))):
                if key or CARD.search(text):
                    found.setdefault("card", Sign("asks-card", weight.asks_card, item.where, text, item.layer))
                found.setdefault("data", Sign("asks-data", weight.asks_data, item.where, text, item.layer))
            money = (FEES.search(text) or PAYS.search(text)) and AMOUNT.search(text) and not RECEIVES.search(text)
            if late and money:
                found.setdefault("money", Sign("asks-money", weight.asks_money, item.where, text, item.layer))
    shown = next((link for link in links if _ACT.search(fold(link.shown))), None)
    if shown is not None:
        found.setdefault("act", Sign("call-to-act", weight.call_to_act, shown.where, shown.shown, shown.layer))
    yield from found.values()


_SEND = re.compile(
    r"\b(?:envoyez|renvoyez|transmettez|communiquez|fournissez|donnez|indiquez|saisissez|renseignez|confirmez)\b"
)
_KEY_TO = re.compile(
    r"\b(?:identifiants?|codes?(?: d'acces)?|acces|connexion|login)(?: (?:de|du|d'|a|au|votre|compte|espace|la|l'|d')){0,3} "
)
"""The words "vos identifiants ameli": the key to the real account."""
_IMPERATIVE = re.compile(
    r"(?:^|[,:;>] ?|\b(?:et|puis|ou|alors) )(?!(?:avez|aurez|etes|serez|pouvez|devez|voulez|savez|chez|assez|allez"
    r"|changez|contactez|appelez|joignez|apportez|pensez|venez)\b)"
    r"[a-z]{3,}ez\b"
)
_ASKS_US = re.compile(r"\b(?:nous|munissez|muni|veuillez|merci de|please)\b")
_ACT = re.compile(
    r"\b(?:cliquez|cliquer|commande[rz]?|renouvele[rz]|(?:re)?active[rz]?|valide[rz]|confirme[rz]|(?:mettre|mettez)(?:[ -]l\w+)? a jour"
    r"|mise a jour|retourner|retournez|remplir|remplissez|demandez|je demande|finalise[rz]|actualise[rz]|(?:je )?verifie[rz]?"
    r"|reprogramme[rz]|planifie[rz]|reglez|payez|payer|regler|accede[rz]|recevoir|obtenez|obtenir|securise[rz]|annule[rz]"
    r"|regularise[rz]|indique[rz]|adressez|deposez|reouvrir|debloque[rz]|participer|editer|migrer|rattache[rz]|reserve[rz]"
    r"|reinitialise[rz]|solde[rz]|toucher|conserver|televerse[rz]|maintenir|reconnecte[rz]|consulter|declare[rz]|enregistrant"
    r"|connectez|identifiez|telechargez|scannez|flashez|rappel\w*|transmettre|transmettez|renseigne[rz]"
    r"|complete[rz]|ci-dessous|remboursement"
    r"|submit|click|claim|update|order (?:my|your|now)|confirm|verify|log ?in|sign in|activate|provide)\b"
)
_DEADLINE = re.compile(
    r"\b(?:sous|dans (?:un delai de|les)|delai de|avant le|passe ce delai|d'ici|limitee? a|within)\b.{0,12}(?:\d|delai)"
    r"|\b(?:faute de|sans) (?:reponse|retour|action)|\ba defaut\b"
)


@cache
def patterns_of(sources: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """The patterns compiled, once."""
    return tuple(re.compile(source) for source in sources)


_SAYINGS: dict[str, tuple[Brand, re.Pattern[str], re.Pattern[str]]] = {}


def _sayings_of(brand: Brand) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What the institution denies and what only the issuer says, as one pattern; and the matters that it decides."""
    held = _SAYINGS.get(brand.name)
    if held is None or held[0] is not brand:
        sources = (*(source for fact in brand.facts for source in fact.patterns), *brand.claim.issuer)
        held = (brand, _any_of(sources), _any_of(brand.claim.matters))
        _SAYINGS[brand.name] = held
    return held[1], held[2]


def _any_of(sources: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{source})" for source in sources) or r"(?!)")


def shown_host(shown: str) -> str:
    """The host in a link's visible text, where that text is an address."""
    match = re.match(r"\s*(?:https?://)?([a-z0-9][a-z0-9.-]{2,200}\.[a-z]{2,24})(?=[/?#:]|\s*$)", shown.lower())
    return match[1] if match else ""


def _around(text: str, found: re.Match[str]) -> str:
    return text[max(0, found.start() - 40) : found.end() + 100]


def _line_of(text: str, pattern: re.Pattern[str]) -> str:
    found = pattern.search(text)
    return text[found.start() : found.end() + 60] if found else ""
