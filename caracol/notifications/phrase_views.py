"""The standard messages: which language has which words, and the direction's own."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, page, render_page
from caracol.core.versions import version_of
from caracol.notifications import phrasing, standard
from caracol.notifications.forms import PhraseForm
from caracol.notifications.models import PhraseText
from caracol.notifications.views import tabs
from caracol.ui import toasts

SAMPLE = {
    "first_name": "Selam",
    "month": "12/2026",
    "date": "05/12/2026",
    "time": "14:30",
    "place": "12 rue des Lilas",
    "contact": "Claire Martin",
    "phone": "06 12 34 56 78",
}


@page("notifications:phrase-list")
def phrase_list(request: PageRequest) -> HttpResponse:
    """Show every standard message in every language, and whether somebody has read it over."""
    ours = {(row.kind, row.language): row for row in PhraseText.objects.all()}
    languages = [standard.tongue_of(code) for code in standard.delivered_languages()]
    others = {language for _kind, language in ours} - {tongue.code for tongue in languages}
    rows = [
        {
            "label": label,
            "cells": [_cell(kind, tongue.code, ours) for tongue in languages],
        }
        for kind, label in standard.KINDS.items()
    ]
    context = {
        "rows": rows,
        "languages": languages,
        "others": sorted(others),
        "tabs": tabs(request),
    }
    return render_page(request, "notifications/phrase_list.html", context)


def _cell(kind: str, language: str, ours: dict[tuple[str, str], PhraseText]) -> dict[str, Any]:
    row = ours.get((kind, language))
    if language == standard.FRENCH:
        words, tone = ("à nous", "info") if row else ("livré", "neutral")
    elif row and row.reviewed_by:
        words, tone = "relu", "success"
    else:
        words, tone = "à relire", "warning"
    return {"kind": kind, "language": language, "words": words, "tone": tone}


@page("notifications:phrase-edit", methods=("GET", "POST"))
def phrase_edit(request: PageRequest, kind: str, language: str) -> HttpResponse:
    """Change the words of a message in a language, seen filled beside."""
    row = PhraseText.objects.filter(kind=kind, language=language).first()
    known = {*standard.delivered_languages(), *standard.READS}
    if kind not in standard.KINDS or (language not in known and row is None):
        raise Http404
    shown = standard.phrases(kind, [language])[language]
    form = PhraseForm(request.POST or None, language=language, initial=_initial(shown, row))
    if "remettre" in request.POST:
        phrasing.remove_phrase(kind=kind, language=language, actor=request.user)
        toasts.say(request, "Les mots livrés sont de retour.")
        return redirect("notifications:phrase-list")
    if form.is_valid():
        try:
            phrasing.save_phrase(
                kind=kind,
                language=language,
                facts=form.facts,
                seen=form.cleaned_data["seen"],
                actor=request.user,
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, "Le message type est enregistré.")
            return redirect("notifications:phrase-list")
    context = {
        "form": form,
        "kind": kind,
        "label": standard.KINDS[kind],
        "tongue": standard.tongue_of(language),
        "language": language,
        "is_ours": row is not None,
        "sample": standard.fill(shown, SAMPLE),
        "french": standard.fill(standard.phrases(kind, [])[standard.FRENCH], SAMPLE),
        "places": [("first_name", "Prénom"), *_places(kind)],
    }
    status = 422 if request.method == "POST" else 200
    return render_page(request, "notifications/phrase_edit.html", context, status=status)


def _initial(shown: standard.Phrase, row: PhraseText | None) -> dict[str, str]:
    return {
        "subject": shown.subject,
        "body": "\n\n".join(shown.body),
        "sms": shown.sms,
        "reviewed_by": shown.reviewed_by,
        "seen": version_of(row, phrasing.VERSIONED) if row else "",
    }


def _places(kind: str) -> list[tuple[str, str]]:
    return [(name, standard.FIELDS[name]) for name in standard.places_of(kind)]
