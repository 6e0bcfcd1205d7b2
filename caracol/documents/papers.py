"""The papers of payment: their kinds. Their data are in `content`, filled by `payments`."""

from caracol.documents.registry import DocumentKind, register_kind

# They carry the home, the room and the address: seeing the account is not enough to read them.
_READ = "payments:paper-read"

DUE_NOTICE = register_kind(
    DocumentKind(
        code="DUE_NOTICE",
        label="Avis d'échéance",
        series="AE",
        template="due_notice.html",
        read_key=_READ,
        file_stem="Avis",
    )
)
QUITTANCE = register_kind(
    DocumentKind(
        code="QUITTANCE",
        label="Quittance",
        series="Q",
        template="quittance.html",
        read_key=_READ,
        file_stem="Quittance",
    )
)
PARTIAL_RECEIPT = register_kind(
    DocumentKind(
        code="PARTIAL_RECEIPT",
        label="Reçu",
        series="R",
        template="partial_receipt.html",
        read_key=_READ,
        file_stem="Recu",
    )
)
CANCELLATION = register_kind(
    DocumentKind(
        code="CANCELLATION",
        label="Annulation",
        series="AN",
        template="cancellation.html",
        read_key=_READ,
        file_stem="Annulation",
    )
)
STATEMENT = register_kind(
    DocumentKind(
        code="STATEMENT",
        label="Relevé de compte",
        series="RC",
        template="statement.html",
        read_key=_READ,
        file_stem="Releve",
    )
)
TAKEOVER_ATTESTATION = register_kind(
    DocumentKind(
        code="TAKEOVER_ATTESTATION",
        label="Attestation de situation à la reprise",
        series="AS",
        template="takeover_attestation.html",
        read_key=_READ,
        file_stem="Attestation",
    )
)
