"""Who may sign in to the demonstration. Pure data: the settings read it for the login page."""

from dataclasses import dataclass

PASSWORD = "escargot-en-ville"  # noqa: S105 (printed on purpose: the demonstration hides nothing)
DOMAIN = "demo.caracol.example"


@dataclass(frozen=True)
class Login:
    """A person of the team: sign-in name, rights (`territory` "" is all of them), first steps."""

    code: str
    first_name: str
    last_name: str
    role: str
    label: str
    territory: str
    first_steps: str

    @property
    def email(self) -> str:
        """The address signed in with."""
        return f"{self.code}@{DOMAIN}"

    @property
    def name(self) -> str:
        """First and last names."""
        return f"{self.first_name} {self.last_name}"


TEAM = (
    Login(
        *("gla", "Camille", "Rousselin", "GLA_MANAGER", "Responsable GLA, Île-de-France", "IDF"),
        "Aujourd'hui, puis Encaissements : clôturer le mois et émettre les quittances.",
    ),
    Login(
        *("direction", "Hélène", "Vasseur", "DIRECTOR", "Direction GLA", ""),
        "Toutes les régions, et l'administration (/admin/).",
    ),
    Login(
        *("gla.lille", "Antoine", "Delplanque", "GLA_MANAGER", "Responsable GLA, Lille", "HDF"),
        "La même chose sur une seule maison : rien d'Île-de-France n'apparaît.",
    ),
    Login(
        *("alternance", "Inès", "Marchal", "GLA_ASSISTANT", "Alternant·e GLA", "IDF"),
        "Enregistrer un paiement ; la clôture du mois reste à la responsable.",
    ),
    Login(
        *("mission", "Sami", "Lagarde", "MISSION_OFFICER", "Chargé·e de mission", "IDF"),
        "Ses trois maisons, les chambres et les contacts : aucun montant.",
    ),
    Login(
        *("social", "Aïssata", "Bonnard", "SOCIAL_WORKER", "Pôle social", "IDF"),
        "Une personne : son contrat, son solde, ses titres et ses droits.",
    ),
    Login(
        *("social.direction", "Mireille", "Caron", "SOCIAL_DIRECTOR", "Direction sociale", ""),
        "Les personnes de toutes les régions.",
    ),
    Login(
        *("technique", "Youssef", "Pélissier", "TECHNICAL", "Pôle technique", "IDF"),
        "Les maisons et les chambres : ni dates, ni montants, ni situation.",
    ),
    Login(
        *("compta", "Lucie", "Thévenin", "ACCOUNTANT", "Comptabilité", ""),
        "Encaissements : les paiements, le contrôle des comptes, le verrouillage.",
    ),
)

# Who follows homes without being on the login page.
COLLEAGUES = (
    Login("mission.nord", "Ophélie", "Sarrazin", "MISSION_OFFICER", "", "IDF", ""),
    Login("mission.sud", "Tiago", "Fontenel", "MISSION_OFFICER", "", "IDF", ""),
    Login("mission.ouest", "Maëlle", "Guichard", "MISSION_OFFICER", "", "IDF", ""),
)
# Awaited in the team: an invitation that nobody has accepted yet.
AWAITED = f"mission.lille@{DOMAIN}"

LOGINS = [
    {"role": one.label, "name": one.name, "email": one.email, "password": PASSWORD} for one in TEAM
]
