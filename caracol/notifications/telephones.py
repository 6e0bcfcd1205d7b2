"""Telephone numbers as text messages need them, and how many messages a text is billed as."""

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

_FRANCE = 33
_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
# GSM 03.38, basic table and extension (each of those counts twice).
_GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = set("^{}\\[~]|€\f")


def mobile_number(written: str) -> str:
    """Return a mobile's number as +33612345678, or "" when no text message can reach it."""
    try:
        number = phonenumbers.parse(written, "FR")
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if _is_mobile(number) else ""


def _is_mobile(number: phonenumbers.PhoneNumber) -> bool:
    """French mobiles begin with 06 or 07 (numbering plan of Arcep), those kept for films too."""
    if number.country_code == _FRANCE:
        return phonenumbers.is_possible_number(number) and str(number.national_number)[0] in "67"
    kind = phonenumbers.number_type(number)
    return phonenumbers.is_valid_number(number) and kind in _MOBILE


def spoken_number(number: str) -> str:
    """Return +33612345678 as 06 12 34 56 78, a foreign number with its country."""
    try:
        found = phonenumbers.parse(number, "FR")
    except phonenumbers.NumberParseException:
        return number
    shape = PhoneNumberFormat.INTERNATIONAL
    if found.country_code == _FRANCE:
        shape = PhoneNumberFormat.NATIONAL
    return phonenumbers.format_number(found, shape)


def callable_number(written: str) -> str:
    """Return a number one may call, spaced as it is said, or "" when it is none."""
    try:
        number = phonenumbers.parse(written, "FR")
    except phonenumbers.NumberParseException:
        return ""
    return spoken_number(written) if phonenumbers.is_possible_number(number) else ""


def segments(text: str) -> int:
    """Return how many text messages an operator bills: 160 signs of GSM, else 70, less when cut."""
    if all(sign in _GSM or sign in _GSM_TWICE for sign in text):
        length = sum(2 if sign in _GSM_TWICE else 1 for sign in text)
        return 1 if length <= 160 else -(-length // 153)
    units = len(text.encode("utf-16-le")) // 2
    return 1 if units <= 70 else -(-units // 67)
