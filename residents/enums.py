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
    ContractStatus.ENDED: {"clore": ContractStatus.CLOSED},
    ContractStatus.CLOSED: {},
    ContractStatus.CANCELLED: {},
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
