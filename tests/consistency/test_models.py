"""What every model of ours must have: French names, a visible door, guarded choices, no cascade."""

import inspect

import pytest
from django.apps import apps
from django.db import models

from caracol.accounts.models import Territory, TerritoryQuerySet

OURS = ("caracol", "colocations", "residents", "payments", "litigation", "social")
# Rows that live and die with what they describe.
MAY_CASCADE = {
    ("Membership", "user"),
    ("Bundle", "requested_by"),
    ("SavedView", "owner"),
    ("DefaultView", "user"),
    ("DefaultView", "view"),
    ("ListAct", "actor"),
    ("ListExport", "actor"),
}


def our_models():
    """Every concrete model of ours, history rows aside."""
    return [
        model
        for model in apps.get_models()
        if model.__module__.startswith(OURS) and not model.__name__.endswith("Event")
    ]


MODELS = our_models()
IDS = [model._meta.label for model in MODELS]


@pytest.mark.parametrize("model", MODELS, ids=IDS)
def test_names_are_french_and_lower_case(model):
    """Screens write them inside sentences."""
    assert model._meta.original_attrs.get("verbose_name")
    first = str(model._meta.verbose_name)[0]
    assert first == first.lower()


@pytest.mark.parametrize("model", MODELS, ids=IDS)
def test_what_has_a_territory_has_its_door(model):
    """A row of a territory is reached through visible_to."""
    names = {
        field.name
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is Territory
    }
    if not names or model.__name__ in {"Membership", "Invitation"}:
        return
    assert isinstance(model._default_manager.all(), TerritoryQuerySet) or hasattr(
        model._default_manager.all(), "visible_to"
    )


@pytest.mark.parametrize("model", MODELS, ids=IDS)
def test_nothing_disappears_by_cascade(model):
    """A row that others point to is protected."""
    for field in model._meta.concrete_fields:
        if field.is_relation and (model.__name__, field.name) not in MAY_CASCADE:
            assert field.remote_field.on_delete in {models.PROTECT, models.SET_NULL}, field


@pytest.mark.parametrize("model", MODELS, ids=IDS)
def test_no_order_of_its_own_and_no_save(model):
    """Lists say their order; services write."""
    assert not model._meta.ordering
    assert "save" not in vars(model)
    assert inspect.getdoc(model)
