"""What free text may hold: no number of a paper that is not to be kept (RULEBOOK 8). Pure."""

import re

from django.core.exceptions import ValidationError

# A foreigner's number (10 digits), a national insurance number (13 or 15), a passport (2 digits,
# 2 letters, 5 digits), a permit or a visa (2 letters, then 7 to 10 digits), OFPRA's file numbers.
_PAPER = re.compile(
    r"(?<![0-9A-Za-z])(?:\d{10}|[12]\d{12}(?:\d{2})?|\d{2}[A-Za-z]{2}\d{5}|[A-Za-z]{1,3}\d{7,10}"
    r"|\d{2}-\d{2}-\d{5})(?![0-9A-Za-z])"
)
_SEPARATORS = re.compile(r"(?<=\d)[ .\u00a0\u202f](?=\d)")


def looks_like_paper_number(text: str) -> bool:
    """Whether a text holds what looks like the number of an identity paper.

    A telephone number is none: ten digits that begin with 0.
    """
    joined = _SEPARATORS.sub("", text)
    found = (match.group() for match in _PAPER.finditer(joined))
    return any(not re.fullmatch(r"0\d{9}", number) for number in found)


def refuse_paper_numbers(text: str) -> None:
    """Raise ValidationError on a text that holds the number of an identity paper."""
    if looks_like_paper_number(text):
        raise ValidationError(
            "Ce texte semble contenir le numéro d'un titre ou d'une pièce d'identité : il n'a pas "
            "à être gardé. Retirez-le.",
            code="paper-number",
        )
