"""The keys register of a home."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from caracol.accounts.enums import NETWORK_WIDE
from caracol.accounts.models import User
from caracol.core import clock
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from caracol.ui import toasts
from colocations.enums import HolderKind, KeyAct
from colocations.forms.upkeep import GiveKeysForm, KeySetForm, MoveForm
from colocations.models import Colocation, KeyMove, KeySet, Room
from colocations.selectors.belongings import home_keys, key_lines, passages
from colocations.selectors.occupancy import contracts
from colocations.services import keys as services
from colocations.views.flow import Flow, Trail, try_act
from colocations.views.frames import rights
from colocations.views.home_acts import HOMES, trail_to
from colocations.views.homes import home_frame

SETS = KeySet.objects.select_related("colocation__site__territory", "room")
_ACTS = ("keys-new", "keys-edit", "keys-move", "keys-detail", "keys-remove", "keys-restore")
_HEADINGS = {
    KeyAct.GIVEN: ("Remettre", "Remettre les clés"),
    KeyAct.RETURNED: ("Retour de", "Enregistrer le retour"),
    KeyAct.LOST: ("Perte de", "Déclarer perdu"),
    KeyAct.FOUND: ("Retrouvé :", "Déclarer retrouvé"),
}
_DONE = {
    KeyAct.GIVEN: "remis",
    KeyAct.RETURNED: "rendu",
    KeyAct.LOST: "déclaré perdu",
    KeyAct.FOUND: "retrouvé",
}


@page("colocations:home-keys")
def home_keys_page(request: PageRequest, pk: int) -> HttpResponse:
    """Show every set of keys of a home and who holds it today."""
    context = home_frame(request, pk)
    home: Colocation = context["home"]
    lines = key_lines(request.user, home_keys(home))
    context |= {
        "lines": lines,
        "out": sum(line.is_out for line in lines),
        "lost": sum(line.is_lost for line in lines),
        "may": rights(request, home.site.territory_id, *_ACTS),
    }
    return render_page(request, "colocations/home_keys.html", context)


def _trail(home: Colocation) -> Trail:
    return (*trail_to(home), ("Clés", reverse("colocations:home-keys", args=[home.pk])))


def _rooms(home: Colocation) -> Any:
    return Room.objects.filter(colocation=home).order_by("number", "pk")


@page("colocations:keys-new", methods=("GET", "POST"))
def keys_new(request: PageRequest, pk: int) -> HttpResponse:
    """Add sets of keys to the register of a home."""
    home = get_visible_or_404(request, HOMES, pk=pk)
    initial = {"room": request.GET.get("chambre", ""), "count": 1}
    flow = Flow(request, KeySetForm(request.POST or None, rooms=_rooms(home), initial=initial))
    if flow.done(lambda said: services.add_key_sets(home=home, actor=request.user, **said.facts)):
        many = len(flow.result)
        words = f"{many} trousseaux ajoutés." if many > 1 else f"{flow.result[0]} : ajouté."
        return flow.leave(words, _trail(home)[-1][1])
    return flow.show(heading="Nouveaux trousseaux", trail=_trail(home), submit="Ajouter")


def _keys(request: PageRequest, pk: int) -> KeySet:
    keys: KeySet = get_visible_or_404(request, SETS, pk=pk)
    return keys


@page("colocations:keys-edit", methods=("GET", "POST"))
def keys_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change a set of keys."""
    keys = _keys(request, pk)
    home = keys.colocation
    flow = Flow(request, KeySetForm(request.POST or None, row=keys, rooms=_rooms(home)), keys)
    if flow.done(
        lambda said: services.edit_key_set(
            keys=keys, actor=request.user, seen=said.seen, **said.facts
        )
    ):
        return flow.leave("Modifications enregistrées.", _trail(home)[-1][1])
    return flow.show(
        heading=f"Modifier {keys}",
        trail=_trail(home),
        remove_url=reverse("colocations:keys-remove", args=[pk]),
        remove_label="Retirer du registre",
    )


@page("colocations:keys-detail")
def keys_detail(request: PageRequest, pk: int) -> HttpResponse:
    """Show every hand a set of keys passed through."""
    keys = _keys(request, pk)
    territory = keys.colocation.site.territory_id
    context = {
        "keys": keys,
        "line": key_lines(request.user, [keys])[0],
        "passages": passages(request.user, keys),
        "trail": _trail(keys.colocation),
        "may": rights(request, territory, "keys-move", "keys-edit", "keys-undo"),
    }
    return render_page(request, "colocations/keys_detail.html", context)


def _team(territory_id: int) -> Any:
    """Return who works on a territory."""
    people = User.objects.filter(is_active=True)
    here = people.filter(memberships__territory=territory_id)
    everywhere = people.filter(memberships__territory=None)
    wide = people.filter(memberships__role__in=NETWORK_WIDE)
    return (here | everywhere | wide).distinct().order_by("last_name", "first_name")


def _move_form(request: PageRequest, keys: KeySet, act: KeyAct) -> MoveForm:
    initial: dict[str, Any] = {"on": clock.today()}
    data = request.POST or None
    if act != KeyAct.GIVEN:
        return MoveForm(data, initial=initial)
    home, day = keys.colocation, clock.today()
    households = contracts().present(request.user, home.pk, day)
    if keys.room_id:
        here = contracts().bound(request.user, [keys.room_id], day, None)
        numbers = [one.key for one in here]
        mine = [house for house in households if house.contract in numbers]
        households = [*mine, *[house for house in households if house not in mine]]
        initial["to"] = f"{HolderKind.RESIDENT}:{mine[0].contract}" if mine else ""
    team = _team(home.site.territory_id)
    return GiveKeysForm(data, initial=initial, households=households, team=team)


@page("colocations:keys-move", methods=("GET", "POST"))
def keys_move(request: PageRequest, pk: int, act: str) -> HttpResponse:
    """Record that keys are handed, returned, lost or found."""
    keys, done = _keys(request, pk), KeyAct(act.upper())
    flow = Flow(request, _move_form(request, keys, done))
    if flow.done(
        lambda said: services.move_keys(keys=keys, act=done, actor=request.user, **said.facts)
    ):
        undo = reverse("colocations:keys-undo", args=[flow.result.pk])
        words = f"{keys} : {_DONE[done]}."
        return flow.leave(words, _trail(keys.colocation)[-1][1], undo_url=undo)
    verb, submit = _HEADINGS[done]
    return flow.show(
        heading=f"{verb} « {keys} »",
        trail=_trail(keys.colocation),
        submit=submit,
        tone="danger" if done == KeyAct.LOST else "primary",
        lead=keys.opens and f"Ouvre : {keys.opens}.",
    )


@page("colocations:keys-undo", methods=("POST",))
def keys_undo(request: PageRequest, pk: int) -> HttpResponse:
    """Take back the last move of a set of keys."""
    moves = KeyMove.objects.select_related("key_set__colocation")
    move = get_visible_or_404(request, moves, pk=pk)
    if try_act(request, lambda: services.undo_move(move=move, actor=request.user)):
        toasts.say(request, f"{move.key_set} : mouvement annulé.")
    return redirect(_trail(move.key_set.colocation)[-1][1])


@page("colocations:keys-remove", methods=("POST",))
def keys_remove(request: PageRequest, pk: int) -> HttpResponse:
    """Take a set of keys out of the register."""
    keys = _keys(request, pk)
    act = lambda: services.remove_key_set(keys=keys, on=clock.today(), actor=request.user)  # noqa: E731
    if try_act(request, act):
        undo = reverse("colocations:keys-restore", args=[keys.pk])
        toasts.say(request, f"{keys} : retiré du registre.", undo_url=undo)
    return redirect(_trail(keys.colocation)[-1][1])


@page("colocations:keys-restore", methods=("POST",))
def keys_restore(request: PageRequest, pk: int) -> HttpResponse:
    """Put a set of keys back in the register."""
    keys = _keys(request, pk)
    if try_act(request, lambda: services.restore_key_set(keys=keys, actor=request.user)):
        toasts.say(request, f"{keys} : remis au registre.")
    return redirect(_trail(keys.colocation)[-1][1])
