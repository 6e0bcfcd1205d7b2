"""What the reason a bank gives means, and what it asks for: dated data, in plain French."""

from dataclasses import dataclass
from datetime import date

from caracol.parameters.selectors import values_under
from payments.enums import ReturnAct

PREFIX = "sepa.return."


@dataclass(frozen=True)
class ReturnReason:
    """A bank's reason explained."""

    code: str
    label: str
    advice: str
    act: ReturnAct

    @property
    def suspends(self) -> bool:
        """Whether the mandate stops serving."""
        return self.act in {ReturnAct.SUSPEND, ReturnAct.CANCEL, ReturnAct.STOP}

    @property
    def is_to_represent(self) -> bool:
        """Whether one more debit is proposed."""
        return self.act == ReturnAct.REPRESENT


class Reasons:
    """The table of reasons on a day, read once."""

    def __init__(self, on: date) -> None:
        self._known = values_under(PREFIX, on)

    def of(self, code: str) -> ReturnReason:
        """Return what a code means; one that nobody wrote asks to take contact."""
        found = self._known.get(code.upper())
        if found is None:
            return ReturnReason(
                code,
                "La banque ne dit pas pourquoi" if not code else f"Motif de la banque : {code}",
                "Prenez contact avec la personne, et avec notre banque",
                ReturnAct.CONTACT,
            )
        act = found.get("act", "")
        known = ReturnAct(act) if act in ReturnAct.values else ReturnAct.CONTACT
        return ReturnReason(code, found["label"], found["advice"], known)
