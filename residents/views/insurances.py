"""The list of insurances: its page, its file, and asking several households at once."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from caracol.accounts.policy import may
from caracol.core import clock
from caracol.core.pages import PageRequest, allowed, page, render_page
from caracol.lists.pages import chosen_ids, export_list, listing_for, opening, state_tabs
from caracol.ui import toasts
from residents.lists import INSURANCES
from residents.models import Contract
from residents.selectors.insurance_list import TABS, insured_lines, state_counts
from residents.services.insurance_asking import Asked, ask_certificates, paragraphs

MOST_ASKED = 200


@page("residents:insurance-list")
def insurance_list(request: PageRequest) -> HttpResponse:
    """List the contracts lived in by their insurance, the longest without one first."""
    elsewhere = opening(request, INSURANCES)
    if elsewhere is not None:
        return elsewhere
    listing = listing_for(request, INSURANCES)
    reader = listing.asked.reader
    counts = state_counts(INSURANCES.rows(reader, ""), reader.day)
    context = {
        "listing": listing,
        "table": listing.table,
        "states": state_tabs(request, TABS, counts, "etat"),
        "may_ask": may(request.user, INSURANCES.ticked_key),
        "most": MOST_ASKED,
    }
    return render_page(request, "residents/insurance_list.html", context)


@page("residents:insurance-export")
def insurance_export(request: PageRequest) -> HttpResponseBase:
    """Export what the filters of the list keep; written in the register."""
    return export_list(request, INSURANCES)


@page("residents:insurance-ask", methods=("GET", "POST"))
def insurance_ask(request: PageRequest) -> HttpResponse:
    """Show who would be written to and who has no mail; once confirmed, write to them."""
    query, day = request.POST.get("query", ""), clock.today()
    back = f"{reverse(INSURANCES.key)}?{query}" if query else reverse(INSURANCES.key)
    ids = chosen_ids(request, INSURANCES, query)
    if len(ids) > MOST_ASKED:
        words = f"{len(ids)} ménages à la fois, c'est plus que {MOST_ASKED} : affinez les filtres."
        toasts.say(request, words, tone="warning")
        return redirect(back)
    found = allowed(request, Contract.objects.filter(pk__in=ids))
    lived = found.filter(starts_on__lte=day, ends_on__gte=day).order_by("number").distinct()
    lines = insured_lines(request.user, list(lived), day)
    if not lines:
        toasts.say(request, "Cochez d'abord les ménages à qui demander.", tone="info")
        return redirect(back)
    mailed = [line for line in lines if line.may_be_mailed]
    if "confirmer" in request.POST:
        _say(request, ask_certificates(lines=mailed, on=day, actor=request.user))
        return redirect(back)
    context = {
        "mailed": mailed,
        "unmailed": [line for line in lines if not line.may_be_mailed],
        "sample": paragraphs(mailed[0]) if mailed else [],
        "query": query,
        "back": back,
    }
    return render_page(request, "residents/insurance_ask.html", context)


def _say(request: PageRequest, asked: Asked) -> None:
    some = asked.sent > 1
    words = f"{asked.sent} courriel{'s' if some else ''} en route, rappel noté."
    if asked.left:
        words += " " + " ".join(f"{reason}." for reason in asked.left[:3])
    toasts.say(request, words, tone="warning" if asked.left else "success")
