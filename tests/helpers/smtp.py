"""A small SMTP server for tests, which can refuse, hang up or dawdle where it is told."""

import contextlib
import email
import socketserver
import threading
import time
from email.policy import default


class SmtpServer(socketserver.ThreadingTCPServer):
    """Keeps what it accepted; `refusals` says what to answer to a command instead of yes."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Session)
        self.accepted = []
        self.refusals = {}
        self.hangs_up_after_data = False
        self.keeps_then_hangs_up = False
        self.pause = 0.0

    @property
    def port(self):
        """Where it listens."""
        return self.server_address[1]

    def subjects(self):
        """The subjects of what was accepted."""
        return [message["subject"] for message in self.accepted]

    def identifiers(self):
        """The Message-IDs of what was accepted."""
        return [message["message-id"] for message in self.accepted]


class Session(socketserver.StreamRequestHandler):
    """One client's conversation."""

    def handle(self):
        """Answer until the client leaves."""
        with contextlib.suppress(ConnectionError):
            self.say("220 ready")
            while line := self.rfile.readline().decode().strip():
                verb = line.split()[0].split(":")[0].upper()
                if verb == "QUIT":
                    self.say("221 bye")
                    return
                if not self.answer(verb):
                    return

    def answer(self, verb):
        """Answer one command; tell whether the conversation goes on."""
        refusal = self.server.refusals.get(verb)
        if refusal:
            self.say(refusal)
        elif verb == "DATA":
            return self.take_message()
        else:
            self.say("250 ok")
        return True

    def take_message(self):
        """Read a message up to its lone dot."""
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        time.sleep(self.server.pause)
        if self.server.hangs_up_after_data:
            return False
        if refusal := self.server.refusals.get("MESSAGE"):
            self.say(refusal)
            return True
        self.server.accepted.append(email.message_from_bytes(b"".join(lines), policy=default))
        if self.server.keeps_then_hangs_up:
            return False
        self.say("250 taken")
        return True

    def say(self, line):
        """Send one line."""
        self.wfile.write(f"{line}\r\n".encode())


@contextlib.contextmanager
def smtp_server():
    """A running server, stopped afterwards."""
    server = SmtpServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
