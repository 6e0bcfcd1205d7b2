"""Words of the ledger."""

from django.db import models


class AccountKind(models.TextChoices):
    """What an account holds. The first four exist once per contract, the others once."""

    RECEIVABLE = "RECEIVABLE", "compte du contrat"
    DEPOSIT_HELD = "DEPOSIT_HELD", "dépôt de garantie détenu"
    REFUND_DUE = "REFUND_DUE", "à rembourser"
    AID_AT_TAKEOVER = "AID_AT_TAKEOVER", "aides attendues à la reprise"
    BANK = "BANK", "banque"
    CASH = "CASH", "caisse"
    IN_TRANSIT = "IN_TRANSIT", "encaissements à rapprocher"
    FEES = "FEES", "redevances"
    CHARGES = "CHARGES", "charges récupérées"
    SUSPENSE = "SUSPENSE", "compte d'attente"
    OUT_OF_SCOPE = "OUT_OF_SCOPE", "hors gestion locative"
    WRITE_OFF = "WRITE_OFF", "créances abandonnées"
    DEPOSIT_KEPT = "DEPOSIT_KEPT", "retenues sur dépôts de garantie"
    PENALTY = "PENALTY", "majorations pour dépôts rendus tard"
    OPENING = "OPENING", "soldes de reprise"


PER_CONTRACT = (
    AccountKind.RECEIVABLE,
    AccountKind.DEPOSIT_HELD,
    AccountKind.REFUND_DUE,
    AccountKind.AID_AT_TAKEOVER,
)

# The accounts that money received for a contract goes to.
MONEY_FROM_PAYERS = (AccountKind.RECEIVABLE, AccountKind.AID_AT_TAKEOVER)

# The French chart of accounts: general code of each kind.
CHART: dict[str, str] = {
    AccountKind.RECEIVABLE: "411",
    AccountKind.DEPOSIT_HELD: "165",
    AccountKind.REFUND_DUE: "4671",
    AccountKind.AID_AT_TAKEOVER: "4687",
    AccountKind.BANK: "512",
    AccountKind.CASH: "531",
    AccountKind.IN_TRANSIT: "511",
    AccountKind.FEES: "706",
    AccountKind.CHARGES: "708",
    AccountKind.SUSPENSE: "471",
    AccountKind.OUT_OF_SCOPE: "4719",
    AccountKind.WRITE_OFF: "654",
    AccountKind.DEPOSIT_KEPT: "758",
    AccountKind.PENALTY: "658",
    AccountKind.OPENING: "890",
}


class EntryKind(models.TextChoices):
    """Why an entry was posted."""

    TERM = "TERM", "échéance"
    OPENING = "OPENING", "reprise"
    PAYMENT = "PAYMENT", "paiement"
    AID = "AID", "aide au logement"
    REFUND = "REFUND", "remboursement"
    DEPOSIT = "DEPOSIT", "dépôt de garantie"
    ADJUSTMENT = "ADJUSTMENT", "régularisation"
    WRITE_OFF = "WRITE_OFF", "abandon de créance"
    TRANSFER = "TRANSFER", "virement interne"
    BANK = "BANK", "ligne de relevé"
    REVERSAL = "REVERSAL", "contre-passation"


class Payer(models.TextChoices):
    """Whose money it is."""

    RESIDENT = "RESIDENT", "résident·e"
    CAF = "CAF", "CAF"
    FSL = "FSL", "FSL"
    OTHER = "OTHER", "autre payeur"


class TermKind(models.TextChoices):
    """A month billed here, what was added to it since, or what the takeover brought."""

    MONTHLY = "MONTHLY", "échéance du mois"
    ADJUSTMENT = "ADJUSTMENT", "complément d'échéance"
    OPENING = "OPENING", "solde à la reprise"


# What was billed here, and gets papers.
BILLED_HERE = (TermKind.MONTHLY, TermKind.ADJUSTMENT)


class LineKind(models.TextChoices):
    """What a line of a term bills."""

    FEE = "FEE", "redevance"
    CHARGES = "CHARGES", "charges"
    INSURANCE = "INSURANCE", "assurance pour compte"
    ADJUSTMENT = "ADJUSTMENT", "régularisation"
    OPENING = "OPENING", "solde à la reprise"


class PaymentMeans(models.TextChoices):
    """How money recorded by hand came."""

    CASH = "CASH", "espèces"
    CHEQUE = "CHEQUE", "chèque"
    TRANSFER = "TRANSFER", "virement"


class PaperKind(models.TextChoices):
    """The papers of a term (RULEBOOK 2.1)."""

    DUE_NOTICE = "DUE_NOTICE", "avis d'échéance"
    QUITTANCE = "QUITTANCE", "quittance"
    RECU = "RECU", "reçu"


class BankLineState(models.TextChoices):
    """What became of a line of a statement. Held and announced lines are not in the books.

    Those withdrawn were in a file imported by mistake.
    """

    TO_SETTLE = "TO_SETTLE", "à rapprocher"
    SETTLED = "SETTLED", "rapprochée"
    SUSPENSE = "SUSPENSE", "en attente"
    SET_ASIDE = "SET_ASIDE", "hors gestion locative"
    HELD = "HELD", "retenue"
    ANNOUNCED = "ANNOUNCED", "annoncée"
    DISCARDED = "DISCARDED", "écartée"
    WITHDRAWN = "WITHDRAWN", "retirée"


# Lines of statements that are not in the books, and those that wait for somebody.
NOT_POSTED = (
    BankLineState.HELD,
    BankLineState.ANNOUNCED,
    BankLineState.DISCARDED,
    BankLineState.WITHDRAWN,
)
OPEN_LINES = (BankLineState.TO_SETTLE, BankLineState.SUSPENSE)


class MatchRule(models.TextChoices):
    """By what a line of a statement is known to pay for somebody."""

    REFERENCE = "REFERENCE", "notre référence"
    ROOM = "ROOM", "maison et chambre"
    ACCOUNT = "ACCOUNT", "compte déjà confirmé"
    NAME = "NAME", "nom et montant"
    PAYER = "PAYER", "payeur déjà confirmé"
    RETURN = "RETURN", "prélèvement revenu"
    RECORDED = "RECORDED", "règlement saisi à la main"
    FOREIGN = "FOREIGN", "même origine mise hors gestion"
    PERSON = "PERSON", "choix d'une personne"
    CAF = "CAF", "relevé de la CAF"
    SEPA = "SEPA", "remise de prélèvements ou de virements"
    NONE = "NONE", "rien de reconnu"


class PartKind(models.TextChoices):
    """Where a part of a line goes."""

    CONTRACT = "CONTRACT", "compte d'un contrat"
    RECORDED = "RECORDED", "règlement saisi à la main"
    FOREIGN = "FOREIGN", "hors gestion locative"
    SUSPENSE = "SUSPENSE", "reste en attente"


class PayerRelation(models.TextChoices):
    """Who somebody is for the resident they pay for."""

    RESIDENT = "RESIDENT", "le résident ou la résidente"
    FRIEND = "FRIEND", "une personne proche"
    ASSOCIATION = "ASSOCIATION", "une association"
    GUARDIAN = "GUARDIAN", "un tuteur ou une curatelle"
    OTHER = "OTHER", "autre"


class SettlementState(models.TextChoices):
    """Where the return of a deposit stands."""

    PREPARED = "PREPARED", "à approuver"
    APPROVED = "APPROVED", "approuvée"
    CANCELLED = "CANCELLED", "annulée"


class MandateState(models.TextChoices):
    """What a mandate allows today."""

    TO_SIGN = "TO_SIGN", "à signer"
    ACTIVE = "ACTIVE", "en vigueur"
    SUSPENDED = "SUSPENDED", "suspendu"
    REVOKED = "REVOKED", "révoqué"
    LAPSED = "LAPSED", "caduc"


class SequenceType(models.TextChoices):
    """What the bank is told of a debit: the first of its mandate, or one of the next."""

    FRST = "FRST", "premier"
    RCUR = "RCUR", "récurrent"


class BatchState(models.TextChoices):
    """Where a file of debits or of transfers stands."""

    PREPARED = "PREPARED", "à envoyer"
    SENT = "SENT", "envoyée"
    CANCELLED = "CANCELLED", "annulée"


class DebitState(models.TextChoices):
    """What became of a debit. Only one collected is in the books."""

    WAITING = "WAITING", "à venir"
    COLLECTED = "COLLECTED", "prélevé"
    RETURNED = "RETURNED", "rejeté"
    CANCELLED = "CANCELLED", "annulé"


class ReturnAct(models.TextChoices):
    """What a bank's reason asks for."""

    REPRESENT = "REPRESENT", "représenter une fois, après contact"
    CONTACT = "CONTACT", "prendre contact"
    SUSPEND = "SUSPEND", "suspendre le mandat"
    CANCEL = "CANCEL", "révoquer le mandat"
    STOP = "STOP", "tout arrêter et alerter"
    CHECK = "CHECK", "vérifier nos données"


class RefundSource(models.TextChoices):
    """What a refund is taken from."""

    ACCOUNT = "ACCOUNT", "avance du compte"
    DUE = "DUE", "somme à rembourser"


class RefundState(models.TextChoices):
    """Where a refund stands: two people, then the bank."""

    PREPARED = "PREPARED", "à approuver"
    APPROVED = "APPROVED", "approuvé"
    SENT = "SENT", "envoyé à la banque"
    PAID = "PAID", "payé"
    RETURNED = "RETURNED", "revenu"
    CANCELLED = "CANCELLED", "annulé"


class LockState(models.TextChoices):
    """Whether a month of the books takes entries."""

    LOCKED = "LOCKED", "verrouillé"
    REOPENED = "REOPENED", "rouvert aux contre-passations"


class CafNature(models.TextChoices):
    """What a line of a CAF statement is (RULEBOOK 3.4)."""

    CURRENT = "CURRENT", "droit du mois"
    BACKPAY = "BACKPAY", "rappel"
    RECOVERY = "RECOVERY", "retenue ou indu"
    CANCELLATION = "CANCELLATION", "annulation"
    END = "END", "fin de droit"


class CafState(models.TextChoices):
    """What became of a CAF statement. One that is held posts nothing."""

    HELD = "HELD", "retenu"
    POSTED = "POSTED", "inscrit"
    REVERSED = "REVERSED", "annulé"
