"""The product's template tags, built in: every template may use them without loading."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.forms import BaseForm
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from caracol.core import clock
from caracol.core.periods import Month
from caracol.ui import atoms, charts, toasts
from caracol.ui.filters import KEPT, active_filters, reset_address

register = template.Library()


def _component(name: str, /, **parameters: Any) -> SafeString:
    return render_to_string(f"components/{name}.html", parameters)


# --- Filters ------------------------------------------------------------------------------------
@register.filter
def euros(amount: Decimal | int | None) -> str:
    """1234.5 → "1 234,50 €"; nothing known → "–"."""
    return "–" if amount is None else atoms.euros(Decimal(amount))


@register.filter(name="day")
def day_filter(value: date | datetime | None) -> str:
    """A date → "23 nov. 2026", as text (the tag `day` adds the `<time>` element)."""
    return atoms.short_day(value)


@register.filter
def long_day(value: date | datetime | None) -> str:
    """A date → "lundi 23 novembre 2026"."""
    return atoms.long_day(value)


@register.filter
def month(value: Month | date | str | None) -> str:
    """A month, a date or "2026-11" → "novembre 2026"."""
    return atoms.month_name(value)


@register.filter
def ago(value: date | datetime | None) -> str:
    """How far a day is from today: "il y a 3 jours", "dans 2 mois"."""
    return atoms.ago(value, clock.today())


@register.filter
def phone(number: str) -> str:
    """0612345678 → "06 12 34 56 78"; a number of another shape stays as written."""
    return atoms.phone(number)


@register.filter
def initials(name: str) -> str:
    """ "Amina Diallo" → "AD"."""
    return atoms.initials(name)


@register.filter
def device(user_agent: str) -> str:
    """A browser's long signature → "Firefox sur Windows"."""
    return atoms.device(user_agent)


@register.filter
def toast_tone(message: Message) -> str:
    """The tone of one of Django's messages."""
    return toasts.tone_of_message(message)


@register.filter
def toast_undo(message: Message) -> str:
    """The address that takes the act of a message back, if it has one."""
    return toasts.undo_of_message(message)


# --- Atoms --------------------------------------------------------------------------------------
@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """{% icon "home" %}: an icon of the sprite."""
    return atoms.icon(name, label, css)


@register.simple_tag
def money(
    amount: Decimal | int | None, kind: str = "", *, strong: bool = False, credit: str = ""
) -> SafeString:
    """{% money amount "balance" %}: an amount in tabular figures."""
    return atoms.money(amount, kind, strong=strong, credit=credit)


@register.simple_tag
def day(value: date | datetime | None, missing: str = "–") -> SafeString:
    """{% day contract.ends_on %}: a day with its full date in the title."""
    return atoms.day(value, missing)


@register.simple_tag
def status(label: str, tone: str = "neutral", icon: str = "") -> SafeString:
    """{% status "En vigueur" "success" %}: a status badge."""
    return atoms.status(label, tone, icon)


@register.simple_tag
def avatar(name: str, size: str = "") -> SafeString:
    """{% avatar person "lg" %}: initials in a round; size "", "xs", "lg"."""
    return atoms.avatar(name, size)


@register.simple_tag
def person_chip(name: str, url: str = "", detail: str = "") -> SafeString:
    """{% person_chip person url detail="R0001" %}."""
    return atoms.chip(str(name), url, detail=detail, person=True)


@register.simple_tag
def room_chip(label: str, url: str = "", detail: str = "") -> SafeString:
    """{% room_chip "Chambre 3" url detail="Les Tilleuls" %}."""
    return atoms.chip(str(label), url, detail=detail, icon_name="door")


# --- Components ---------------------------------------------------------------------------------
@register.simple_tag
def stat(
    label: str, value: Any, *, url: str = "", hint: str = "", tone: str = "", icon: str = ""
) -> SafeString:
    """An indicator tile that leads to what makes it."""
    return _component("stat", label=label, value=value, url=url, hint=hint,
                      tone=atoms.tone_of(tone) if tone else "", icon=icon)  # fmt: skip


@register.simple_tag
def empty_state(
    title: str,
    text: str = "",
    *,
    icon: str = "inbox",
    action_label: str = "",
    action_url: str = "",
    compact: bool = False,
) -> SafeString:
    """What will appear here, and the one act that makes it appear."""
    return _component("empty_state", title=title, text=text, icon=icon,
                      action_label=action_label, action_url=action_url,
                      compact=compact)  # fmt: skip


@register.simple_tag
def error_summary(form: BaseForm, title: str = "") -> SafeString:
    """All the errors of a form, with links to its fields; takes the focus."""
    if not form.is_bound or not form.errors:
        return SafeString("")
    return _component("error_summary", form=form, title=title)


@register.simple_tag
def tabs(items: Iterable[Any], current: str = "", label: str = "Rubriques") -> SafeString:
    """Tabs as links: items have label, url, and maybe key, count, icon."""
    return _component("tabs", items=items, current=current, label=label)


@register.simple_tag
def act_menu(menu: Any, *, small: bool = False) -> SafeString:
    """{% act_menu menu %}: the most useful act (`primary`) and the `others` in a menu."""
    return _component("act_menu", menu=menu, small=small)


@register.simple_tag
def steps(items: Iterable[Any], label: str = "Étapes") -> SafeString:
    """Steps: label, state (done, current, todo, blocked), and maybe count, detail, url."""
    return _component("steps", items=items, label=label)


@register.simple_tag
def timeline(items: Iterable[Any]) -> SafeString:
    """Events: items have on, title, and maybe detail, who, icon, tone, url."""
    return _component("timeline", items=items)


@register.simple_tag
def definition_list(items: Iterable[Any], columns: int = 1) -> SafeString:
    """Pairs (term, value); an empty value shows a dash."""
    return _component("definition_list", items=items, columns=columns)


@register.simple_tag
def key_figures(items: Iterable[Any]) -> SafeString:
    """A line of figures: items have label, value, and maybe hint, url, tone."""
    return _component("key_figures", items=items)


@register.simple_tag
def explanation(tree: Any, *, expanded: bool = True) -> SafeString:
    """The tree that computed an amount: nodes {label, amount, detail, children}."""
    return _component("explanation", node=tree, expanded=expanded)


@register.simple_tag
def progress(
    label: str,
    done: int,
    total: int,
    *,
    url: str = "",
    state: str = "running",
    detail: str = "",
    id: str = "progress",
) -> SafeString:
    """A native progress bar; with `url` and state "running" it asks again every second."""
    return _component("progress", label=label, done=done, total=total, url=url, state=state,
                      detail=detail, id=id)  # fmt: skip


@register.simple_tag
def breadcrumbs(*pairs: str) -> SafeString:
    """{% breadcrumbs "Résidents" url "Amina Diallo" %}: labels and addresses, the page last."""
    links = list(zip(pairs[:-1:2], pairs[1::2], strict=False)) if len(pairs) > 1 else []
    here = pairs[-1] if len(pairs) % 2 else ""
    return _component("breadcrumbs", links=links, here=here)


@register.simple_tag
def skeleton(lines: int = 3, label: str = "Chargement…") -> SafeString:
    """Grey lines while a part of the page loads."""
    return _component("skeleton", lines=range(lines), label=label)


@register.simple_tag
def copy_button(text: str, label: str = "Copier") -> SafeString:
    """A small button that copies a text to the clipboard."""
    return _component("copy_button", text=text, label=label)


@register.simple_tag(takes_context=True)
def pagination(
    context: Context, page: Any, parameter: str = "page", *, label: str = "Pages"
) -> SafeString:
    """The pager of a Django `Page`; keeps the rest of the address."""
    request = context.get("request")
    keep = request.GET.copy() if request else None
    if keep is not None:
        keep.pop(parameter, None)
    kept = f"{keep.urlencode()}&" if keep else ""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return _component("pagination", page=page, numbers=list(numbers), parameter=parameter,
                      kept=kept, label=label)  # fmt: skip


@register.simple_tag(takes_context=True)
def filter_chips(context: Context, form: BaseForm) -> SafeString:
    """What the list is filtered by: one chip to remove each, one link to remove all."""
    request = context["request"]
    return _component("filter_chips", chips=active_filters(form, request.GET),
                      reset=reset_address(form, request.GET))  # fmt: skip


@register.simple_tag(takes_context=True)
def list_line(context: Context, listing: Any) -> SafeString:
    """How many rows, the saved views, the menus of views, columns and files."""
    return _component("list_line", listing=listing, csrf_token=context.get("csrf_token"))


@register.simple_tag(takes_context=True)
def bulk_acts(context: Context, listing: Any) -> SafeString:
    """The acts on the rows ticked, or on all that the filters keep."""
    return _component("bulk_acts", listing=listing, csrf_token=context.get("csrf_token"))


@register.simple_tag
def state_tabs(items: Iterable[Any], label: str) -> SafeString:
    """The states of a list: items have label, url, count, current."""
    return _component("state_tabs", items=items, label=label)


@register.simple_tag
def bar_chart(
    title: str,
    description: str,
    bars: Sequence[Any],
    *,
    unit: str = "€",
    legend: Sequence[str] = (),
) -> SafeString:
    """Bars drawn by the server with their table. Bars: (label, value) or (label, [values])."""
    chart = charts.bar_chart(bars, unit=unit, legend=legend)
    return _component("bar_chart", title=title, description=description, chart=chart)


# --- Blocks -------------------------------------------------------------------------------------
@register.simple_block_tag
def capture(content: str) -> str:
    """{% capture as actions %}…{% endcapture %}: keeps HTML for a component's parameter."""
    return content


@register.simple_block_tag
def card(
    content: str,
    *,
    title: str = "",
    subtitle: str = "",
    icon: str = "",
    tone: str = "",
    actions: str = "",
    footer: str = "",
    flush: bool = False,
    id: str = "",
    level: int = 2,
    fill: bool = False,
) -> SafeString:
    """{% card title="Solde" %}…{% endcard %}: a framed part of a page."""
    return _component("card", content=content, title=title, subtitle=subtitle, icon=icon,
                      tone=atoms.tone_of(tone) if tone else "", actions=actions, footer=footer,
                      flush=flush, id=id, level=level, fill=fill)  # fmt: skip


@register.simple_block_tag
def callout(content: str, tone: str = "info", title: str = "", icon: str = "") -> SafeString:
    """{% callout "warning" title="À vérifier" %}…{% endcallout %}: a message within a page."""
    tone = atoms.tone_of(tone)
    return _component("callout", content=content, tone=tone, title=title,
                      icon=icon or atoms.CALLOUT_ICONS[tone])  # fmt: skip


@register.simple_block_tag(takes_context=True)
def confirm(
    context: Context,
    content: str,
    *,
    id: str,
    title: str,
    action: str = "",
    label: str = "Confirmer",
    tone: str = "primary",
    method: str = "post",
) -> SafeString:
    """{% confirm id=… title=… action=url label=… tone="danger" %}…{% endconfirm %}: a dialog."""
    return _component("confirm", content=content, id=id, title=title, action=action, label=label,
                      tone=tone, method=method, csrf_token=context.get("csrf_token"))  # fmt: skip


@register.simple_block_tag(takes_context=True)
def filter_bar(
    context: Context, content: str, form: BaseForm | None = None, results: str = "results"
) -> SafeString:
    """{% filter_bar form=filter.form %}{% endfilter_bar %}: filters kept in the address."""
    request = context.get("request")
    fields = form.visible_fields() if form is not None else []
    more = [field for field in fields if getattr(field.field, "more", False)]
    query = request.GET if request else {}
    return _component("filter_bar", content=content, form=form, results=results,
                      fields=[field for field in fields if field not in more], more=more,
                      more_used=any(query.get(field.html_name) for field in more),
                      kept=[(name, query[name]) for name in KEPT if query.get(name)],
                      action=request.path if request else "")  # fmt: skip


@register.simple_block_tag
def results(content: str, id: str = "results") -> SafeString:
    """{% results %}…{% endresults %}: the part that filters, sorting and pages replace."""
    return _component("results", content=content, id=id)


@register.simple_block_tag(takes_context=True)
def bulk(context: Context, content: str, action: str, label: str = "sélection") -> SafeString:
    """{% bulk action=url %}buttons{% endbulk %}: the bar of acts on the rows ticked."""
    return _component("bulk", content=content, action=action, label=label,
                      csrf_token=context.get("csrf_token"))  # fmt: skip
