"""A fingerprint of everything that decides the schema and the rights in the database."""

import hashlib
from pathlib import Path

PATTERNS = (
    "*/migrations/*.py",
    "caracol/*/migrations/*.py",
    "*/models.py",
    "*/models/*.py",
    "caracol/*/models.py",
    "caracol/*/models/*.py",
    "caracol/core/database.py",
    "uv.lock",
)


def schema_fingerprint(root: Path) -> str:
    """Return a digest that changes when migrations, models' rights or packages change."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in PATTERNS for path in root.glob(pattern)}):
        digest.update(f"{path.relative_to(root)}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]
