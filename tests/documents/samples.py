"""Plausible papers of a fictional association, one builder per kind."""

from datetime import date
from decimal import Decimal
from typing import Any

from caracol.documents import content

D = Decimal

ISSUER = content.Issuer(
    name="Association Exemple d'Habitat Intercalaire",
    address="24 quai de l'Exemple, 75013 Paris",
    siret="12345678200010",
    signatory="Claire Exemple, directrice GLA",
)
RECIPIENT = content.Recipient(
    names=("Mme Aïssata Diallo",),
    lines=("Les Murs à Pêches, chambre 03", "74 avenue des Écoles"),
    postcode="93100",
    city="Montreuil",
    short_name="Diallo",
)
COUPLE = content.Recipient(
    names=(
        "M. ʿAbd al-Raḥmān Ṣāliḥ Woldemariam-Gebremedhin",
        "Mme Oleksandra Š. Łęcka-Woldemariam",
    ),
    lines=("Port à l'Anglais, chambre 12 bis, bâtiment C", "101 allée des Écoles"),
    postcode="94200",
    city="Ivry-sur-Seine",
    short_name="Ṣāliḥ Woldemariam-Gebremedhin",
)
CONTRACT = content.ContractRef(
    number="C2603",
    kind_label="Contrat de résidence temporaire",
    room="03",
    home="Les Murs à Pêches",
    home_code="MON1",
)
LEASE = content.ContractRef(
    number="C2641",
    kind_label="Bail meublé (loi du 6 juillet 1989)",
    room="12 bis",
    home="Port à l'Anglais",
    home_code="IVR1",
)
TRANSFER = content.PaymentMeans(
    kind=content.TRANSFER,
    iban="FR7642559100000801234567862",
    bic="CCOPFRPPXXX",
    reference="C2603",
)
NOVEMBER: dict[str, Any] = {
    "issuer": ISSUER,
    "recipient": RECIPIENT,
    "contract": CONTRACT,
    "month": "2026-11",
    "starts_on": date(2026, 11, 1),
    "ends_on": date(2026, 11, 30),
    "lines": (content.Line(label=content.FEE_ALL_IN, amount=D("200.00"), detail="mois entier"),),
    "total": D("200.00"),
}
LEASE_NOVEMBER: dict[str, Any] = NOVEMBER | {
    "recipient": COUPLE,
    "contract": LEASE,
    "starts_on": date(2026, 11, 12),
    "lines": (
        content.Line(label=content.RENT, amount=D("247.00"), detail="390,00 € × 19/30 jours"),
        content.Line(label=content.CHARGES, amount=D("38.00"), detail="60,00 € × 19/30 jours"),
    ),
    "total": D("285.00"),
    "explanations": (
        "Vous êtes entré le 12 novembre 2026 : novembre compte 30 jours, vous en occupez 19.",
        "450,00 € × 19 / 30 = 285,00 €, dont 247,00 € de loyer et 38,00 € de charges.",
    ),
}


def due_notice(**changes: Any) -> content.DueNotice:
    """A notice by transfer, with aid expected and something owed before."""
    values = NOVEMBER | {
        "aids": (content.Aid(amount=D("137.37")),),
        "net_due": D("62.63"),
        "due_on": date(2026, 11, 5),
        "previous_balance": D("125.26"),
        "previous_balance_on": date(2026, 10, 25),
        "means": TRANSFER,
        "explanations": (
            "Votre redevance est de 200,00 € par mois, charges comprises.",
            "La CAF verse 137,37 € directement à l'association : il vous reste 62,63 € à payer.",
        ),
    }
    return content.DueNotice(**(values | changes))


def debit_notice() -> content.DueNotice:
    """A notice that announces a direct debit, for a part of a month of a lease, no aid."""
    debit = content.Debit(
        on=date(2026, 12, 5),
        amount=D("285.00"),
        rum="CARACOL-C2641",
        ics="FR72ZZZ123456",
        account="1493",
    )
    means = content.PaymentMeans(
        kind=content.DIRECT_DEBIT,
        iban=TRANSFER.iban,
        bic=TRANSFER.bic,
        reference="C2641",
        debit=debit,
    )
    values = LEASE_NOVEMBER | {
        "net_due": D("285.00"),
        "due_on": date(2026, 12, 5),
        "previous_balance": D("-40.00"),
        "previous_balance_on": date(2026, 11, 20),
        "means": means,
    }
    return content.DueNotice(**values)


def quittance(**changes: Any) -> content.Quittance:
    """A month settled by aid and two payments."""
    values = NOVEMBER | {
        "aids": (content.Aid(amount=D("137.37"), received_on=date(2026, 11, 25)),),
        "payments": (
            content.PaymentLine(
                received_on=date(2026, 11, 4), means="virement", payer="vous", amount=D("42.63")
            ),
            content.PaymentLine(
                received_on=date(2026, 11, 18), means="espèces", payer="vous", amount=D("20.00")
            ),
        ),
        "paid_total": D("62.63"),
        "settled_on": date(2026, 11, 25),
        "explanations": (
            "Votre redevance est de 200,00 € par mois, charges comprises.",
            "L'aide au logement est versée par la CAF directement à l'association.",
        ),
    }
    return content.Quittance(**(values | changes))


def lease_quittance() -> content.Quittance:
    """A part of a month of a lease, a couple, no aid, something owed besides."""
    values = LEASE_NOVEMBER | {
        "payments": (
            content.PaymentLine(
                received_on=date(2026, 12, 1),
                means="prélèvement",
                payer="vous",
                amount=D("285.00"),
            ),
        ),
        "paid_total": D("285.00"),
        "settled_on": date(2026, 12, 1),
        "other_balance": D("1310.40"),
        "other_balance_on": date(2026, 12, 2),
    }
    return content.Quittance(**values)


def partial_receipt(**changes: Any) -> content.PartialReceipt:
    """Part of a month paid, the aid still expected."""
    values = NOVEMBER | {
        "payments": (
            content.PaymentLine(
                received_on=date(2026, 11, 4), means="espèces", payer="vous", amount=D("40.00")
            ),
        ),
        "paid_total": D("40.00"),
        "left_due": D("160.00"),
        "aid_pending": D("137.37"),
        "explanations": (
            "Vous avez payé 40,00 € sur les 62,63 € à votre charge : il vous reste 22,63 €.",
            "Le reste, 137,37 €, est l'aide au logement que la CAF doit verser à l'association.",
        ),
    }
    return content.PartialReceipt(**(values | changes))


def cancellation(number: str = "Q-2026-00012") -> content.Cancellation:
    """A quittance withdrawn after a debit came back."""
    return content.Cancellation(
        issuer=ISSUER,
        recipient=RECIPIENT,
        contract=CONTRACT,
        cancelled=content.CancelledRef(
            kind_label="Quittance", number=number, issued_on=date(2026, 11, 25), total=D("200.00")
        ),
        month="2026-11",
        reason="Le prélèvement du 5 novembre 2026 (62,63 €) a été rejeté par votre banque le "
        "8 décembre 2026 : le compte n'avait pas assez d'argent.",
        consequences=(
            "Le mois de novembre 2026 n'est plus réglé en entier : 62,63 € sont à nouveau dus.",
            "L'aide au logement versée par la CAF (137,37 €) reste acquise à ce mois.",
            "Aucun frais ne vous est demandé. Une nouvelle quittance vous sera remise, "
            "gratuitement, dès que le mois sera réglé.",
        ),
        left_due=D("62.63"),
        due_on=date(2026, 12, 20),
        means=TRANSFER,
    )


def statement(months: int = 24) -> content.Statement:
    """Two years of movements: terms, aid, payments, a rejected debit."""
    rows: list[content.StatementRow] = []
    balance, debits, credits = D("187.50"), D("0.00"), D("0.00")

    def move(on: date, label: str, *, debit: str = "0", credit: str = "0", **words: str) -> None:
        nonlocal balance, debits, credits
        debits, credits = debits + D(debit), credits + D(credit)
        balance += D(debit) - D(credit)
        rows.append(
            content.StatementRow(
                on=on, label=label, debit=D(debit), credit=D(credit), balance=balance, **words
            )
        )

    for index in range(months):
        year, number = 2025 + index // 12, index % 12 + 1
        move(date(year, number, 1), f"Redevance de {number:02d}/{year}", debit="200.00")
        move(date(year, number, 5), "Aide au logement", credit="137.37", payer="CAF")
        if index % 5 != 3:
            move(date(year, number, 9), "Virement reçu", credit="62.63", payer="vous")
        else:
            move(date(year, number, 9), "Prélèvement", credit="62.63", payer="vous")
            move(
                date(year, number, 12),
                "Prélèvement rejeté par la banque",
                debit="62.63",
                detail="provision insuffisante (AM04), aucun frais demandé",
            )
    return content.Statement(
        issuer=ISSUER,
        recipient=RECIPIENT,
        contract=CONTRACT,
        starts_on=date(2025, 1, 1),
        ends_on=date(2025 + (months - 1) // 12, (months - 1) % 12 + 1, 28),
        opening_balance=D("187.50"),
        rows=tuple(rows),
        debit_total=debits,
        credit_total=credits,
        closing_balance=balance,
        means=TRANSFER,
    )


def takeover_attestation(**changes: Any) -> content.TakeoverAttestation:
    """A contract taken over with something owed and aid expected."""
    values: dict[str, Any] = {
        "issuer": ISSUER,
        "recipient": COUPLE,
        "contract": LEASE,
        "situation_on": date(2026, 10, 31),
        "contract_starts_on": date(2025, 10, 6),
        "contract_ends_on": date(2027, 3, 29),
        "monthly_total": D("450.00"),
        "expected_aid": D("195.37"),
        "aid_pending": D("195.37"),
        "balance": D("362.50"),
        "explanations": (
            "Le solde vient du tableau de suivi tenu avant la reprise, vérifié avec vous.",
            "Les paiements faits depuis cette date figurent sur votre relevé de compte.",
        ),
    }
    return content.TakeoverAttestation(**(values | changes))
