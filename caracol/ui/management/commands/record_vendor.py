"""Record the SHA-256 of the vendored files in their manifest."""

from typing import Any

from django.core.management.base import BaseCommand

from caracol.ui import vendor


class Command(BaseCommand):
    """``manage.py record_vendor``: to run after a vendored file was replaced on purpose."""

    help = "Record the SHA-256 of the vendored front-end files"

    def handle(self, *args: Any, **options: Any) -> None:
        """Rewrite the manifest and show what still differs."""
        vendor.record()
        for mismatch in vendor.mismatches():
            self.stderr.write(f"{mismatch.path}: {mismatch.reason}")
