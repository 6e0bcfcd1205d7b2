"""The list of payments and its file."""

from django.db.models import Sum
from django.http import HttpResponse, HttpResponseBase

from caracol.accounts.policy import may
from caracol.core.money import ZERO, euros
from caracol.core.pages import PageRequest, page, render_page
from caracol.lists.pages import export_list, listing_for, opening
from payments.lists import PAYMENTS


@page("payments:payment-list")
def payment_list(request: PageRequest) -> HttpResponse:
    """List the payments, latest first."""
    elsewhere = opening(request, PAYMENTS)
    if elsewhere is not None:
        return elsewhere
    listing = listing_for(request, PAYMENTS)
    found = listing.asked.filter.qs.order_by()
    total = -found.aggregate(total=Sum("amount", default=ZERO))["total"]
    listing.detail = euros(total)
    context = {
        "listing": listing,
        "table": listing.table,
        "total": total,
        "may_record": may(request.user, "payments:payment-record"),
    }
    return render_page(request, "payments/payment_list.html", context)


@page("payments:payment-export")
def payment_export(request: PageRequest) -> HttpResponseBase:
    """Export the payments that the filters keep; written in the register."""
    return export_list(request, PAYMENTS)
