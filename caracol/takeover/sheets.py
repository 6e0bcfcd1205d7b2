"""The eight sheets of the takeover workbook and their columns (DESIGN 7)."""

from datetime import date

from caracol.takeover import cells, identifiers, rows
from caracol.takeover.columns import (
    NOTHING,
    Column,
    Sheet,
    choice_column,
    day_column,
    euros_column,
    text_column,
)
from caracol.takeover.words import (
    AGREEMENT_WORDS,
    CIVILITY_WORDS,
    CONTRACT_WORDS,
    PAYMENT_WORDS,
    PERMIT_WORDS,
    PROTECTION_WORDS,
)
from colocations.enums import LegalBasis
from residents.enums import ContractKind, PermitKind, ProtectionKind

_ASSOCIATION = Sheet(
    "Association",
    "associations",
    rows.AssociationRow,
    (
        text_column(
            "nom",
            "name",
            200,
            "Le nom qui signe les papiers.",
            "Association Le Seuil",
            required=True,
        ),
        text_column(
            "adresse",
            "address",
            300,
            "Adresse complète.",
            "3 rue du Port, 75013 Paris",
            required=True,
        ),
        Column(
            "siret",
            "siret",
            identifiers.siret,
            required=True,
            note="14 chiffres.",
            example="12345678200010",
        ),
        Column(
            "ics",
            "creditor_id",
            identifiers.creditor_id,
            note="Identifiant créancier SEPA, s'il y a des prélèvements.",
            example="FR72ZZZ123456",
        ),
        Column(
            "iban",
            "iban",
            identifiers.own_iban,
            required=True,
            note="Compte qui reçoit les redevances.",
            example="FR7642559100000801234567862",
        ),
        Column("bic", "bic", identifiers.bic, note="8 ou 11 caractères.", example="CCOPFRPPXXX"),
        text_column(
            "signataire",
            "signatory",
            200,
            "Nom et qualité.",
            "Claire Martin, directrice",
            required=True,
        ),
    ),
    "Une seule ligne : l'identité de l'association au lendemain de la reprise.",
)
_SITES = Sheet(
    "Sites",
    "sites",
    rows.SiteRow,
    (
        Column(
            "code",
            "code",
            cells.code(20),
            required=True,
            note="Code unique du site.",
            example="MON1-S",
        ),
        text_column("nom", "name", 120, "Nom du site.", "Site des Murs", required=True),
        text_column(
            "adresse", "address", 200, "Numéro et rue.", "74 avenue des Écoles", required=True
        ),
        Column(
            "code_postal",
            "postcode",
            cells.digits(5, "un code postal"),
            required=True,
            note="5 chiffres ; il décide de la CAF.",
            example="93100",
        ),
        text_column("ville", "city", 100, "Commune.", "Montreuil", required=True),
        Column(
            "territoire", "territory", cells.code(8), required=True, note="IDF, HDF…", example="IDF"
        ),
        text_column(
            "proprietaire", "owner", 160, "Nom du propriétaire.", "Foncière Exemple", required=True
        ),
        choice_column(
            "type_convention",
            "legal_basis",
            AGREEMENT_WORDS,
            LegalBasis.values,
            "Ce qui lie l'association au propriétaire.",
            example="ELAN_29",
            required=True,
        ),
        day_column(
            "debut_convention",
            "agreement_starts_on",
            "Premier jour.",
            date(2025, 5, 1),
            required=True,
        ),
        day_column(
            "fin_convention",
            "agreement_ends_on",
            "Dernier jour, prolongations comprises.",
            date(2028, 4, 30),
            required=True,
        ),
        Column(
            "preavis_mois",
            "notice_months",
            cells.whole(0, 120),
            0,
            note="Préavis du propriétaire, en mois.",
            example=6,
            format="number",
        ),
    ),
    "Un site par adresse, avec la convention du propriétaire.",
)
_HOMES = Sheet(
    "Colocations",
    "homes",
    rows.HomeRow,
    (
        Column("code", "code", cells.code(20), required=True, note="Code unique.", example="MON1"),
        Column(
            "site", "site", cells.code(20), required=True, note="Code du site.", example="MON1-S"
        ),
        text_column("nom", "name", 120, "Nom de la colocation.", "Les Murs", required=True),
        day_column(
            "date_ouverture", "opens_on", "Premier jour d'accueil.", date(2025, 5, 1), required=True
        ),
        day_column("date_fermeture", "closes_on", "Si la fermeture est connue.", None),
        Column(
            "charge_de_mission",
            "officer_email",
            cells.email,
            note="Adresse électronique : une personne inconnue sera invitée.",
            example="nadia@exemple.org",
        ),
    ),
    "Une ligne par colocation.",
)
_ROOMS = Sheet(
    "Chambres",
    "rooms",
    rows.RoomRow,
    (
        Column("colocation", "home", cells.code(20), required=True, note="Code.", example="MON1"),
        Column(
            "numero",
            "number",
            cells.code(10),
            required=True,
            note="Unique chez elle.",
            example="01",
        ),
        Column(
            "surface_m2",
            "surface",
            cells.surface,
            None,
            note="En m².",
            example=11.5,
            format="number",
        ),
        euros_column("redevance", "fee", "Redevance mensuelle habituelle.", 150, required=True),
        euros_column("charges", "charges", "Charges mensuelles ; vide = 0.", 0),
        euros_column("depot_garantie", "deposit", "Dépôt de garantie habituel ; vide = 0.", 0),
    ),
    "Toutes les chambres, occupées ou non.",
)
_RESIDENTS = Sheet(
    "Residents",
    "residents",
    rows.ResidentRow,
    (
        Column(
            "matricule", "reference", cells.code(20), required=True, note="Unique.", example="R0001"
        ),
        choice_column(
            "civilite", "civility", CIVILITY_WORDS, ("M.", "Mme"), "M., Mme ou vide.", example="Mme"
        ),
        text_column("nom", "last_name", 80, "Nom de famille.", "Diallo", required=True),
        text_column("prenom", "first_name", 80, "Prénom.", "Amina", required=True),
        day_column("date_naissance", "birth_date", "jj/mm/aaaa.", date(1994, 3, 12)),
        text_column("nationalite", "nationality", 60, "Lue par peu de personnes.", "Guinée"),
        choice_column(
            "profil",
            "protection",
            PROTECTION_WORDS,
            ("REFUGEE", "SUBSIDIARY", "STATELESS", "OTHER", "LOCAL"),
            "Protection, ou LOCAL.",
            example="REFUGEE",
            blank=ProtectionKind.NONE.value,
        ),
        Column(
            "langue", "language", cells.language, "fr", note="fr, en, ar, fa, ti…", example="fr"
        ),
        Column("telephone", "phone", cells.phone, note="Un seul numéro.", example="0612345678"),
        Column(
            "email", "email", cells.email, note="Adresse électronique.", example="amina@exemple.org"
        ),
        Column(
            "numero_allocataire",
            "caf_number",
            cells.code(15, width=7),
            note="CAF.",
            example="1234567",
        ),
        Column(
            "caf", "caf_department", identifiers.department_code, note="Département.", example="93"
        ),
        choice_column(
            "titre_sejour",
            "permit_kind",
            PERMIT_WORDS,
            PermitKind.values,
            "Nature du titre ; son numéro n'est pas gardé.",
            example="CARTE_RESIDENT",
        ),
        day_column("titre_sejour_fin", "permit_expires_on", "Fin de validité.", date(2029, 6, 23)),
        Column(
            "nur",
            "request_number",
            cells.digits(18, "un numéro unique (NUR)", exact=False),
            note="18 chiffres, en format Texte.",
            example="533859030903790026",
        ),
        day_column(
            "nur_echeance", "request_expires_on", "À renouveler avant le.", date(2027, 8, 23)
        ),
        Column(
            "accord_courriel",
            "email_consent",
            cells.yes_no,
            blank=False,
            note="Accepte ses documents par courriel : oui ou non.",
            example="oui",
            offered=("oui", "non"),
        ),
    ),
    "Une ligne par personne.",
)
_CONTRACTS = Sheet(
    "Contrats",
    "contracts",
    rows.ContractRow,
    (
        Column("numero", "number", cells.code(20), required=True, note="Unique.", example="C2601"),
        Column(
            "matricule",
            "resident",
            cells.code(20),
            required=True,
            note="Titulaire.",
            example="R0001",
        ),
        Column("colocation", "home", cells.code(20), required=True, note="Code.", example="MON1"),
        Column("chambre", "room", cells.code(10), required=True, note="Numéro.", example="01"),
        choice_column(
            "type_contrat",
            "kind",
            CONTRACT_WORDS,
            ContractKind.values,
            "Le type décide des règles.",
            example="CRT",
            required=True,
        ),
        day_column("debut", "starts_on", "Premier jour.", date(2026, 3, 4), required=True),
        day_column("fin", "ends_on", "Dernier jour.", date(2027, 8, 25), required=True),
        euros_column("redevance", "fee", "Par mois.", 150, required=True),
        euros_column("charges", "charges", "Par mois ; vide = 0.", 0),
        euros_column("depot", "deposit", "Dépôt de garantie détenu ; vide = 0.", 0),
        choice_column(
            "mode_paiement",
            "payment_method",
            PAYMENT_WORDS,
            PAYMENT_WORDS,
            "Comment la personne paie.",
            example="PRELEVEMENT",
            required=True,
        ),
        Column(
            "jour_echeance",
            "due_day",
            cells.whole(1, 28),
            5,
            note="De 1 à 28 ; vide = 5.",
            example=5,
            format="number",
        ),
        euros_column("aide_logement", "aid", "Aide mensuelle attendue ; vide = 0.", 0),
        Column(
            "iban",
            "iban",
            identifiers.iban,
            note="Pour un prélèvement.",
            example="FR7615589134169172869631493",
        ),
        Column(
            "rum",
            "mandate_reference",
            identifiers.mandate_reference,
            note="Référence unique du mandat.",
            example="CARACOL-C2601",
        ),
        day_column("date_mandat", "mandate_signed_on", "Signature du mandat.", date(2026, 3, 4)),
        text_column("motif_precarite", "precarity_ground", 300, "Exigé d'une COP.", ""),
    ),
    "Une ligne par contrat en cours, signé, ou terminé avec un solde.",
)
_INSURANCES = Sheet(
    "Assurances",
    "insurances",
    rows.InsuranceRow,
    (
        Column(
            "contrat", "contract", cells.code(20), required=True, note="Numéro.", example="C2601"
        ),
        text_column(
            "assureur", "insurer", 120, "Nom de l'assureur.", "Assurance Exemple", required=True
        ),
        text_column("police", "policy", 60, "Numéro de police.", "P830578"),
        day_column("debut", "starts_on", "Premier jour couvert.", date(2026, 3, 4), required=True),
        day_column("fin", "ends_on", "Dernier jour couvert.", date(2027, 3, 3), required=True),
    ),
    "Une ligne par attestation.",
    may_be_empty=True,
)
_BALANCES = Sheet(
    "Soldes",
    "balances",
    rows.BalanceRow,
    (
        Column(
            "contrat", "contract", cells.code(20), required=True, note="Numéro.", example="C2601"
        ),
        day_column("date", "on", "Le même jour partout.", date(2026, 10, 31), required=True),
        Column(
            "solde_du",
            "owed",
            cells.amount,
            NOTHING,
            required=True,
            note="Positif : dû par la personne. Négatif : d'avance. Net de l'aide attendue.",
            example=0,
            format="euros",
        ),
    ),
    "Une ligne par contrat, au jour de la reprise.",
)
SHEETS = (
    _ASSOCIATION,
    _SITES,
    _HOMES,
    _ROOMS,
    _RESIDENTS,
    _CONTRACTS,
    _INSURANCES,
    _BALANCES,
)
