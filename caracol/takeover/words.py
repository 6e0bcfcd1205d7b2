"""The words a workbook may use for each enumeration, and what they mean. Pure."""

from colocations.enums import LegalBasis
from residents.enums import Civility, ContractKind, PaymentMethod, PermitKind, ProtectionKind

AGREEMENT_WORDS = {kind.value: kind.value for kind in LegalBasis} | {
    "MANAGEMENT_MANDATE": LegalBasis.MANDATE.value,
    "MANDAT": LegalBasis.MANDATE.value,
}
CIVILITY_WORDS = {
    **dict.fromkeys(("M.", "Mr", "Monsieur"), Civility.MR.value),
    **dict.fromkeys(("Mme", "Mlle", "Madame"), Civility.MRS.value),
}
PROTECTION_WORDS = {kind.value: kind.value for kind in ProtectionKind} | {
    "LOCAL": ProtectionKind.NONE.value
}
PERMIT_WORDS = {kind.value: kind.value for kind in PermitKind}
CONTRACT_WORDS = {kind.value: kind.value for kind in ContractKind}
PAYMENT_WORDS = {
    "VIREMENT": PaymentMethod.TRANSFER.value,
    "PRELEVEMENT": PaymentMethod.DIRECT_DEBIT.value,
    "ESPECES": PaymentMethod.CASH.value,
    "CHEQUE": PaymentMethod.CHEQUE.value,
}
