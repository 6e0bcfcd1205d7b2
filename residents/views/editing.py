"""Create and correct a person; what the two who edit at once each typed is shown to the second."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from caracol.accounts.models import Territory
from caracol.accounts.policy import may_on
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from caracol.core.versions import ChangedMeanwhile, version_of
from caracol.ui import toasts
from residents.forms.conflicts import show_again
from residents.forms.people import PersonForm
from residents.models import Person
from residents.permissions import Fact, facts_of_people, may_ever
from residents.selectors.duplicates import Lookalike, lookalikes
from residents.services import people as services

NEW = "residents:person-new"


def _territories(user: Any, key: str) -> Any:
    """The territories where the user's roles open the page."""
    ids = [pk for pk in Territory.objects.values_list("pk", flat=True) if may_on(user, key, pk)]
    return Territory.objects.filter(pk__in=ids).order_by("name")


@page("residents:person-new", methods=("GET", "POST"))
def person_new(request: PageRequest) -> HttpResponse:
    """Add a person; whoever resembles is shown first, and confirmed to be somebody else."""
    territories = _territories(request.user, NEW)
    form = PersonForm(
        request.POST or None,
        territories=territories,
        with_caf=Fact.PERMITS in may_ever(request.user),
        is_new=True,
        initial={"territory": territories.first(), "last_name": request.GET.get("nom", "")},
    )
    alike: list[Lookalike] = []
    if form.is_valid():
        alike = _alike(request.user, form)
        if not alike or "distincte" in request.POST:
            person = services.create_person(identity=form.identity, actor=request.user)
            undo = reverse("residents:person-remove", args=[person.pk])
            toasts.say(
                request, f"{person.full_name} : fiche {person.reference} créée.", undo_url=undo
            )
            return redirect(_next(request, person))
    context = {"form": form, "alike": alike}
    status = 422 if form.is_bound and form.errors else 200
    return render_page(request, "residents/person_new.html", context, status=status)


def _next(request: PageRequest, person: Person) -> str:
    """Return to the contract being made for the person, when that is where one came from."""
    if request.GET.get("suite") != "contrat":
        return reverse("residents:person-detail", args=[person.pk])
    query = {"personne": str(person.pk)}
    if request.GET.get("chambre", "").isdigit():
        query["chambre"] = request.GET["chambre"]
    return f"{reverse('residents:contract-new')}?{urlencode(query)}"


def _alike(user: Any, form: PersonForm) -> list[Lookalike]:
    names = ("last_name", "first_name", "birth_date", "phone", "email")
    return lookalikes(user, **{name: form.cleaned_data[name] for name in names})


@page("residents:person-edit", methods=("GET", "POST"))
def person_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Correct a person's identity and contacts."""
    person = get_visible_or_404(request, Person.objects.select_related("territory"), pk=pk)
    facts = facts_of_people(request.user, [person.pk])[person.pk]
    form = PersonForm(
        request.POST or None,
        territories=_edited_territories(request, person),
        with_caf=Fact.PERMITS in facts,
        initial={name: getattr(person, name) for name in services.VERSIONED}
        | {"seen": version_of(person, services.VERSIONED)},
    )
    conflict: list[Any] = []
    if form.is_valid():
        try:
            services.edit_person(
                person=person,
                identity=form.identity,
                seen=form.cleaned_data["seen"],
                actor=request.user,
            )
        except ChangedMeanwhile as refusal:
            person.refresh_from_db()
            conflict = show_again(form, person, services.VERSIONED)
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, "Fiche corrigée.")
            return redirect("residents:person-detail", pk=person.pk)
    context = {"form": form, "person": person, "conflict": conflict}
    return render_page(
        request, "residents/person_edit.html", context, status=422 if form.errors else 200
    )


def _edited_territories(request: PageRequest, person: Person) -> Any:
    """Own territories, and the one that follows the person already."""
    own = _territories(request.user, "residents:person-edit")
    return Territory.objects.filter(pk__in=[*own.values_list("pk", flat=True), person.territory_id])


@page("residents:person-remove", methods=("GET", "POST"))
def person_remove(request: PageRequest, pk: int) -> HttpResponse:
    """Remove a person created by mistake, as long as nothing names them."""
    person = get_visible_or_404(request, Person.objects.all(), pk=pk)
    if request.method == "GET":
        return render_page(request, "residents/person_remove.html", {"person": person})
    name = person.full_name
    try:
        services.remove_person(person=person, actor=request.user)
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
        return redirect("residents:person-detail", pk=pk)
    toasts.say(request, f"La fiche de {name} a été retirée.")
    return redirect("residents:person-list")
