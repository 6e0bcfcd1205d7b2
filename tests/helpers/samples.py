"""Where the sample files are: the folder beside the repository, else the copies kept here."""

import os
from pathlib import Path

from django.conf import settings

KEPT = Path(__file__).resolve().parent.parent / "samples"


def sample(name):
    """Return the path of a sample of the month (CARACOL_SAMPLES names another folder)."""
    beside = settings.BASE_DIR.parent / "shared" / "samples" / "month"
    folders = [os.environ.get("CARACOL_SAMPLES"), beside, KEPT]
    for folder in filter(None, folders):
        path = Path(folder) / name
        if path.is_file():
            return path
    raise FileNotFoundError(f"No sample named {name}.")
