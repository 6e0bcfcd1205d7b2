"""Kinds of contracts, their life, and what is kept of a person."""

from django.db import models


class ContractKind(models.TextChoices):
    """The six types; what each allows is dated data (`ContractTypeRule`)."""

    CRT = "CRT", "Contrat de résidence temporaire"
    COP = "COP", "Convention d'occupation précaire"
    SUBLET_SOCIAL = "SUBLET_SOCIAL", "Sous-location (intermédiation locative)"
    LEASE_89_FURN = "LEASE_89_FURN", "Bail meublé (loi de 1989)"
    LEASE_89_BARE = "LEASE_89_BARE", "Bail nu (loi de 1989)"
    MOBILITY = "MOBILITY", "Bail mobilité"


# What a list has room for.
SHORT_KINDS: dict[str, str] = {
    ContractKind.CRT: "CRT",
    ContractKind.COP: "COP",
    ContractKind.SUBLET_SOCIAL: "Sous-location",
    ContractKind.LEASE_89_FURN: "Bail meublé",
    ContractKind.LEASE_89_BARE: "Bail nu",
    ContractKind.MOBILITY: "Bail mobilité",
}

# What a number begins with: CRT-2026-031.
NUMBER_PREFIXES: dict[str, str] = {
    ContractKind.CRT: "CRT",
    ContractKind.COP: "COP",
    ContractKind.SUBLET_SOCIAL: "SL",
    ContractKind.LEASE_89_FURN: "BM",
    ContractKind.LEASE_89_BARE: "BN",
    ContractKind.MOBILITY: "MOB",
}


class ContractStatus(models.TextChoices):
    """The life of a contract (DESIGN section 4)."""

    DRAFT = "DRAFT", "brouillon"
    SIGNED = "SIGNED", "signé"
    IN_FORCE = "IN_FORCE", "en cours"
    NOTICE_GIVEN = "NOTICE_GIVEN", "préavis donné"
    ENDED = "ENDED", "terminé"
    CLOSED = "CLOSED", "clos"
    CANCELLED = "CANCELLED", "abandonné"


# One table: from each state, the acts that leave it and the states they lead to.
TRANSITIONS: dict[ContractStatus, dict[str, ContractStatus]] = {
    ContractStatus.DRAFT: {
        "signer": ContractStatus.SIGNED,
        "abandonner": ContractStatus.CANCELLED,
    },
    ContractStatus.SIGNED: {
        "entrer": ContractStatus.IN_FORCE,
        "annuler avant l'entrée": ContractStatus.CANCELLED,
    },
    ContractStatus.IN_FORCE: {
        "donner congé": ContractStatus.NOTICE_GIVEN,
        "terminer": ContractStatus.ENDED,
    },
    ContractStatus.NOTICE_GIVEN: {
        "retirer le congé": ContractStatus.IN_FORCE,
        "terminer": ContractStatus.ENDED,
    },
    ContractStatus.ENDED: {
        "clore": ContractStatus.CLOSED,
        "rouvrir": ContractStatus.IN_FORCE,
        "rouvrir sous préavis": ContractStatus.NOTICE_GIVEN,
    },
    ContractStatus.CLOSED: {"rouvrir le dossier": ContractStatus.ENDED},
    ContractStatus.CANCELLED: {"rétablir le brouillon": ContractStatus.DRAFT},
}

# A draft or an abandoned contract binds no room and bills nothing.
BINDING = frozenset(ContractStatus) - {ContractStatus.DRAFT, ContractStatus.CANCELLED}
LIVING = frozenset({ContractStatus.SIGNED, ContractStatus.IN_FORCE, ContractStatus.NOTICE_GIVEN})


class PaymentMethod(models.TextChoices):
    """How a resident usually pays."""

    TRANSFER = "TRANSFER", "virement"
    DIRECT_DEBIT = "DIRECT_DEBIT", "prélèvement"
    CASH = "CASH", "espèces"
    CHEQUE = "CHEQUE", "chèque"


class AidEligibility(models.TextChoices):
    """Whether the contract opens housing aid: set by a person, never inferred (RULEBOOK 3.1)."""

    YES = "YES", "oui"
    NO = "NO", "non"
    ASK_CAF = "ASK_CAF", "à demander à la CAF"


class AidPayee(models.TextChoices):
    """Who receives the housing aid."""

    MANAGER = "MANAGER", "l'association (tiers payant)"
    RESIDENT = "RESIDENT", "le résident ou la résidente"


class Civility(models.TextChoices):
    """How a letter addresses a person."""

    MRS = "MRS", "Mme"
    MR = "MR", "M."
    NONE = "NONE", "sans civilité"


class ProtectionKind(models.TextChoices):
    """The protection a person enjoys, and nothing more about it (RULEBOOK 8)."""

    REFUGEE = "REFUGEE", "réfugié·e"
    SUBSIDIARY = "SUBSIDIARY", "protection subsidiaire"
    STATELESS = "STATELESS", "apatride"
    OTHER = "OTHER", "autre"
    NONE = "NONE", "sans objet"


class PermitKind(models.TextChoices):
    """Kinds of residence permits; no number is kept."""

    CARTE_RESIDENT = "CARTE_RESIDENT", "carte de résident"
    CARTE_PLURIANNUELLE = "CARTE_PLURIANNUELLE", "carte pluriannuelle"
    CARTE_TEMPORAIRE = "CARTE_TEMPORAIRE", "carte temporaire"
    RECEPISSE = "RECEPISSE", "récépissé"
    API = "API", "attestation de prolongation d'instruction"
    OTHER = "OTHER", "autre"


class NoticeGiver(models.TextChoices):
    """Who gives notice."""

    RESIDENT = "RESIDENT", "le résident ou la résidente"
    MANAGER = "MANAGER", "l'association"


class NoticeBasis(models.TextChoices):
    """On what ground notice is given (RULEBOOK 1.2, 1.3, 1.5)."""

    ORDINARY = "ORDINARY", "congé ordinaire"
    NON_RENEWAL = "NON_RENEWAL", "non-renouvellement au terme"
    OBJECTIVE_CAUSE = "OBJECTIVE_CAUSE", "cause objective prévue au contrat"
    BREACH = "BREACH", "manquement"
    AT_TERM = "AT_TERM", "congé pour le terme du bail"


class NoticeDelivery(models.TextChoices):
    """How a notice reaches its addressee."""

    LRAR = "LRAR", "lettre recommandée avec avis de réception"
    BAILIFF = "BAILIFF", "acte de commissaire de justice"
    HAND = "HAND", "remise en main propre contre récépissé"


class DeliveryOutcome(models.TextChoices):
    """What became of a letter (RULEBOOK 4.3)."""

    AWAITED = "AWAITED", "en attente"
    SIGNED = "SIGNED", "reçue"
    REFUSED = "REFUSED", "refusée"
    UNCLAIMED = "UNCLAIMED", "non réclamée"


class AmendmentKind(models.TextChoices):
    """What an amendment changes."""

    ROOM = "ROOM", "changement de chambre"
    AMOUNT = "AMOUNT", "changement de montant"
    END = "END", "changement de date de fin"
    RENEWAL = "RENEWAL", "renouvellement"
    INDEX = "INDEX", "révision par l'IRL"
    PAYEE = "PAYEE", "changement de destinataire de l'aide"
    HOLDERS = "HOLDERS", "changement de titulaires"
    OTHER = "OTHER", "autre"


class OccupantKind(models.TextChoices):
    """Who lives in a room without signing its contract (FEATURES row 7)."""

    CHILD = "CHILD", "enfant"
    PARTNER = "PARTNER", "conjoint·e"
    RELATIVE = "RELATIVE", "parent ou proche"
    HOSTED = "HOSTED", "personne hébergée"


class InsuranceOutcome(models.TextChoices):
    """How the pursuit of a missing insurance ended."""

    CERTIFICATE = "CERTIFICATE", "attestation reçue"
    LEFT = "LEFT", "départ de la personne"
    MISTAKE = "MISTAKE", "ouvert par erreur"


class InsuranceStepKind(models.TextChoices):
    """The steps towards an insurance that is missing (RULEBOOK 5.1; loi 89-462, art. 7 g)."""

    REMINDER = "REMINDER", "rappel"
    REGISTERED = "REGISTERED", "lettre recommandée"
    BEHALF_NOTICE = "BEHALF_NOTICE", "mise en demeure « pour compte »"
    BEHALF_TAKEN = "BEHALF_TAKEN", "assurance souscrite pour compte"
    ORDER = "ORDER", "commandement visant la clause résolutoire"
    CLAUSE = "CLAUSE", "clause résolutoire acquise"


class ExitKind(models.TextChoices):
    """How a contract ended."""

    TERM = "TERM", "terme du contrat"
    RESIDENT_NOTICE = "RESIDENT_NOTICE", "congé du résident ou de la résidente"
    MANAGER_NOTICE = "MANAGER_NOTICE", "congé de l'association"
    AGREEMENT = "AGREEMENT", "accord des deux parties"
    TRANSFER = "TRANSFER", "passage à une autre colocation"
    ABANDONMENT = "ABANDONMENT", "départ sans congé"
    DEATH = "DEATH", "décès"
    EVICTION = "EVICTION", "expulsion"


class ExitDestination(models.TextChoices):
    """Where the household goes (RULEBOOK 9.2)."""

    SOCIAL_LEASE = "SOCIAL_LEASE", "logement social"
    PRIVATE_LEASE = "PRIVATE_LEASE", "logement privé"
    OWNERSHIP = "OWNERSHIP", "accession à la propriété"
    PENSION = "PENSION", "pension de famille"
    TRANSITIONAL = "TRANSITIONAL", "résidence sociale, FJT, intermédiation locative"
    OTHER_HOME = "OTHER_HOME", "autre colocation de l'association"
    RELATIVES = "RELATIVES", "famille ou proches"
    SHELTER = "SHELTER", "hébergement"
    OTHER = "OTHER", "autre"
    UNKNOWN = "UNKNOWN", "inconnue"


class ArrearsPath(models.TextChoices):
    """The arrears procedure a contract type follows (RULEBOOK 4)."""

    A = "A", "bail et sous-location"
    B = "B", "contrat de résidence temporaire"
    C = "C", "convention d'occupation précaire"


class ChargesMode(models.TextChoices):
    """How charges are asked for."""

    ALL_IN = "ALL_IN", "comprises"
    FLAT = "FLAT", "forfait"
    PROVISION = "PROVISION", "provisions"


# Languages that residents read, by ISO 639 code; another code is shown as it is.
LANGUAGES = {
    "fr": "français",
    "en": "anglais",
    "ar": "arabe",
    "fa": "persan",
    "prs": "dari",
    "ps": "pachto",
    "so": "somali",
    "ti": "tigrinya",
    "am": "amharique",
    "uk": "ukrainien",
    "ru": "russe",
    "tr": "turc",
    "ku": "kurde",
    "bn": "bengali",
    "bo": "tibétain",
    "es": "espagnol",
    "pt": "portugais",
}
