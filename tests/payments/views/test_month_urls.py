"""Months in addresses: one that no calendar of ours holds is no page."""

import pytest
from django.urls import Resolver404, resolve


@pytest.mark.parametrize("month", ["0001-01", "9999-12", "2026-13", "2026-1"])
def test_a_month_nobody_means_is_not_found(month):
    """The months counted before and after it would leave the calendar."""
    with pytest.raises(Resolver404):
        resolve(f"/encaissements/{month}/apercu/")
    assert resolve("/encaissements/2026-11/apercu/").kwargs["month"].year == 2026
