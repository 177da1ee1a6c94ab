"""French words of desks, of bodies, and of those who add a great name to their own: they tell a name from a description."""

from __future__ import annotations

import re

# Words of administrations, insurance and trade: they name a desk, not a body.
GENERIC = frozenset(
    """
    lettre lettres newsletter infolettre
    donnees fuite cellule indemnites indemnite prestations prestation aides prime primes avis envoi envois colis livraisons courrier
    courriers pli deces capital maternite paternite etudiants etudiant etrangers campagne vaccination vaccins etude enquete
    barometre qualite programme incident incidents relation actualisations situation adresse adresses pole recouvrement
    dossiers remise familles famille jeunes jeune seniors senior patient patients messagerie courriel express direct directe usagers
    protections preventif prevention affiliation affiliations complementaire solidaire solidarite agent agents agence conformite
    verificateur automatique systeme systemes alertes rapport declaration declarations appel rappels rappel urgente
    importante nationale national general generale regional regionale departement departemental medicale medicaux praticien praticiens
    professionnel professionnels docteur numerique numeriques identites fiscal fiscale social sociaux controle
    controles conseil conseils attestation attestations arret arrets travail maladies soin soins beneficiaire
    beneficiaires allocations allocation pension pensions invalidite rente rentes accident accidents dossier
    insurance health refund card french social security department office desk team helpdesk help delivery parcel post tracking
    tech privacy citizen citizens internationale internationales etat branche siege paiements bilan carte cps
    tresorerie comptabilite caisse regie
    ordonnance ordonnances teletransmission
    teletransmissions contentieux ayants ayant arretes consultation consultations facture factures identite contestation
    reclamation reclamations mediation mediateur conciliateur couverture retraite versements cotisant cotisants telesante
    medecin medecins traitant tiers prelevement prelevements versement penalite penalites amende amendes poursuites
    procedure procedures traitement traitements objets trouves photo photos nouvelles officielle important
    plateforme ligne numero vert astreinte permanence correspondant correspondants interlocuteur
    document documents releve releves fichier fichiers formulaire formulaires demande demandes inscription inscriptions certificat
    certificats justificatif justificatifs gestion team reponse reponses repondeur vocal vocale boite portefeuille wallet
    mobile telephone bureau regularisation regularisations cover healthcare rights claims account records portal update notice
    online center agency reglement reglements transition accueil orientation proximite assistance hotline permanences
    inspection inspecteur enquetes fraude fraudes antifraude anti lutte verification verifications validation validations
    confirmation confirmations activation authentification identification connexion acces session mise jour maj nouveau nouvelle
    edition production fabrication distribution transport transports trajets frais depenses budget dette dettes creance creances
    saisie saisies impayes impaye amiable surveillance rattachement ouverture cloture resiliation suspension archives archivage
    dematerialisation numerisation editique reconduction caisses operations operation operateur opposition perte offre offres
    avantage avantages bonus cadeau cadeaux recompense recompenses sondage questionnaire panel opinion participation tirage lots
    bon bons cheque cheques coupon ticket tickets lunettes vaccin grippe covid depistage examen rendez rdv agenda planning
    convocation convocations visite hospitalisation soignants liberaux teleservices teleservice usagers usager citoyen citoyens
    particuliers allocataire allocataires salaries independants frontaliers expatries residents reclamations
    mediations sociales solidarites primaires assurances assureur coordination traitements centrale central unique
    automatiques automatise robot avertissement avertissements relance relances echeance echeances annuel annuelle mensuel
    annulation modification modifications changement changements restitution restitutions avoir avoirs solde compensation
    webmaster admin administrateur notices fonds secours decompte decomptes recouvreur versant payeur payeurs greffe commission
    commissions cellules bureaux secteur secteurs zone zones equipes polyvalent polyvalente expediteur expeditions acheminement
    aidants aidant proches enfant enfants junior bebe parents annuaire maternelle handicap dependance autonomie solidarite hospitalier
    hospitaliere hospitaliers forfait forfaits paire offerte praticienne lot lots sms mms texto relai relais version application appli
    habilitation habilitations agrement agrements certification deploiement parcours concordance liquidation
    bienvenue honores honore visio conseillere conseilleres tarification rattachements
    indemnisation indemnisations regime obligatoire remboursement remboursements espace portail
    """.split()
)
# What another body is called. "caisse" and "assurance" alone are the brand's words too.
BODY = re.compile(
    r"\b(?:mutuelles?|mutualite|prevoyance|pharmaci\w*|pharma|officine|cabinet|clinique|hopital|hospital\w*|centre hospitalier|ch[rut]?"
    r"|laboratoires?|labo|biolog\w+|mairie|commune|ville de|metropole|conseil (?:regional|departemental|municipal)|lycee"
    r"|college|ecole|universit\w+|univ"
    r"|campus|creche|student (?:office|union|services|affairs)|(?:welcome|student) desk|international relations"
    r"|syndicats?|association|federation|club|amicale|comite|cse|banque|credit|notaires?|avocats?"
    r"|maitre|huissier|etude"
    r"|fiduciaire|comptabl\w+|expert-comptable|opticiens?|optique|audition|audioprothes\w+|dentaire|dentiste|kine\w*|infirmier\w*|idel"
    r"|sage-femme|veterinaire|emploi|journal|quotidien|magazine|gazette|lettre|newsletter|redaction|institut"
    r"|fondation|forum|voyages?|thermes"
    r"|assurances|assureurs?|courtier|courtage|caisse-maladie|garage|agence du|immobilier|syndic|caf|msa|urssaf|ccas"
    r"|rh|drh|paie|ressources humaines|(?<!espace )(?<!compte )(?<!dossier )(?<!acces )personnel|logiciel|formations?"
    r"|support informatique|informatique|vie scolaire"
    r"|scolarite|atelier|restaurant|hotel|theatre|editions?"
    r"|cooperative|groupe|sarl|sas|gmbh|ltd|inc)\b"
)
# Public bodies and great firms by their own names: whoever is called so, truly or not, is not the brand.
OTHERS = re.compile(
    r"\b(?:france (?:travail|services|titres|identite|connect)|pole emploi|antai|ants|ofii|crous|mdph|maison france services"
    r"|regie de l'assurance maladie|ramq|carsat|cnav|agirc|arrco|ircantec|cesu|pajemploi|urssaf|dgfip|finances publiques"
    r"|tresor public|prefecture|gendarmerie|police nationale|defenseur des droits|que choisir|60 millions de consommateurs"
    r"|l'assurance (?:retraite|chomage)|(?:info|union) retraite|caisse (?:nationale |complementaire )?de retraite\w*|unedic|cipav"
    r"|cnracl|crpcen|caf|msa|allocations familiales|mon compte formation|cybermalveillance|la poste|banque postale|chronopost|colissimo"
    r"|mondial relay|caisse d'epargne|bnp|societe generale"
    r"|doctolib|edf|engie)\b"
)
# Desks that every employer has: their domain says whose they are.
DEPARTMENT = re.compile(
    r"rh|drh|paie|ressources humaines|personnel|support informatique|informatique|logiciel|formations?|vie scolaire|scolarite|comptabl\w+"
)
# Programs that watch and build, by the names that they send under: what they report on may bear the brand's name.
TOOLS = re.compile(
    r"(?<![a-z])(?:nagios|icinga|zabbix|centreon|shinken|prtg|grafana|alertmanager|prometheus|monitoring|supervision|sentry"
    r"|pagerduty|opsgenie|uptime\w*|statuspage|jenkins|gitlab|github|bitbucket"
    r"|cron(?: daemon)?|logwatch)(?![a-z])"
)
# Who stands beside an institution and carries its name behind his own: CGT CPAM, Amicale de l'Assurance Maladie.
FOLLOWERS = re.compile(
    r"(?:l'|la |le |les )?(?:(?:section|union|intersyndicale|syndicat)\w* )?(?:nationale |departementale |locale )?"
    r"(?:c(?:gt|fdt|ftc)|cfe[- ]cgc|sud|unsa|fo|snfocos|syndica[tl]\w*|intersyndicale|amicale|cse|comite (?:social|d'entreprise)"
    r"|collectif|retraites (?:de|du))\b"
)
