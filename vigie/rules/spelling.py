"""Puts misspelt French words of requests, money and cards right, so that grammar can be matched: rensegner, banquaires (C-48).

Only words that are in no list and lie one error (two from nine letters on) from exactly one listed word are touched.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

WORDS = tuple(
    """
    renseigner renseignez renseignant saisir saisissez completer completez confirmer confirmez verifier verifiez valider
    validez actualiser actualisez
    transmettre transmettez communiquer communiquez retourner retournez envoyer envoyez fournir fournissez remplir
    remplissez renouveler
    renouvelez renouvellement commander commandez telecharger telechargez connecter connectez identifier identifiez finaliser finalisez
    regulariser regularisez effectuer effectuez proceder procedez cliquer cliquez scanner scannez repondre repondez rappeler rappelez
    contacter contactez appeler appelez composer composez joindre joignez indiquer indiquez adresser adressez deposer
    coordonnees bancaire bancaires releve identite cryptogramme expiration securite sociale identifiant identifiants
    passeport justificatif
    domicile informations information personnelles manquantes donnees formulaire numero confidentiel provisoire verification
    facturation
    remboursement remboursements montant virement paiement regler reglement versement affranchissement expedition livraison traitement
    disponible suspendu suspendue suspension interruption desactive desactivee bloque bloquee obsolete obsoletes
    imperativement
    beneficier beneficiaire admissible eligible indemnite assurance maladie vitale carte cartes compte dossier attente
    expire renoncement
    recevoir recevez percevoir percevez recuperer recuperez obtenir obtenez activer activez activation nouvelle nouveau mettre mettez
    """.split()
)
_KNOWN = frozenset(WORDS)
# Good French one error away from a listed word.
_LEAVE = frozenset(
    """
    bancaires secheresse carre cartel comptes complete completes complet confirme valide valides envoye envoyes renseigne
    communique adresse
    adresses dossiers expires expirer vitales vitaux social sociales attentes recevrez regle regles montants paiements
    virements traitements
    formulaires identites numeros activee actives active nouvelles nouveaux mettrez recevra receveur conseiller appele
    rappel cliquant scanne
    informatique domiciles maladies assurances justificatifs passeports communiques indique indiques contacte repondra appelle
    rappelle rappeles confirmee confirmes verifie verifiee validee renouvele renouvelee commande commandes commandee
    telecharge effectue
    effectuee procede retourne retourner obtenu obtenue suspendus suspendues beneficie beneficiez indemnites joint jointe
    compose regularise
    deposee deposees compter indemniser indemnise indemnisee
    finalise connecte connectee identifie identifiee joindra recupere fourni fournie remplie rempli deposez depose
    """.split()
)
_WORD = re.compile(r"[a-z]{6,24}")
_MAX_WORDS = 4000


@lru_cache(maxsize=8192)
def _right(word: str) -> str:
    if word in _KNOWN or word in _LEAVE:
        return word
    allowed = 2 if len(word) >= 9 else 1
    best = process.extract(word, WORDS, scorer=DamerauLevenshtein.distance, score_cutoff=allowed, limit=2)
    if not best or (len(best) > 1 and best[0][1] == best[1][1]) or best[0][0][:1] != word[:1]:
        return word
    return str(best[0][0])


def corrected(folded: str) -> str:
    """The text with such words put right; anything past the first 4,000 long words is left alone."""
    left = [_MAX_WORDS]

    def put_right(found: re.Match[str]) -> str:
        left[0] -= 1
        return _right(found[0]) if left[0] > 0 else found[0]

    return _WORD.sub(put_right, folded)
