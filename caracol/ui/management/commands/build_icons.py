"""Rebuild the icon sprite from an unpacked @tabler/icons npm package."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from caracol.ui.icons import SPRITE, build_sprite


class Command(BaseCommand):
    """``manage.py build_icons DIR``: DIR holds ``icons/outline/*.svg`` (npm pack @tabler/icons)."""

    help = "Rebuild the SVG sprite with the icons listed in caracol/ui/icons.txt"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the package folder."""
        parser.add_argument("package", type=Path, help="unpacked @tabler/icons package")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the sprite, then say to record its sha256."""
        try:
            sprite = build_sprite(options["package"])
        except FileNotFoundError as error:
            raise CommandError(f"Icon not found: {error.filename}") from error
        SPRITE.write_text(sprite)
        self.stdout.write(f"{SPRITE.name}: {sprite.count('<symbol')} icons; run record_vendor next")
