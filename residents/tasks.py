"""The nightly work of this application."""

from caracol.accounts.services import system_user
from caracol.core import clock
from caracol.jobs.periods import Daily
from caracol.jobs.registry import periodic
from caracol.jobs.work import Work
from residents.services.lifecycle import advance_contracts


@periodic(
    "residents.advance-contracts",
    label="Entrées et fins de contrat du jour",
    schedule=Daily(),
    catch_up=1,
)
def advance(work: Work) -> None:
    """Begin and end the contracts of the day."""
    advanced = advance_contracts(on=clock.today(), actor=system_user())
    work.conclude(f"{advanced.began} contrats commencés, {advanced.ended} terminés.")
