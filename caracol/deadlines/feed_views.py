"""One's reminders and one's calendar address, and the calendar itself, read by programs."""

import hashlib

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from caracol.accounts.policy import may
from caracol.audit.services import record_access
from caracol.core import clock
from caracol.core.network import client_ip
from caracol.core.pages import PageRequest, page, render_page
from caracol.deadlines.calendar import calendar_of
from caracol.deadlines.calendar_forms import RemindersForm
from caracol.deadlines.enums import Digest
from caracol.deadlines.models import FeedToken, ReminderPreference
from caracol.deadlines.models.reminders import USUAL_HOUR
from caracol.deadlines.services import feeds
from caracol.deadlines.services.digest import site_url
from caracol.deadlines.services.preferences import choose_reminders
from caracol.ui import toasts

HOUR = 3600
# A calendar program asks a few times an hour; who guesses asks much more.
READINGS_AN_HOUR, GUESSES_AN_HOUR = 60, 30


@page("agenda:reminders", methods=("GET", "POST"))
def reminders(request: PageRequest) -> HttpResponse:
    """Choose how one is reminded; see whether a calendar address serves."""
    own = ReminderPreference.objects.filter(user=request.user).first()
    initial = {
        "digest": own.digest if own else Digest.WHEN_DUE,
        "hour": own.hour if own else USUAL_HOUR,
    }
    form = RemindersForm(request.POST or None, initial=initial)
    if form.is_valid():
        choose_reminders(user=request.user, **form.cleaned_data)
        toasts.say(request, "Vos rappels sont réglés.")
        return redirect("agenda:reminders")
    context = {
        "form": form,
        "feed": feeds.living_feed(request.user),
        "address": request.session.pop("agenda.feed", ""),
        "may_feed": may(request.user, "agenda:feed-make"),
    }
    status = 422 if form.errors else 200
    return render_page(request, "deadlines/reminders.html", context, status=status)


@page("agenda:feed-make", methods=("POST",))
def feed_make(request: PageRequest) -> HttpResponse:
    """Make one's calendar address, shown once on the next page; the one before serves no more."""
    token = feeds.make_feed(user=request.user, now=clock.now())
    request.session["agenda.feed"] = site_url(reverse("agenda:feed", args=[token]))
    toasts.say(request, "Votre adresse d'agenda est prête.")
    return redirect(f"{reverse('agenda:reminders')}#agenda")


@page("agenda:feed-revoke", methods=("POST",))
def feed_revoke(request: PageRequest) -> HttpResponse:
    """Let one's calendar address serve no more."""
    if feeds.revoke_feed(user=request.user, now=clock.now()):
        toasts.say(request, "L'adresse ne donne plus rien.")
    return redirect(f"{reverse('agenda:reminders')}#agenda")


@login_not_required
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a calendar program with the agenda of whose address it is; 404 when it serves not."""
    if _too_often(f"agenda.guess:{client_ip(request)}", GUESSES_AN_HOUR, count=False):
        return _later()
    row = feeds.reader_of(token)
    if row is None:
        _too_often(f"agenda.guess:{client_ip(request)}", GUESSES_AN_HOUR)
        raise Http404
    if _too_often(f"agenda.read:{row.pk}", READINGS_AN_HOUR):
        return _later()
    body = calendar_of(row.user, clock.now())
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    known = request.headers.get("If-None-Match", "").split(",")
    if etag in [tag.strip().removeprefix("W/") for tag in known]:
        response: HttpResponse = HttpResponseNotModified()
    else:
        _note(request, row, body.count(b"BEGIN:VEVENT"))
        response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
        response.headers["Content-Disposition"] = 'inline; filename="caracol.ics"'
    response.headers["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return response


@transaction.atomic
def _note(request: HttpRequest, row: FeedToken, events: int) -> None:
    feeds.note_reading(row, now=clock.now())
    record_access(
        actor=row.user, action="EXPORT", label="Agenda lu par un programme de calendrier",
        page="agenda:feed", rows=events, request_id=getattr(request, "request_id", ""),
    )  # fmt: skip


def _too_often(key: str, limit: int, *, count: bool = True) -> bool:
    """Tell whether something happened more than so many times within the hour."""
    if not count:
        return int(cache.get(key, 0)) >= limit
    cache.add(key, 0, HOUR)
    try:
        return int(cache.incr(key)) > limit
    except ValueError:  # it ran out in between
        return False


def _later() -> HttpResponse:
    response = HttpResponse("Trop de demandes.\n", status=429, content_type="text/plain")
    response.headers["Retry-After"] = str(HOUR)
    return response
