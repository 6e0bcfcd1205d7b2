"""Log lines without personal data."""

import logging
import re

_PERSONAL = (
    # A database error quotes the values of the row it refuses.
    (re.compile(r"(DETAIL:|Key) .*"), r"\1 […]"),
    (re.compile(r"[^\s<>\"'=:,;()\[\]]+@[^\s<>\"',;()\[\]]+\.[A-Za-z]{2,}"), "[adresse]"),
    (re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"), "[iban]"),
    (re.compile(r"(?<![\w.-])(?:\+33 ?|0)[1-9](?:[ .-]?\d{2}){4}(?![\w.-])"), "[téléphone]"),
)


def without_personal_data(text: str) -> str:
    """Return the text with e-mail addresses, IBANs, phones and rows' values blanked."""
    for pattern, replacement in _PERSONAL:
        text = pattern.sub(replacement, text)
    return text


class MaskingFormatter(logging.Formatter):
    """Formats a record, its traceback included, then blanks what names a person."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the masked line."""
        return without_personal_data(super().format(record))
