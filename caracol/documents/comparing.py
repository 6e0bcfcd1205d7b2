"""What differs between two versions of a text, line by line. Pure."""

import difflib
from dataclasses import dataclass

CONTEXT = 2


@dataclass(frozen=True)
class Line:
    """A line of the comparison: kept, added, taken out, or the mark of lines left out."""

    kind: str
    text: str

    @property
    def word(self) -> str:
        """What happened to the line, for who does not see colours."""
        return {"added": "ajouté", "removed": "retiré"}.get(self.kind, "")


_KINDS = {"+": "added", "-": "removed", " ": "kept"}


def compare(before: str, after: str) -> list[Line]:
    """Return the lines that changed, each with a little around it."""
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), n=CONTEXT, lineterm="")
    lines = []
    for line in list(found)[2:]:
        if line.startswith("@@"):
            lines.append(Line("gap", "…"))
        else:
            lines.append(Line(_KINDS[line[0]], line[1:]))
    return lines
