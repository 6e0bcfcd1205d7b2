"""One template draws every field, with what assistive techniques need."""

import gettext
import re
from decimal import Decimal

import pytest
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from caracol.core.periods import Month
from caracol.ui.fields import DateField, FileDrop, MoneyField, MonthField
from caracol.ui.gallery import BAD_ANSWERS, PaymentForm


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1 234,56", "1234.56"),
        ("1234.56", "1234.56"),
        ("1\N{NARROW NO-BREAK SPACE}234,5\N{NO-BREAK SPACE}€", "1234.50"),
        ("-12", "-12"),
        ("\N{MINUS SIGN}12,00", "-12"),
    ],
)
def test_amounts_are_read_as_people_type_them(typed, amount):
    assert MoneyField().clean(typed) == Decimal(amount)


@pytest.mark.parametrize("typed", ["quatre cents", "1,234", "12,345", "NaN", "Infinity", "1e400"])
def test_other_amounts_are_refused(typed):
    with pytest.raises(ValidationError):
        MoneyField().clean(typed)


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        (MoneyField(min_value=0), "-1", "Un montant n'est pas négatif."),
        (MoneyField(min_value=Decimal("0.01")), "0", "Indiquez 0,01 € au moins."),
        (MoneyField(max_value=Decimal(1500)), "2000", "Indiquez 1 500,00 € au plus."),
        (MoneyField(), "99999999999999", "Ce montant est trop grand"),
        (MoneyField(), "1,234", "deux décimales"),
        (forms.IntegerField(min_value=2), "1", "Indiquez 2 au moins."),
        (forms.ChoiceField(choices=[("a", "A")]), "99999", "choisissez dans la liste"),
    ],
)
def test_limits_are_said_as_people_write(field, typed, words):
    with pytest.raises(ValidationError) as caught:
        field.clean(typed)
    assert words in " ".join(caught.value.messages).replace("\xa0", " ").replace("\u202f", " ")


def test_our_words_for_djangos_own_are_compiled():
    folder = settings.BASE_DIR / "caracol" / "locale" / "fr" / "LC_MESSAGES"
    with (folder / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    source = (folder / "django.po").read_text()
    pairs = re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', source, re.MULTILINE)
    assert len(pairs) == source.count("msgid") - 1
    assert all(compiled.gettext(said) == words for said, words in pairs)


def test_days_and_months_are_read():
    assert str(DateField().clean("23/11/2026")) == "2026-11-23"
    assert str(DateField().clean("2026-11-23")) == "2026-11-23"
    for slip in ("0001-01-01", "0202-11-23", "9999-12-31"):
        with pytest.raises(ValidationError, match="année"):
            DateField().clean(slip)
    assert MonthField().clean("2026-11") == Month(2026, 11)
    assert MonthField(required=False).clean("") is None
    with pytest.raises(ValidationError):
        MonthField().clean("novembre")


def test_an_error_is_tied_to_its_field():
    html = str(PaymentForm(BAD_ANSWERS)["person"].as_field_group())
    assert 'id="id_person_error"' in html
    assert 'aria-describedby="id_person_error"' in html
    assert 'aria-invalid="true"' in html
    assert "is-invalid" in html


def test_a_hint_is_tied_to_its_field():
    html = str(PaymentForm()["email"].as_field_group())
    assert 'aria-describedby="id_email_helptext"' in html
    assert "facultatif" in html


def test_radio_buttons_form_a_group():
    html = str(PaymentForm()["payer"].as_field_group())
    assert html.count("<fieldset") == html.count("<legend") == 1
    assert html.count('type="radio"') == 3


def test_a_widget_keeps_its_own_class():
    class OneForm(forms.Form):
        code = forms.CharField(widget=forms.TextInput({"class": "tabular"}))

    assert 'class="tabular form-control"' in str(OneForm()["code"])


def test_a_localized_amount_is_shown_again():
    class OneForm(forms.Form):
        amount = MoneyField()
        proof = forms.FileField(widget=FileDrop)

    assert "412,50" in str(OneForm(initial={"amount": Decimal("412.50")})["amount"])
    assert "data-file-drop" in str(OneForm()["proof"].as_field_group())
