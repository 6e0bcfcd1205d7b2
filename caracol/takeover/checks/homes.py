"""The association, its sites and agreements, its homes and rooms. Pure."""

from caracol.core.periods import end_of_duration, french_day
from caracol.takeover.checks.book import CheckedBook
from caracol.takeover.checks.rules import Rules
from caracol.takeover.findings import Findings
from caracol.takeover.identifiers import department_of
from caracol.takeover.rows import HomeRow, SiteRow, key
from colocations.enums import LegalBasis


def check(book: CheckedBook, rules: Rules, found: Findings) -> None:
    """Tell what is wrong with the patrimony."""
    for row in book.rows.associations[1:]:
        found.error(row, "nom", "L'association n'a qu'une ligne.", "Retirez celle-ci.")
    for site in book.rows.sites:
        _check_territory(site, rules, found)
        _check_agreement(site, book, rules, found)
    invited: set[str] = set()
    for home in book.rows.homes:
        _check_dates(home, book, found)
        _check_officer(home, rules, invited, found)
    _check_emptiness(book, found)


def _check_territory(site: SiteRow, rules: Rules, found: Findings) -> None:
    if not found.sound(site, "territoire") or not site.territory:
        return
    departments = rules.departments.get(site.territory.upper())
    if departments is None:
        known = ", ".join(sorted(rules.departments))
        found.error(
            site,
            "territoire",
            f"Le territoire « {site.territory} » est inconnu.",
            f"Territoires connus : {known}. La direction peut en ajouter dans l'administration.",
        )
        return
    department = department_of(site.postcode)
    if found.sound(site, "code_postal") and site.postcode and department not in departments:
        found.error(
            site,
            "territoire",
            f"Le département {department} ({site.postcode}) n'est pas du territoire "
            f"{site.territory}.",
            "Corrigez le territoire ou le code postal.",
        )


def _check_agreement(site: SiteRow, book: CheckedBook, rules: Rules, found: Findings) -> None:
    if not found.sound(site, "debut_convention", "fin_convention"):
        return
    first, last = site.agreement_starts_on, site.agreement_ends_on
    if last < first:
        found.error(
            site,
            "fin_convention",
            f"La convention finit ({last:%d/%m/%Y}) avant d'avoir commencé ({first:%d/%m/%Y}).",
            "Corrigez l'une des deux dates.",
        )
        return
    if last < book.rows.taken_on:
        found.warn(
            site,
            "fin_convention",
            f"La convention est finie depuis le {french_day(last)}.",
            "Vérifiez s'il y a eu une prolongation.",
        )
    years = rules.longest_agreement(first)
    is_elan = site.legal_basis == LegalBasis.ELAN_29
    if is_elan and years and last > end_of_duration(first, 12 * years):
        found.task(
            site,
            "fin_convention",
            f"La convention dépasse {years} ans, la durée maximale de la loi : prolongation à "
            "documenter.",
            "Après la reprise, joignez l'acte de chaque prolongation d'un an.",
        )


def _check_dates(home: HomeRow, book: CheckedBook, found: Findings) -> None:
    if not found.sound(home, "date_ouverture", "date_fermeture"):
        return
    if home.closes_on and home.closes_on < home.opens_on:
        found.error(
            home,
            "date_fermeture",
            f"La colocation ferme ({home.closes_on:%d/%m/%Y}) avant d'ouvrir "
            f"({home.opens_on:%d/%m/%Y}).",
            "Corrigez l'une des deux dates.",
        )
        return
    site = book.sites.get(key(home.site))
    if site and found.sound(site, "debut_convention") and home.opens_on < site.agreement_starts_on:
        found.warn(
            home,
            "date_ouverture",
            "L'ouverture précède la convention du propriétaire "
            f"({site.agreement_starts_on:%d/%m/%Y}).",
            "Vérifiez les deux dates.",
        )


def _check_officer(home: HomeRow, rules: Rules, invited: set[str], found: Findings) -> None:
    email = home.officer_email
    if not email or email in rules.officers or email in invited:
        return
    invited.add(email)
    found.task(
        home,
        "charge_de_mission",
        f"« {email} » n'a pas encore de compte.",
        "La reprise lui garde une invitation, et note son adresse sur la colocation.",
    )


def _check_emptiness(book: CheckedBook, found: Findings) -> None:
    used_sites = {key(home.site) for home in book.rows.homes}
    used_homes = {key(room.home) for room in book.rows.rooms}
    if "Colocations" not in found.shapeless:
        for code, site in book.sites.items():
            if code not in used_sites:
                found.warn(site, "code", "Ce site n'a aucune colocation.", "Est-ce voulu ?")
    if "Chambres" not in found.shapeless:
        for code, home in book.homes.items():
            if code not in used_homes:
                found.warn(home, "code", "Cette colocation n'a aucune chambre.", "Est-ce voulu ?")
