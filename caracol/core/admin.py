"""What the administration shares: rows that are kept, rows that are only read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest


class KeptAdmin(admin.ModelAdmin):
    """Rows that are changed but never deleted."""

    list_per_page = 50

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep every row."""
        return False


class ReadOnlyAdmin(KeptAdmin):
    """Rows that the administration shows and never writes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to add."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to change."""
        return False
