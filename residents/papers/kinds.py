"""The papers of contracts: their kinds, numbers and readers."""

from caracol.documents.registry import DocumentKind, register_kind

READ = "residents:document-read"


def _kind(code: str, label: str, series: str, template: str, stem: str) -> DocumentKind:
    return register_kind(
        DocumentKind(
            code=code,
            label=label,
            series=series,
            template=template,
            read_key=READ,
            file_stem=stem,
        )
    )


CONTRACT = _kind("CONTRACT", "Contrat", "CT", "deed.html", "Contrat")
AMENDMENT = _kind("AMENDMENT", "Avenant", "AV", "deed.html", "Avenant")
NOTICE_LETTER = _kind("NOTICE_LETTER", "Lettre de congé", "CG", "letter.html", "Conge")
NOTICE_ACK = _kind("NOTICE_ACK", "Accusé de réception de congé", "AC", "letter.html", "Conge-recu")
INSURANCE_NOTICE = _kind(
    "INSURANCE_NOTICE", "Mise en demeure d'assurer", "MD", "letter.html", "Mise-en-demeure"
)
CERTIFICATE = _kind(
    "RESIDENCE_CERTIFICATE", "Attestation de résidence", "AR", "letter.html", "Attestation"
)
DEPOSIT_LETTER = _kind(
    "DEPOSIT_LETTER", "Décompte de dépôt de garantie", "DG", "letter.html", "Depot"
)
CAF_PAPER = _kind("CAF_PAPER", "Courrier ou formulaire pour la CAF", "CF", "letter.html", "CAF")
WITHDRAWAL = _kind("WITHDRAWAL", "Annulation de document", "AD", "letter.html", "Annulation")

# What both parties sign; the others are signed by the association alone.
SIGNED = frozenset({CONTRACT.code, AMENDMENT.code})
OURS = frozenset(
    kind.code
    for kind in (
        CONTRACT,
        AMENDMENT,
        NOTICE_LETTER,
        NOTICE_ACK,
        INSURANCE_NOTICE,
        CERTIFICATE,
        DEPOSIT_LETTER,
        CAF_PAPER,
        WITHDRAWAL,
    )
)
