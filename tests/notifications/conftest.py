import pytest

from caracol.jobs import waking
from caracol.notifications import services
from tests.helpers.smtp import smtp_server

# The way to issue a paper, and the messages of the broker.
from tests.documents.conftest import issue, manager, private_files, territory  # noqa: F401 isort:skip
from tests.jobs.conftest import messages  # noqa: F401 isort:skip


@pytest.fixture(autouse=True)
def fresh_waker():
    """Forget a broker that was away for an earlier test."""
    waking._resting["until"] = 0.0


@pytest.fixture
def server(settings):
    """A mail server, to which the product sends."""
    with smtp_server() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_TIMEOUT = 3
        yield running


def letter(**options):
    """Queue a letter."""
    return services.queue_mail(
        **{
            "dedup_key": "letter:1",
            "to": "amina@example.org",
            "subject": "Votre quittance",
            "template": "notifications/letter",
            "context": {
                "greeting": "Bonjour Amina,",
                "paragraphs": ["Voici l'<essentiel> d'aujourd'hui."],
                "papers": ["Quittance de novembre 2026"],
            },
        }
        | options
    )
