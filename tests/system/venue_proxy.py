"""Stands between the trader and the paper venue and loses, holds back or changes single lines.

The faults are here and not in `bulwark venue`: nobody can switch them on where it matters.
"""

import contextlib
import os
import pathlib
import queue
import socket
import threading

PASS, DROP, HOLD, CUT = "pass", "drop", "hold", "cut"
TO_VENUE, TO_TRADER = "to venue", "to trader"
LISTEN_BACKLOG = 16


class Line:
    """One line on its way: words[0] is the verb, words[1] of most the order's id."""

    def __init__(self, text, direction):
        self.text, self.direction = text, direction
        self.words = text.split(" ")

    @property
    def verb(self):
        return self.words[0]

    @property
    def order(self):
        """The id of the order it is about, or None."""
        place = 2 if self.verb in ("FILL", "PAST") else 1
        is_about_order = self.verb in ("NEW", "CANCEL", "QUERY", "ACCEPTED", "FILL", "PAST", "ENDED",
                                       "ORDER", "NOCANCEL", "DUPLICATE")
        return self.words[place] if is_about_order and len(self.words) > place else None

    def with_word(self, place, word):
        words = list(self.words)
        words[place] = word
        return " ".join(words)


class Session:
    """One client and its own connection to the venue."""

    def __init__(self, proxy, client, venue):
        self.proxy, self.client, self.venue = proxy, client, venue
        self.is_trading = False  # Observers are never disturbed.
        self.held = []
        self.sending = threading.Lock()

    def run(self):
        for source, target, direction in ((self.client, self.venue, TO_VENUE),
                                          (self.venue, self.client, TO_TRADER)):
            threading.Thread(target=self.pump, args=(source, target, direction), daemon=True).start()

    def pump(self, source, target, direction):
        rest = b""
        with contextlib.suppress(OSError):
            while chunk := source.recv(65536):
                *lines, rest = (rest + chunk).split(b"\n")
                out = [self.judge(Line(line.decode(), direction)) for line in lines]
                self.send(target, [text for text in out if text is not None])
        self.close()

    def judge(self, line):
        """What leaves of this line: its text, another text, or None."""
        if line.verb == "HELLO":
            self.is_trading = True
        if not self.is_trading:
            return line.text
        answer = self.proxy.ask(line)
        if answer == PASS:
            return line.text
        if answer == HOLD:
            self.held.append(line)
        elif answer == CUT:
            self.close()
            raise ConnectionError("cut by the test")
        return answer if answer not in (DROP, HOLD) else None

    def send(self, target, texts):
        if texts:
            with self.sending:
                target.sendall("".join(text + "\n" for text in texts).encode())

    def release(self):
        """What was held back arrives now, in its order."""
        held, self.held = self.held, []
        for line in held:
            with contextlib.suppress(OSError):
                self.send(self.venue if line.direction == TO_VENUE else self.client, [line.text])

    def close(self):
        for end in (self.client, self.venue):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class VenueProxy:
    """Takes the name of the venue's socket; whoever connects from then on talks through it.

    `rule(line)` answers PASS, DROP, HOLD, CUT or another text; it runs on the threads of the sessions,
    one at a time, and tells the test through `note()` and `wait_note()`.
    """

    def __init__(self, data):
        self.path = pathlib.Path(data) / "run" / "venue.sock"
        self.real = self.path.with_name("venue-real.sock")
        self.rule = None
        self.notes = queue.Queue()
        self.sent = []  # Every NEW line that reached the venue.
        self.asked = []  # The orders that were asked for.
        self.sessions = []
        self.lock = threading.RLock()
        self.listener = None

    def start(self):
        self.path.rename(self.real)
        self.recover()

    def stop(self):
        self.out()
        with contextlib.suppress(FileNotFoundError):
            self.real.rename(self.path)

    def out(self):
        """The outage: every session ends, and the name leads nowhere."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)
        if self.listener is not None:
            with contextlib.suppress(OSError):
                self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            self.listener = None
        with self.lock:
            sessions, self.sessions = self.sessions, []
        for session in sessions:
            session.close()

    def recover(self):
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(self.path))
        listener.listen(LISTEN_BACKLOG)
        self.listener = listener
        threading.Thread(target=self.accept, args=(listener,), daemon=True).start()

    def accept(self, listener):
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                venue = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                try:
                    venue.connect(str(self.real))
                except OSError:
                    client.close()
                    continue
                session = Session(self, client, venue)
                with self.lock:
                    self.sessions.append(session)
                session.run()

    def ask(self, line):
        with self.lock:
            answer = self.rule(line) if self.rule else PASS
            if answer not in (DROP, HOLD, CUT):
                if line.verb == "NEW":
                    self.sent.append(line.words[1])
                elif line.verb == "QUERY":
                    self.asked.append(line.words[1])
            return answer

    def set_rule(self, rule):
        """From now on; None lets everything pass. What was noted before is forgotten."""
        with self.lock:
            self.rule = rule
            self.notes = queue.Queue()

    def note(self, what):
        self.notes.put(what)

    def wait_note(self, seconds=60):
        return self.notes.get(timeout=seconds)

    def release(self):
        """Everything that was held back arrives, before anything newer; nothing is disturbed any more."""
        with self.lock:
            self.rule = None
            for session in self.sessions:
                session.release()

    def start_between(self, system):
        """Also takes the connection of a trader that runs already: it dies and comes back."""
        self.start()
        system.kill_trader()

    def sent_twice(self):
        return sorted({order for order in self.sent if self.sent.count(order) > 1})
