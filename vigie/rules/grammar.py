"""The grammar of French requests: a verb that asks, an object that is asked for, and the way it is to be sent.

All patterns run over one folded, spell-corrected clause (`clauses.Clause`); they are linear.
"""

from __future__ import annotations

import re

# Whoever is sent to a desk with papers is not lured anywhere (house: LURE).
AT_A_DESK = re.compile(
    r"\b(?:apport\w+|munissez-vous de votre (?:[\w']+ ){0,14}?carte vitale|passer (?:avec|a la)|au retrait"
    r"|presente[rz]|presentez-vous|venir|venez(?! de )|rendez-vous (?:a|au|aux|en|dans|chez)|a l'accueil|au guichet|en agence"
    r"|en pharmacie|dans (?:une|votre|notre) pharmacie"
    r"|a la borne|sur place|au cabinet|lors de votre (?:visite|consultation|venue|passage|admission|rendez)|le jour de)\b"
)

ASKS = re.compile(
    r"\b(?:renseign(?:er|ez|ant)|saisi(?:r|ssez|e)|complet(?:er|ez|e)|confirm(?:er|ez|ation|e)|verifi(?:er"
    r"|ez|cation|ee?s?)|valid(?:er|ez|ation|ee?s?)|actualis(?:er|ez|ation|ee?s?)"
    r"|(?:mettre|mettez|remettre|mise|mises|mis) a jour|maj|transmet(?:tre|tez|s)|communiqu(?:er|ez)|retourn(?:er"
    r"|ez)|renvoy(?:er|ez)|envoy(?:er|ez)|envoi de|fourni(?:r|ssez)|donn(?:er|ez)"
    r"|indiqu(?:er|ez)|rempli(?:r|ssez)|joindre|joignez|entre[rz]|depose[rz]|faire parvenirs?|faites(?:-nous"
    r"| nous)? parvenir|adress(?:er|ez)(?:-nous| nous)?|photographi(?:er|ez)|scann(?:er|ez)"
    r"|munissez|repond(?:re|ez) (?:avec|en)|identifi(?:er|ez)|authentifi(?:er|ez)|regularis(?:er|ez)|finalis(?:er"
    r"|ez)|accompagnes? d|besoin de|il (?:nous |me |ne )?(?:faut|manque)|nous (?:faut|manque)|demandons"
    r"|recevoir|obtenir|disposer|reclamons|modifi(?:er|ez)|enregistr(?:er|ez)|lire|dict(?:er|ez)|epele[rz]"
    r"|televers(?:er|ez)|ouvrez une session|enregistrant|connectant|rattach(?:er|ez)|partag(?:er|ez)|preciser|precisez|merci de|veuillez"
    r"|il (?:vous|te|t'|leur) ?(?:faut|faudra|suffit)|(?:vous|te) ser(?:a|ont) (?:\w+ )?(?:demande|requis|reclame)\w*|en vous \w+ant"
    r"|envoi d|modifie[rz]|laisse[rz]|remette[rz]|remettre|resend|reply|prepare[rz]"
    r"|ajoute[rz]?|associe[rz]?|relie[rz]?|rentre[rz]|tape[rz]|utilise[rz]|entre (?:ton|ta|tes)|envoie|donne[- ](?:moi|nous|ton|ta)"
    r"|remplis|mets"
    r"|transfere[rz]?|gardez|add|check|link|register"
    r"|submit|provide|confirm|update|verify|enter|send us|send me|send back|fill in|reply with|upload|we (?:ask|need|require)|requerons"
    r"|(?:devons|devrions|souhaitons|voudrions|voulons) (?:\w+ ){0,2}(?:connaitre|avoir|recueillir))\b"
    r"|\bsans (?:le |la |les |votre |vos )?(?:rib|iban|copie|photo|piece|carte bancaire|code)\b"
    r"|(?:^|[,:;] ?|\bet |\bme )(?:l?envoy|renvoy|retourn|scann?|indiqu|communiqu|confirm|fourni|rempli[cs]?)e(?:r|z)?"
    r" (?:le|la|les|l'|votre|vos|nous|moi|ici|un|une)\b"
)
"""The last form is a misspelt imperative ("remplicé le formulère et renvoyé le")."""
SECRET = re.compile(
    r"\b(?:coordonnees (?:bancaires?|de (?:paiement|carte)|postales et bancaires)|rib\b|iban|bic\b|releve d'? ?identite bancaire"
    r"|numeros? (?:de |d'|a )?(?:la |votre |sa )?(?:carte|cb|compte bancaire)"
    r"|carte (?:bancaire|bleue?|de credit|de paiement|visa|mastercard|cps)|\bcb\b|cryptogramme|cvv2?|cvc2?|date d'expiration"
    r"|cartes? (?:pcs|cadeaux?|prepayee?s?|transcash)|(?:recharges?|tickets?|coupons?) (?:pcs|transcash|neosurf|toneo|paysafecard)"
    r"|code (?:secret|confidentiel|pin|sms|recu|provisoire|de verification|de securite|de validation)"
    r"|(?:code|numero) a (?:\d|quatre|cinq|six|huit) chiffres"
    r"|codes? (?:d'acces|recus?)|mots? de passe|mdp|identifiants?|informations? (?:bancaires?|de (?:paiement"
    r"|facturation|carte))|donnees (?:bancaires?|de paiement|de carte)"
    r"|pieces? d'? ?identite|cartes? (?:nationale )?d'? ?identite|cni|passeport|titres? (?:de sejour|d'identite)|permis de conduire"
    r"|numeros? (?:de )?(?:securite sociale|secu\w*)|\bnir\b|numeros? (?:de |d')?(?:carte vitale|assure"
    r"|allocataire)"
    r"|code porteur|moyen de paiement|releves? de compte|empreinte de carte|banque|(?:bank|credit|debit|payment) (?:card|details"
    r"|account)s?|card (?:number|details)|password|passport"
    r"|security code|bank details|residence (?:card|permit)|payslips?)\b"
)
# What no health insurer, doctor or employer needs by mail: a payment card, a password, a code.
CARD = re.compile(
    r"\b(?:carte (?:bancaire|bleue|de credit|de paiement|visa|mastercard|associee)|cb|cryptogramme|cvv2?|cvc2?|mots? de passe|mdp"
    r"|codes? (?:secrets?|confidentiels?|pin|sms|recus?|porteur|de verification|de validation|d'acces)|empreinte de carte"
    r"|moyen de paiement|releves de compte|(?:credit|debit|bank|payment) card|card (?:number|details)|password)\b"
)
PERSONAL = re.compile(
    r"\b(?:coordonnees|informations? (?:personnelles?|manquantes?|requises?|demandees?|necessaires?|relatives?"
    r"|de contact|complementaires?)|vos informations?|donnees (?:personnelles?|manquantes?|de sante|medicales?)"
    r"|vos donnees"
    r"|justificatifs?(?: de domicile)?|formulaire|date de naissance|nom et prenom|numero de (?:telephone"
    r"|portable|mobile|dossier)|adresse (?:postale|e-?mail|complete)|dossier|profil|identite|photo|selfie"
    r"|documents?|informations medicales|attestation)\b"
)
PAYS = re.compile(
    r"\b(?:sold(?:er|ez)|pay(?:er|ez|e)|paie(?:r|ment)?|paiement|regl(?:er|ez|ement)|acquitt(?:er|ez|ement)|vers(?:er"
    r"|ez|ement)|debite\w*|prelev\w+|virement|s'eleve\w*|redevable|restez devoir|participation de|somme de|montant de"
    r"|moyennant)\b"
)
FEES = re.compile(
    r"\bfrais (?:d'expedition|d'envoi|de port|de livraison|de traitement|de dossier|d'affranchissement"
    r"|postaux|d'acheminement|d'activation|de gestion|de mise a jour|de renouvellement|administratifs?"
    r"|symboliques?|de retard|d'emission|d'affiliation|d'inscription)\b"
    r"|\b(?:pay\w{1,3}|regl\w{1,3}|acquitt\w{1,3})"
    r" (?:(?:seulement|uniquement|juste|simplement) )?(?:le port|l'envoi|la livraison|l'affranchissement)\b"
    r"|\b(?:delivery|shipping|processing|handling) fees?\b"
)
IBAN = re.compile(r"\b[a-z]{2}\d\d ?(?:[\da-z]{4} ){3,6}[\da-z]{1,4}\b|\b[a-z]{2}\d{2}[\da-z]{4}\d{7,23}\b")
"""An account's number, as it is printed or in one piece (ISO 13616)."""
PAID_TO = re.compile(r"\b(?:iban|fr\d\d (?:\d{4} ){3}|compte (?:ci-apres|ci-dessous|suivant)|numero de compte)\b")
AMOUNT = re.compile(r"(?<![\w,.])\d{1,6}(?:[ .,]\d{1,3})?(?: ?(?:€|euros?\b|eur\b)|e\b)|(?:€|\beur) ?\d{1,6}")
FREE = re.compile(r"\b(?:gratuit\w*|sans frais|aucun frais|offerts?|pris en charge|rembourses?|a notre charge)\b")
RECEIVES = re.compile(
    r"\b(?:remboursements?|rembourse\w*|recus?|arrive\w* sur|credite\w*|virement de \d"
    r"|recevoir|recevrez|percevoir|beneficier|en votre faveur|vous (?:est"
    r"|sera|a ete) (?:verse|vire|credite)\w*|nous (?:est|sont|a ete|ont ete) (?:revenu|retourne)\w*|trop[- ]percu|indemni\w+)\b"
)
CALLS = re.compile(
    r"\b(?:(?:r?appel(?:er|ez|le[rz]?)|contact(?:er|ez)|telephon(?:er|ez)|joignez|joindre)(?:-nous| nous"
    r"|-moi| moi|-le| le| notre| votre| un| au| directement| immediatement| rapidement| sans delai| des "
    r"| d'urgence|\W{0,3}\d)"
    r"|compos(?:er|ez) le|prenez contact|appel (?:au|gratuit)|(?:nous|me) (?:r?appeler|contacter|joindre)(?: au"
    r"| par telephone)|par telephone au|passez un appel)"
)
ANSWERS = re.compile(
    r"\b(?:repond(?:re|ez|ant)(?:-moi|-nous)? (?:\w+ ){0,2}?(?:a|par|en|au|sous|avec|ici|ce)\b"
    r"|(?:par|en|d'une?|sur) (?:simple )?(?:retour|reponse) (?:a |au |de |du |d'|par )?(?:ce |cet |present )?"
    r"(?:mail|e-?mail|courriel|message)"
    r"|en reponse (?:a ce|[:,])|par reponse a|adresse d'expedition|by reply\b|(?:renvoy|envoy|donn|dict|transfer|communiqu)\w{1,3}"
    r"(?:[- ](?:le|la|les|moi|nous)){0,2} ici\b|\bme l?'?envoyer ici\b|vous m'envoyez"
    r"|pouvez[- ]vous (?:\w+ ){0,2}me (?:confirmer|repondre|redire)|disponible pour un (?:rapide )?echange"
    r"|repondez (?:juste|simplement|seulement)\b|\bpar retour (?:svp|s'il vous plait|rapide|avant|sous)\b"
    r"|renvoyer (?:le|ce) (?:questionnaire|formulaire|tableau) (?:suivant|ci-dessous|complete)"
    r"|\b(?:respond(?:a|er|e|am)|rispond(?:a|ete|ere)|antworten sie)\b"
    r"|a cette adresse|repondez-nous|en (?:y |me |nous |simplement )?repondant(?= ?$| ?[,:;.])|"
    r"(?:joindre|joignez|jointe?s?|dans|avec) (?:a )?votre reponse|reply to this|by return|reply with|answer this|"
    r"(?:a|par|sur) (?:l'adresse |l'e-?mail )?:? ?[\w.+-]{2,40}@|a l'expediteur|"
    r"(?:renvoy|retourn|envoy)(?:er|ez)(?:-nous| nous)? (?:par (?:mail|e-?mail|courriel)))"
)
# What becomes of a reader's card, rights, refund or account: said by whoever decides it.
STATE = re.compile(
    r"\b(?:bloque\w*|desactive\w*|suspend\w*|suspension|rejete\w*|refuse\w*|en attente|en suspens|incomplet\w*|incorrect\w*"
    r"|a (?:son|leur) terme"
    r"|(?:n'est|n'etes|n'es|n'a|n'ont|ne sont) (?:\w+ )?(?:a |par |dans )?aucune?"
    r"|(?:n'a|n'ont|n'avons|n'avez|ne) (?:\w+ ){0,2}(?:pas|jamais) (?:encore )?(?:pu|ete|recu|abouti|permis|parvenu\w*|pourra)"
    r"|aucun\w* (?:\w+ ){0,4}ne (?:pourra|sera)|arrive\w* a (?:terme|echeance|expiration)|prend\w* fin|expir\w*|cesse\w*"
    r"|ferme(?:e?s?|ture)|verrouille\w*|clotur\w*|recevables?|redevable|restez (?:a )?devoir|impayee?s?|a tort"
    r"|anomalies?|irregularit\w*|a regulariser"
    r"|ecarts?|retrouvee?s?|volee?s?|deposee?s? (?:a votre nom|dans)|detruite?s?|(?:ne|n') ?(?:ser\w+|est|sont) plus (?:couvert|pris"
    r"|prise|rembourse|indemnise|accepte|assure)\w*|perdr\w+"
    r"|etes (?:\w+ )?beneficiaire"
    r"|(?:ne sont|n'est|n'etes) plus (?:valides?|valables?|actives?|actifs?|couvert\w*)|supprimee?s?"
    r"|vous (?:a|ont) ete (?:attribue|accorde|reserve|alloue|verse)\w*"
    r"|changement|modifie\w*|en cours de (?:fabrication|traitement|validation|preparation|livraison|finalisation)"
    r"|attribue\w*|accorde\w*|accepte\w*|(?:pouvez|pourrez) (?:\w+ )?pretendre|(?:avez|a) (?:bien )?droit|eligibles?|admissibles?"
    r"|selectionne\w*|cree\w*|a activer|activee?|reactive\w*|a renouveler|renouvele\w*|remplacee?s?|interrompu\w*|interruption"
    r"|interromp\w*"
    r"|rattache\w*|associee?s?|vous atten\w*|non (?:reclame|percu|remis|distribue|finalise|valide|verse)\w*"
    r"|(?:nouvelle|derniere) connexion|connexion (?:a ete )?effectuee|nouvel appareil|refusee?s?"
    r"|doi(?:t|vent) etre (?:re)?(?:connecte|identifie|active|valide|confirme|regularise|verifie|renouvele|complete|finalise)\w*"
    r"|restitue\w*|trop[- ]percu|bien enregistre\w*|mises? a jour necessaires?|echou\w*|remboursement de \d"
    r"|(?:has|have) (?:not )?(?:yet )?(?:been \w{3,12}ed|(?:expir|end|fail|laps|chang)ed)|(?:was|were|is|are) not (?:yet )?\w{3,12}ed"
    r"|will (?:not )?(?:expire|be \w{3,12}ed|stop|end|lose)|expires|suspended|blocked|pending|available|on hold|could not be|refund of)\b"
)
PRESSES = re.compile(
    r"\b(?:suppression|refus|relance|obligatoire|urgent\w*|dernier(?:e)? (?:rappel|avis|relance|delai|jour|chance)|retards?|offerte?s?"
    r"|sans (?:rien avancer|avance|reste a charge)|cadeau|prime|desormais|disparai\w*|efface\w*|detrui\w*|perdu\w*|perte|penalite\w*"
    r"|majoration|saisie|poursui\w*|contentieux|(?:ne|n')[ ]?\w+ (?:plus|pas|jamais)|n'avez|n'as|seulement|immediat\w*|aujourd'hui"
    r"|des (?:maintenant|ce soir|reception)|(?:avant|d'ici|sous|dans|il (?:vous |te )?reste) (?:\w+ )?"
    r"(?:\d+|lundi|mardi|mercredi|jeudi|vendredi|samedi"
    r"|dimanche|minuit|demain|ce soir|la fin)|maintenant"
    r"|limitee? a|risque[rzs]*|(?:la|met\w*|mise?) fin|opposition|perimee?s?"
    r"|signalee?s?|alors que|exige\w*|impose\w*|unless|stops?|failed|attempt|reschedule|deleted?|today|immediately|last|final)\b"
)
SCANS = re.compile(
    r"\b(?:flash|scann|vis|photographi|point|cadr)(?:ee?|er|ez|ant)\b.{0,40}\b(?:qr|code|carre|flash ?code|pictogramme)\b"
    r"|\b(?:qr ?code|carre|code)\b (?:\w+ ){0,3}a (?:scanner|flasher|viser)\b"
)
"""The words "flashez le QR code", "visez le carré ci-dessous": a link that no program sees."""
GO_THERE = re.compile(
    r"\b(?:cliqu(?:er|ez|ant)|suiv(?:re|ez|ant) (?:le |ce )?(?:lien|la procedure)|lien (?:ci|suivant|securise)"
    r"|ci-dessous|ci-apres|bouton|acced(?:er|ez)|scann(?:er|ez)|flash(?:er|ez)|qr ?code)\b"
)
