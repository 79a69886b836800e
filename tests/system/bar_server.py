"""A server on loopback that answers as Alpaca does, in pages, and writes down every question; and a Redis
of one's own, which keeps what it acknowledged and can be killed."""
import collections
import datetime
import http.server
import json
import subprocess
import threading
import time
import urllib.parse

import resp
from harness import check, wait_until

PAGE_BARS = 150
KEYS = {"APCA_API_KEY_ID": "test-id", "APCA_API_SECRET_KEY": "test-secret"}


class Redis:
    """A server on a unix socket, which keeps what it acknowledged."""

    def __init__(self, folder):
        self.folder = folder
        self.socket = folder / "redis.sock"
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", str(self.socket), "--dir",
             str(self.folder), "--appendonly", "yes", "--appendfsync", "always", "--save", ""],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def answers():
            try:
                return self.ask("PING") is not None
            except (OSError, resp.RespError):
                return False
        wait_until(answers, 20, "redis-server")

    def ask(self, *words):
        client = resp.Connection(str(self.socket), "default", "unused")
        try:
            return client.call(*words)
        finally:
            client.close()

    def kill(self):
        self.process.kill()
        self.process.wait()


def bars_of(symbol, start, end):
    """The same for ever: a bar on each weekday."""
    day = datetime.date.fromisoformat(start[:10])
    last = datetime.date.fromisoformat(end[:10])
    while day <= last:
        if day.weekday() < 5:
            price = 10 + sum(map(ord, symbol)) % 50 + day.toordinal() % 17 / 8
            yield {"t": f"{day}T05:00:00Z", "o": price, "h": price + 1, "l": price - 1,
                   "c": price + 0.5, "v": day.toordinal() % 1000}
        day += datetime.timedelta(days=1)


class Server:
    """Serves answer(handler) of a subclass over a real socket."""

    def __init__(self):
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self):
                server.answer(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"


class Vendor(Server):
    """The server; `asked` counts first pages, `after_mark` those that came although marked.

    `marks` names the set of those that are done.
    """

    def __init__(self, redis, marks):
        self.redis = redis
        self.marks = marks
        self.asked = collections.Counter()
        self.after_mark = []
        self.asked_blind = []  # While Redis could not say whether it was marked.
        self.with_key = 0
        self.is_watching = True
        self.delay = 0.0  # Before each answer.
        super().__init__()

    def watch(self, symbol):
        try:
            if self.redis.ask("SISMEMBER", self.marks, symbol) == 1:
                self.after_mark.append(symbol)
        except (OSError, resp.RespError):
            self.asked_blind.append(symbol)

    def marked(self):
        """What is marked now: to be asked before Redis dies."""
        self.asked_blind.clear()
        return set(self.redis.ask("SMEMBERS", self.marks))

    def check_marks(self, marked):
        """None of `marked` was asked for, also while Redis was away."""
        self.after_mark += marked.intersection(self.asked_blind)
        check(not self.after_mark, f"asked for after the mark: {self.after_mark}")

    def answer(self, handler):
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(handler.path).query))
        symbol = query["symbols"]
        self.with_key += handler.headers.get("APCA-API-KEY-ID") == KEYS["APCA_API_KEY_ID"]
        first = int(query.get("page_token", "0"))
        if first == 0:
            self.asked[symbol] += 1
            if self.is_watching:
                self.watch(symbol)
        time.sleep(self.delay)
        bars = list(bars_of(symbol, query["start"], query["end"]))
        page = bars[first:first + PAGE_BARS]
        more = first + PAGE_BARS < len(bars)
        body = json.dumps({"bars": {symbol: page},
                           "next_page_token": str(first + PAGE_BARS) if more else None}).encode()
        try:
            handler.send_response(200)
            handler.send_header("Content-Type", "application/json")
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)
        except OSError:
            pass  # The client was killed.
