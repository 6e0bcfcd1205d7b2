"""Mail and real processes: two senders at once, a sender killed between marking and noting."""

import os
import signal
import subprocess
import sys
import threading

import pytest
from django.conf import settings as product
from django.db import connection

from caracol.core import clock
from caracol.notifications import sending
from caracol.notifications.enums import MailState
from caracol.notifications.models import MailOut
from tests.helpers.smtp import smtp_server
from tests.jobs.conftest import wait_for
from tests.notifications.conftest import letter

SENDER = (
    "import django; django.setup(); from caracol.notifications import sending; sending.send_due()"
)


@pytest.fixture(autouse=True)
def private_files():
    """No file here."""


def test_two_senders_at_once_send_each_mail_once(real_db, server):
    for number in range(20):
        letter(dedup_key=f"letter:{number}", subject=f"Message {number}")
    barrier = threading.Barrier(3)

    def send():
        barrier.wait()
        sending.send_due()
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.accepted) == len(set(server.identifiers())) == 20
    assert set(MailOut.objects.values_list("state", flat=True)) == {MailState.SENT}


def test_a_killed_sender_never_sends_twice(real_db):
    with smtp_server() as server:
        for number in range(6):
            letter(dedup_key=f"letter:{number}")
        sender = start_sender(real_db, server)
        wait_for(lambda: len(server.accepted) == 2)
        server.pause = 5  # the third is on the wire
        wait_for(lambda: MailOut.objects.filter(state=MailState.SENDING, attempts=1).exists())
        os.kill(sender.pid, signal.SIGKILL)
        sender.wait()
        server.pause = 0
        assert start_sender(real_db, server).wait(20) == 0
        states = MailOut.objects.order_by("pk").values_list("state", flat=True)
        stuck = [state for state in states if state == MailState.SENDING]
        assert len(stuck) <= 1
        MailOut.objects.filter(state=MailState.SENDING).update(lease_until=clock.now())
        assert start_sender(real_db, server).wait(20) == 0
        assert len(server.identifiers()) == len(set(server.identifiers()))
        assert set(MailOut.objects.values_list("state", flat=True)) <= {
            MailState.SENT,
            MailState.UNCERTAIN,
        }
        assert MailOut.objects.filter(state=MailState.SENT).count() >= 5


def start_sender(real_db, server):
    server.pause = server.pause or 0.05
    return subprocess.Popen(
        [sys.executable, "-c", SENDER],
        cwd=product.BASE_DIR,
        env=real_db.environment(
            DJANGO_SETTINGS_MODULE="caracol.settings.dev",
            SMTP_HOST="127.0.0.1",
            SMTP_PORT=str(server.port),
            SMTP_SECURITY="none",
        ),
    )
