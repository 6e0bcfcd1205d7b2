"""Third-party files copied into the product: where they come from, and their fingerprints."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

VENDOR_DIR = Path(__file__).resolve().parent / "static" / "ui" / "vendor"
MANIFEST = VENDOR_DIR / "manifest.json"


@dataclass(frozen=True)
class Mismatch:
    """A vendored file that differs from what the manifest says."""

    path: str
    reason: str


def fingerprint(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def mismatches() -> list[Mismatch]:
    """Compare the folder and its manifest, both ways."""
    packages = json.loads(MANIFEST.read_text())["packages"]
    recorded = {name: sha for package in packages for name, sha in package["files"].items()}
    present = {
        path.relative_to(VENDOR_DIR).as_posix(): path
        for path in VENDOR_DIR.rglob("*")
        if path.is_file() and path != MANIFEST
    }
    found = [Mismatch(name, "not in the manifest") for name in sorted(present.keys() - recorded)]
    found += [Mismatch(name, "missing") for name in sorted(recorded.keys() - present)]
    found += [
        Mismatch(name, "changed")
        for name in sorted(recorded.keys() & present.keys())
        if fingerprint(present[name]) != recorded[name]
    ]
    return found


def record() -> None:
    """Write again the fingerprints of the files that the manifest names."""
    manifest = json.loads(MANIFEST.read_text())
    for package in manifest["packages"]:
        package["files"] = {name: fingerprint(VENDOR_DIR / name) for name in package["files"]}
    MANIFEST.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
