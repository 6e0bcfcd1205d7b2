"""A page that does an act: its form, what is refused, doubted, or changed by somebody meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect

from caracol.core.errors import Refused
from caracol.core.money import number
from caracol.core.pages import PageRequest, render_page
from caracol.core.periods import french_day
from caracol.core.versions import ChangedMeanwhile
from caracol.ui import toasts
from colocations.forms.base import ActForm, Said
from colocations.services.doubts import Doubt, Doubtful
from colocations.services.saving import Invalid

Trail = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Clash:
    """A field that two people wrote: what each says."""

    label: str
    yours: str
    theirs: str


class Flow:
    """The form of an act on one request."""

    def __init__(self, request: PageRequest, form: ActForm, row: Any = None) -> None:
        self.request, self.form, self.row = request, form, row
        self.doubts: tuple[Doubt, ...] = ()
        self.clashes: list[Clash] = []
        self.result: Any = None
        if row is not None and not form.is_bound and form.row_fields:
            form.show_version(row)

    def done(self, act: Callable[[Said], Any]) -> bool:
        """Do the act with what a valid form says; tell whether it was done."""
        if self.request.method != "POST" or not self.form.is_valid():
            return False
        try:
            self.result = act(self.form.said)
        except Invalid as refusal:
            self._invalid(refusal)
        except Doubtful as refusal:
            self.doubts = refusal.doubts
            self.form.show_doubts(refusal.doubts)
        except ChangedMeanwhile as refusal:
            self._changed(refusal)
        except Refused as refusal:
            self.form.add_error(None, refusal.message)
        else:
            return True
        return False

    def _invalid(self, refusal: Invalid) -> None:
        for name, texts in refusal.fields.items():
            target = name if name in self.form.fields else None
            for text in texts:
                self.form.add_error(target, text)

    def _changed(self, refusal: ChangedMeanwhile) -> None:
        """Show both values of each field, and carry the version that is now on the screen."""
        fresh = type(self.row)._default_manager.get(pk=self.row.pk)
        for name in self.form.row_fields:
            if name not in self.form.fields:
                continue
            yours = self.form.cleaned_data.get(name)
            theirs = getattr(fresh, name)
            if yours != theirs:
                label = str(self.form.fields[name].label)
                self.clashes.append(
                    Clash(label, self._words(name, yours), self._words(name, theirs))
                )
        self.form.show_version(fresh)
        self.form.add_error(None, refusal.message)

    def _words(self, name: str, value: Any) -> str:
        choices = dict(getattr(self.form.fields[name], "choices", None) or {})
        if value in choices:
            return str(choices[value])
        if isinstance(value, date):
            return french_day(value)
        if isinstance(value, Decimal):
            return number(value)
        return "–" if value in (None, "") else str(value)

    def leave(self, words: str, url: str, *, undo_url: str = "") -> HttpResponse:
        """Say what was done and go on."""
        toasts.say(self.request, words, undo_url=undo_url)
        return redirect(url)

    def show(
        self,
        *,
        heading: str,
        trail: Trail,
        submit: str = "Enregistrer",
        lead: str = "",
        tone: str = "primary",
        template: str = "colocations/act.html",
        **more: Any,
    ) -> HttpResponse:
        """Show the form; the last of the trail is where one goes back to."""
        context = {
            "form": self.form,
            "flow": self,
            "heading": heading,
            "trail": trail,
            "back": trail[-1][1],
            "submit": submit,
            "lead": lead,
            "tone": tone,
            **more,
        }
        return render_page(self.request, template, context)


def try_act(request: PageRequest, act: Callable[[], Any]) -> bool:
    """Do an act asked by a single button; say why when it is refused."""
    try:
        act()
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
        return False
    return True
