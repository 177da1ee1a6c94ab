"""What a false or doubtful mail is about, in one word, from what the ledger kept of it: for counting, never for deciding."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from vigie.message.fold import fold

OTHER = "other"
# The first that fits. Compared with folded text: lower case, no accents.
_THEMES = tuple(
    (name, re.compile(rf"\b(?:{words})"))
    for name, words in (
        ("refund", r"rembours|refund|indu\b|trop.percu|versement|credite|virement"),
        ("card", r"cartes? vitale|vitale|new card|carte d'assure|\bcarte\b"),
        (
            "sick-leave",
            r"arrets? (?:de )?(?:travail|maladie)|indemnites? journalieres?|\bij\b|sick leave|maternite|conge",
        ),
        ("bank", r"\brib\b|\biban\b|coordonnees bancaires|compte bancaire|bank (?:details|account)"),
        (
            "payment",
            r"paiement|payer|amende|impaye|regler|frais|facture|participation forfaitaire|franchise|payment|\bfee",
        ),
        (
            "rights",
            r"droits?\b|attestation|complementaire|\bcss\b|\bc2s\b|\bame\b|mutuelle|ouverture de|beneficiaire|coverage",
        ),
        ("health-record", r"mon espace sante|dossier medical|ordonnance|resultats?|vaccin|rendez-vous|health record"),
        ("account", r"compte|connexion|identifi|mot de passe|code|password|account|log ?in|securite|suspen|bloqu"),
        ("document", r"piece jointe|document|formulaire|justificatif|courrier|message|notification|attach"),
    )
)
NAMES = (*(name for name, _ in _THEMES), OTHER)


def theme(subject: str, told: Mapping[str, Any]) -> str:
    """One of NAMES: by the subject, else by what the findings of a case as it was written down quote."""
    for text in (fold(subject), fold(" ".join(_quoted(told)))):
        for name, pattern in _THEMES:
            if pattern.search(text):
                return name
    return OTHER


def _quoted(told: Mapping[str, Any]) -> Iterator[str]:
    for finding in told.get("findings", ()):
        quotes = finding.get("quotes", ()) if isinstance(finding, Mapping) else ()
        yield from (str(quote.get("text", "")) for quote in quotes if isinstance(quote, Mapping))
