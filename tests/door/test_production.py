"""Production starts only when everything it needs is given, and shows no demonstration."""

import base64
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.test import RequestFactory

from caracol.core.cache import ForgivingRedisCache
from caracol.core.logs import without_personal_data
from caracol.core.network import client_ip

ROOT = Path(__file__).resolve().parents[2]
GIVEN = {
    "DJANGO_SETTINGS_MODULE": "caracol.settings.production",
    "SECRET_KEY": "".join(chr(33 + n) for n in range(60)),
    "FIELD_KEYS": "k1:" + base64.b64encode(bytes(range(32))).decode(),
    "DATABASE_URL": "postgres://caracol_app:secret@db:5432/caracol",
    "REDIS_URL": "redis://:secret@redis:6379/0",
    "ALLOWED_HOSTS": "gestion.example.org",
    "SMTP_HOST": "smtp.example.org",
    "MAIL_FROM": "gestion@example.org",
}


def manage(*arguments, without=(), **more):
    env = {"PATH": os.environ["PATH"], **GIVEN, **more}
    for name in without:
        del env[name]
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_deployment_check_has_nothing_to_say():
    """Not even a warning."""
    done = manage("check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_everything_missing_is_said_at_once():
    """One start tells all that is to be given."""
    done = manage("check", without=("SECRET_KEY", "FIELD_KEYS", "DATABASE_URL", "SMTP_HOST"))
    assert done.returncode != 0
    for name in ("SECRET_KEY", "FIELD_KEYS", "DATABASE_URL", "SMTP_HOST"):
        assert f"  {name}: " in done.stderr
    assert "  REDIS_URL: " not in done.stderr


@pytest.mark.parametrize(
    ("name", "value"), [("SECRET_KEY", "short"), ("SECRET_KEY", "a" * 60), ("ALLOWED_HOSTS", "*")]
)
def test_weak_values_stop_the_start(name, value):
    """A key too short, every host."""
    done = manage("check", **{name: value})
    assert done.returncode != 0
    assert name in done.stderr


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"DEMO": True}, "caracol.E002"),
        ({"GALLERY": True}, "caracol.E002"),
        ({"DEBUG": True}, "caracol.E001"),
        ({"MFA_TOTP_INSECURE_BYPASS_CODE": "1"}, "caracol.E004"),
        ({}, "caracol.E003"),
    ],
)
def test_a_demonstration_in_production_is_refused(settings, changes, code):
    """The tests' own keys are the demonstration's: they are refused as well."""
    settings.PRODUCTION = True
    settings.GALLERY = False
    for name, value in changes.items():
        setattr(settings, name, value)
    assert code in {message.id for message in run_checks()}


def test_logs_name_nobody():
    """An address, an IBAN, a phone and the values of a refused row are blanked."""
    line = (
        "Refused marie.dupont@example.org FR76 3000 6000 0112 3456 7890 189 06 12 34 56 78\n"
        "DETAIL:  Key (email)=(ali) already exists.\nid 2026-11-23 n 1234567890"
    )
    masked = without_personal_data(line)
    for personal in ("marie", "3000", "06 12", "ali"):
        assert personal not in masked
    assert "2026-11-23" in masked


def test_a_forged_forwarding_header_is_not_believed(settings):
    """Only the last hop, written by our own proxy, counts."""
    request = RequestFactory().get(
        "/", headers={"X-Forwarded-For": "1.1.1.1, 9.9.9.9"}, REMOTE_ADDR="10.0.0.1"
    )
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    assert client_ip(request) == "10.0.0.1"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert client_ip(request) == "9.9.9.9"


def test_compose_file_holds_no_secret():
    """Every password comes from outside, and a missing one stops the start."""
    text = (ROOT / "docker-compose.yml").read_text()
    for line in text.splitlines():
        if re.search(r"(PASSWORD|SECRET_KEY|FIELD_KEYS):", line):
            assert "${" in line, line
    for name in ("SECRET_KEY", "FIELD_KEYS", "APP_DB_PASSWORD", "OWNER_DB_PASSWORD"):
        assert f"${{{name}:?" in text


def test_a_dead_cache_is_no_error():
    """Rate limits and other comforts go; the pages stay."""
    cache = ForgivingRedisCache("unix:///nowhere/redis.sock", {})
    cache.set("a", 1)
    assert cache.get("a", "nothing") == "nothing"
    assert cache.get_or_set("a", 7) == 7
    assert cache.incr("a") == 1
    assert not cache.delete("a")
