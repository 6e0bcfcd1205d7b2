"""Acts on saved views: keep, rename, share, set as default, delete and take back.

A view holds an address, never a fact. Shared, it gives no right: each reader finds what they may
see, without the columns and filters they may not know; and the words searched for, which may name
somebody, stay with their author.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.http import QueryDict

from caracol.accounts.models import DefaultView, SavedView, User
from caracol.core.errors import Refused

LONGEST_NAME = 60
LONGEST_QUERY = 2000
MOST = 50
KEPT_DELETED = timedelta(days=30)
WORDS = "q"
"""The filter of free words, in every list."""
_OUT_OF_VIEW = ("page", "vue", "cols", "csrfmiddlewaretoken")


class ViewRefused(Refused):
    """A view that cannot be kept as asked."""


def tidy_query(text: str) -> str:
    """Return an address without what belongs to no view; empty filters are left out."""
    query = QueryDict(text, mutable=True)
    for name in _OUT_OF_VIEW:
        query.pop(name, None)
    for name in list(query):
        values = [value for value in query.getlist(name) if value.strip()]
        if values:
            query.setlist(name, values)
        else:
            del query[name]
    return query.urlencode()


def without_words(text: str) -> str:
    """Return an address without the words searched for."""
    query = QueryDict(text, mutable=True)
    query.pop(WORDS, None)
    return query.urlencode()


def _named(name: str) -> str:
    kept = " ".join(name.split())
    if not kept:
        raise ViewRefused("Donnez un nom à la vue.")
    if len(kept) > LONGEST_NAME:
        raise ViewRefused(f"Le nom d'une vue a {LONGEST_NAME} signes au plus.")
    return kept


def _write(view: SavedView) -> SavedView:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        raise ViewRefused(f"Vous avez déjà une vue « {view.name} » sur cette liste.") from error
    return view


@transaction.atomic
def save_view(
    *,
    owner: User,
    list_key: str,
    name: str,
    query: str,
    columns: list[str],
    is_shared: bool = False,
) -> SavedView:
    """Keep an address under a name. Raises ViewRefused."""
    kept = tidy_query(query)
    if len(kept) > LONGEST_QUERY:
        raise ViewRefused("Trop de filtres pour une vue : retirez-en.")
    if SavedView.objects.filter(owner=owner, list_key=list_key, deleted_at=None).count() >= MOST:
        raise ViewRefused(f"Vous avez déjà {MOST} vues sur cette liste : supprimez-en une.")
    view = SavedView(
        owner=owner,
        list_key=list_key,
        name=_named(name),
        query=without_words(kept) if is_shared else kept,
        columns=columns,
        is_shared=is_shared,
    )
    return _write(view)


def rename_view(*, view: SavedView, name: str) -> SavedView:
    """Give a view another name. Raises ViewRefused."""
    view.name = _named(name)
    return _write(view)


def share_view(*, view: SavedView, is_shared: bool) -> SavedView:
    """Show a view to the team, or to oneself alone again."""
    view.is_shared = is_shared
    if is_shared:
        view.query = without_words(view.query)
    view.save(update_fields=["is_shared", "query"])
    if not is_shared:
        DefaultView.objects.filter(view=view).exclude(user=view.owner).delete()
    return view


def change_view(*, view: SavedView, query: str, columns: list[str]) -> SavedView:
    """Keep another address under the same name."""
    kept = tidy_query(query)
    view.query = without_words(kept) if view.is_shared else kept
    view.columns = columns
    view.save(update_fields=["query", "columns"])
    return view


@transaction.atomic
def set_default_view(*, user: User, list_key: str, view: SavedView | None) -> None:
    """Open a list with a view from now on, or with everything."""
    if view is None:
        DefaultView.objects.filter(user=user, list_key=list_key).delete()
    else:
        DefaultView.objects.update_or_create(user=user, list_key=list_key, defaults={"view": view})


@transaction.atomic
def delete_view(*, view: SavedView, at: datetime) -> SavedView:
    """Put a view out of sight; it may be taken back for a month, then it is gone."""
    SavedView.objects.filter(owner=view.owner, deleted_at__lt=at - KEPT_DELETED).delete()
    view.deleted_at = at
    view.save(update_fields=["deleted_at"])
    return view


def restore_view(*, view: SavedView) -> SavedView:
    """Take a deleted view back. Raises ViewRefused when its name was given again."""
    view.deleted_at = None
    return _write(view)
