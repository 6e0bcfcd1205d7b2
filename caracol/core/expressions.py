"""SQL expressions that the ORM does not have: count of rows, words without accents."""

from typing import Any

from django.db.models import (
    CharField,
    Count,
    F,
    Func,
    GeneratedField,
    IntegerField,
    Subquery,
    TextField,
    Value,
    Window,
)
from django.db.models.functions import Concat, Lower

_ACCENTED = "àáâãäåçèéêëìíîïñòóôõöøùúûüýÿšžč"
_BARE = "aaaaaaceeeeiiiinoooooouuuuyyszc"


class RowCount(Subquery):
    """The number of rows of a subquery."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def first_of(queryset: Any, limit: int) -> tuple[list[Any], int]:
    """Return the first rows of an ordered queryset and how many there are, in one reading."""
    rows = list(queryset.annotate(whole=Window(Count("pk")))[:limit])
    return rows, rows[0].whole if rows else 0


def plain_words(expression: Any) -> Func:
    """Return a text in lower case without accents, its other signs turned to spaces.

    The same as `caracol.core.text.sort_key` for the letters of French names of places.
    """
    bare = Func(
        Lower(expression),
        Value(_ACCENTED),
        Value(_BARE),
        function="TRANSLATE",
        output_field=CharField(),
    )
    return Func(
        bare,
        Value("[^a-z0-9]+"),
        Value(" "),
        Value("g"),
        function="REGEXP_REPLACE",
        output_field=CharField(),
    )


def search_key(*names: str) -> Any:
    """Return a stored column that holds the plain words of others, to be searched."""
    parts: list[Any] = []
    for name in names:
        parts += [F(name), Value(" ")]
    return GeneratedField(
        expression=plain_words(Concat(*parts, output_field=TextField())),
        output_field=TextField(),
        db_persist=True,
        verbose_name="clé de recherche",
    )


def digits_of(expression: Any) -> Func:
    """Return a telephone number without what people write between its digits."""
    return Func(
        expression, Value(" .-/+()"), Value(""), function="TRANSLATE", output_field=CharField()
    )
