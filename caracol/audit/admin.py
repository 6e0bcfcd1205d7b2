"""The register of consultations, read only."""

from django.contrib import admin

from caracol.audit.models import AccessRecord
from caracol.core.admin import ReadOnlyAdmin


@admin.register(AccessRecord)
class AccessRecordAdmin(ReadOnlyAdmin):
    """Who read, printed, exported or downloaded what."""

    list_display = ("at", "user", "action", "label", "rows")
    list_filter = ("action",)
    list_select_related = ("user",)
    search_fields = ("label", "user__email")
    date_hierarchy = "at"
    ordering = ("-at",)
