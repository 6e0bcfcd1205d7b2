"""Write the table of docs/contract-life.md from the one of the code: `python -m tests.docs.…`."""

import os
import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "contract-life.md"
_BETWEEN = re.compile(r"(?<=<!-- table -->\n).*?(?=<!-- end -->)", re.DOTALL)


def table():
    """Return the drawing and the table, as Markdown."""
    from residents.enums import TRANSITIONS, ContractStatus  # noqa: PLC0415 (after the settings)

    labels = {status: ContractStatus(status).label for status in ContractStatus}
    arrows = [
        f"    {status} --> {target}: {act}"
        for status, acts in TRANSITIONS.items()
        for act, target in acts.items()
    ]
    names = [f"    {status}: {label}" for status, label in labels.items()]
    rows = [
        f"| {labels[status]} | {act} | {labels[target]} |"
        for status, acts in TRANSITIONS.items()
        for act, target in acts.items()
    ]
    ends = ", ".join(labels[status] for status, acts in TRANSITIONS.items() if not acts)
    last = f"Nothing leaves these states: {ends}." if ends else "Every state can be left."
    return "\n".join(
        [
            "```mermaid",
            "stateDiagram-v2",
            *names,
            "    [*] --> DRAFT",
            *arrows,
            "```",
            "",
            "| from | act | to |",
            "|---|---|---|",
            *rows,
            "",
            last,
            "",
        ]
    )


def page_with(text, drawn):
    """Return the page with what was drawn."""
    return _BETWEEN.sub(lambda _: drawn, text)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caracol.settings.dev")
    PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8"), table()), encoding="utf-8")
