"""Acts on several rows at once: what each would change, before anything is changed.

An application registers its acts for any list, its own or a lower application's. Effects are
computed twice: to be shown, and under a lock when they are confirmed; if the two differ in
anything, nothing is done and the new ones are shown.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms

from caracol.core.money import ZERO
from caracol.core.pages import policy
from caracol.lists.definition import ListDefinition, Reader, list_of, roles_of
from caracol.lists.fields import EditableField, in_words, typed

MOST_ROWS = 1000


@dataclass(frozen=True)
class Effect:
    """What an act would do to one row; `left_out` says why it would do nothing."""

    pk: int
    label: str
    url: str = ""
    before: str = ""
    after: str = ""
    version: str = ""
    left_out: str = ""
    amount: Decimal | None = None


@dataclass(frozen=True)
class Preview:
    """The effects of an act: what it does, what it leaves out, and the fingerprint of both."""

    effects: tuple[Effect, ...] = ()
    fingerprint: str = ""
    kept: tuple[Effect, ...] = ()
    left: tuple[Effect, ...] = ()
    total: Decimal | None = None

    @classmethod
    def of(cls, effects: Iterable[Effect], params: Mapping[str, Any]) -> "Preview":
        """Sum effects up."""
        found = tuple(effects)
        kept = tuple(each for each in found if not each.left_out)
        amounts = [each.amount for each in kept if each.amount is not None]
        said = "\x1e".join(
            "\x1f".join((str(e.pk), e.before, e.after, e.version, e.left_out, str(e.amount)))
            for e in sorted(found, key=lambda each: each.pk)
        )
        said = f"{sorted(params.items())!r}\x1d{said}"
        return cls(
            effects=found,
            fingerprint=hashlib.sha256(said.encode()).hexdigest()[:24],
            kept=kept,
            left=tuple(each for each in found if each.left_out),
            total=sum(amounts, ZERO) if amounts else None,
        )


class BulkAct:
    """One act. Subclasses say what it would do to rows, and do it."""

    code: str = ""
    list_key: str = ""
    page_key: str = ""
    """Whose roles may do it, on the rows they see."""
    label: str = ""
    icon: str = "edit"
    lead: str = ""
    confirm: str = "Confirmer"
    done: tuple[str, str] = ("{} ligne modifiée.", "{} lignes modifiées.")
    money: str = ""
    """What the sum of the amounts is, when the act moves money."""
    reversible: bool = True
    order: int = 50

    @property
    def definition(self) -> ListDefinition:
        """The list it acts on."""
        found = list_of(self.list_key)
        if found is None:  # pragma: no cover - a mistake of ours
            raise LookupError(self.list_key)
        return found

    def allowed(self, user: Any) -> bool:
        """Whether the user may do it at all."""
        return policy().may(user, self.page_key)

    def reader(self, user: Any, day: Any) -> Reader:
        """Return the user, through the roles that may do it."""
        return Reader(user, roles_of(self.page_key), day)

    def rows(self, reader: Reader, ids: Sequence[int]) -> list[Any]:
        """Return the rows that the act may touch, as they are."""
        found = self.definition.model._default_manager.filter(pk__in=ids)
        found = found.visible_to(reader.user, reader.roles)
        related = self.definition.related
        return list((found.select_related(*related) if related else found).order_by("pk"))

    def form(self, reader: Reader, rows: Sequence[Any], data: Any) -> forms.Form | None:
        """Return the form of its settings, or None when it has none."""
        return None

    def effects(
        self, reader: Reader, rows: Sequence[Any], facts: Mapping[str, Any]
    ) -> Iterable[Effect]:
        """Return what it would do to each row."""
        raise NotImplementedError

    def apply(
        self, reader: Reader, effects: Sequence[Effect], facts: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Do it, in the caller's transaction; return what each row was before. Raises Refused."""
        raise NotImplementedError

    def undo(self, reader: Reader, before: Sequence[Mapping[str, Any]]) -> None:
        """Take it back. Raises Refused when a row has changed since."""
        raise NotImplementedError

    def names(self, reader: Reader, rows: Sequence[Any]) -> dict[int, tuple[str, str]]:
        """Name rows as the list does, and say where they open."""
        ids = [row.pk for row in rows]
        listed = self.definition.rows(
            Reader(reader.user, roles_of(self.list_key), reader.day), ""
        ).filter(pk__in=ids)
        lines = self.definition.lines(
            Reader(reader.user, roles_of(self.list_key), reader.day), list(listed)
        )
        return {line.pk: (self.definition.label_of(line), line.url) for line in lines}


class _ValueForm(forms.Form):
    """The one new value."""


class SetField(BulkAct):
    """Put one value in an editable field of many rows."""

    def __init__(self, target: EditableField, **said: Any) -> None:
        self.target = target
        for name, value in said.items():
            setattr(self, name, value)

    def form(self, reader: Reader, rows: Sequence[Any], data: Any) -> forms.Form:
        """One field."""
        form = _ValueForm(data)
        control = self.target.control(reader, rows)
        control.label = self.target.label
        form.fields["value"] = control
        return form

    def effects(
        self, reader: Reader, rows: Sequence[Any], facts: Mapping[str, Any]
    ) -> Iterable[Effect]:
        """Each row's value before and after; those that already have it are left out."""
        control = self.target.control(reader, rows)
        value = facts["value"]
        after = in_words(control, typed(value))
        refused = self.target.objections(rows, value)
        names = self.names(reader, rows)
        for row in rows:
            before = self.target.shown(row, control)
            label, url = names.get(row.pk, (str(row), ""))
            same = self.target.raw(row) == typed(value)
            reason = "a déjà cette valeur" if same else refused.get(row.pk, "")
            yield Effect(
                row.pk, label, url, before, after, self.target.version(row), left_out=reason
            )

    def apply(
        self, reader: Reader, effects: Sequence[Effect], facts: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Write the value in each row."""
        rows = {row.pk: row for row in self.rows(reader, [each.pk for each in effects])}
        before = []
        for effect in effects:
            row = rows[effect.pk]
            was = self.target.raw(row)
            written = self.target.write(
                row=row,
                value=facts["value"],
                seen=effect.version,
                actor=reader.user,
                today=reader.day,
            )
            before.append({"pk": row.pk, "was": was, "version": self.target.version(written)})
        return before

    def undo(self, reader: Reader, before: Sequence[Mapping[str, Any]]) -> None:
        """Write back what each row held."""
        rows = {row.pk: row for row in self.rows(reader, [each["pk"] for each in before])}
        put_back(self.target, reader, rows, before)


def put_back(
    target: EditableField,
    reader: Reader,
    rows: Mapping[int, Any],
    before: Sequence[Mapping[str, Any]],
) -> None:
    """Write former values back in rows nobody changed since. Raises ChangedMeanwhile."""
    control = target.control(reader, list(rows.values()))
    control.required = False
    for fact in before:
        row = rows[fact["pk"]]
        if isinstance(control, forms.ChoiceField):
            known: Any = control.choices
            control.choices = [*known, (fact["was"], fact["was"])]
        target.write(
            row=row,
            value=control.clean(fact["was"]),
            seen=fact["version"],
            actor=reader.user,
            today=reader.day,
        )


_acts: dict[str, BulkAct] = {}


def register_act(act: BulkAct) -> BulkAct:
    """Let an act be offered on its list, once."""
    _acts[act.code] = act
    return act


def act_of(code: str) -> BulkAct | None:
    """Return an act by its code."""
    return _acts.get(code)


def acts_on(list_key: str, user: Any) -> list[BulkAct]:
    """Return the acts of a list that the user may do, in order."""
    known = (act for act in _acts.values() if act.list_key == list_key and act.allowed(user))
    return sorted(known, key=lambda act: (act.order, act.label))
