"""The nightly work of this application."""

from caracol.accounts.services import system_user
from caracol.core import clock
from caracol.jobs.periods import Daily
from caracol.jobs.registry import periodic
from caracol.jobs.work import Work
from residents.services.lifecycle import advance_contracts
from residents.services.renewing import renew_tacitly


@periodic(
    "residents.advance-contracts",
    label="Entrées et fins de contrat du jour",
    schedule=Daily(),
    catch_up=1,
)
def advance(work: Work) -> None:
    """Renew the contracts that renew themselves, then begin and end those of the day."""
    today, actor = clock.today(), system_user()
    renewed = renew_tacitly(on=today, actor=actor)
    advanced = advance_contracts(on=today, actor=actor)
    done = (
        f"{renewed.renewed} contrats renouvelés tacitement, {advanced.began} commencés, "
        f"{advanced.ended} terminés."
    )
    work.conclude(" ".join([done, *(f"Non renouvelé : {text}" for text in renewed.failures)]))
