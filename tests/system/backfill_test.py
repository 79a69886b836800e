"""Kills `bulwark backfill` at random moments and lets it go on, then does the same to Redis.

A server on loopback answers as Alpaca does, in pages, and writes down every question. At the end the store
must be what one run without interruption makes, and no symbol may have been asked for after its mark.
"""
import collections
import datetime
import http.server
import json
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import harness
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


class Vendor:
    """The server; `asked` counts first pages, `after_mark` those that came although marked."""

    def __init__(self, redis):
        self.redis = redis
        self.asked = collections.Counter()
        self.after_mark = []
        self.with_key = 0
        self.is_watching = True
        vendor = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self):
                vendor.answer(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, handler):
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(handler.path).query))
        symbol = query["symbols"]
        self.with_key += handler.headers.get("APCA-API-KEY-ID") == KEYS["APCA_API_KEY_ID"]
        first = int(query.get("page_token", "0"))
        if first == 0:
            self.asked[symbol] += 1
            if self.is_watching and self.redis.ask("SISMEMBER", "backfill:completed", symbol) == 1:
                self.after_mark.append(symbol)
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


def command(given, data, redis, vendor, symbols):
    return [str(pathlib.Path(given.bulwark).resolve()), "backfill", "--data", str(data), "--set",
            f"redis.url=unix://{redis.socket}", "--source", "alpaca", "--url", vendor.url(),
            "--limits", "5000/s", "--years", "2", "--symbols", ",".join(symbols)]


def run(given, data, redis, vendor, symbols, seconds=300):
    return subprocess.run(command(given, data, redis, vendor, symbols), env=os.environ | KEYS,
                          capture_output=True, text=True, timeout=seconds, check=False)


def start(given, data, redis, vendor, symbols):
    return subprocess.Popen(command(given, data, redis, vendor, symbols), env=os.environ | KEYS,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def content(data):
    with sqlite3.connect(f"file:{data / 'data.db'}?mode=ro", uri=True) as database:
        return (database.execute("SELECT * FROM bars ORDER BY symbol, span, at").fetchall(),
                database.execute("SELECT * FROM coverage ORDER BY symbol, from_at").fetchall())


def kill_and_resume(given, data, redis, vendor, symbols, chance):
    """Kills as often as asked for, at moments that spread over the whole work; answers the kills."""
    kills = 0
    for turn in range(given.kills):
        goal = len(symbols) * (turn + 1) // (given.kills + 1)
        process = start(given, data, redis, vendor, symbols)
        # Somewhere inside of the symbol at which it will be: fetching, storing, marking.
        while len(vendor.asked) < goal and process.poll() is None:
            time.sleep(0.001)
        time.sleep(chance.random() * 0.02)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.wait()
    return kills


def scenario(given, _system, folder):
    chance = random.Random(given.seed)
    symbols = [f"S{number:03}" for number in range(given.symbols)]
    redis = Redis(folder)
    redis.start()
    vendor = Vendor(redis)
    try:
        clean = run(given, folder / "clean", redis, vendor, symbols)
        check(clean.returncode == 0, f"the clean run ended with {clean.returncode}: {clean.stderr}")
        check(vendor.with_key >= len(symbols),
              "the key was not sent")
        check("test-secret" not in clean.stdout + clean.stderr, "the secret was printed")
        expected = content(folder / "clean")
        redis.ask("DEL", "backfill:completed")
        vendor.asked.clear()

        kills = kill_and_resume(given, folder / "killed", redis, vendor, symbols, chance)
        last = run(given, folder / "killed", redis, vendor, symbols)
        check(last.returncode == 0, f"the last run ended with {last.returncode}: {last.stderr}")
        check(content(folder / "killed") == expected, "the store differs from that of one clean run")
        check(not vendor.after_mark, f"asked for after the mark: {vendor.after_mark}")
        check(redis.ask("SCARD", "backfill:completed") == len(symbols), "a mark is missing")
        repeated = sum(vendor.asked.values()) - len(symbols)
        check(repeated <= given.kills, f"{repeated} symbols were asked for again after {kills} kills")
        again = run(given, folder / "killed", redis, vendor, symbols)
        check(again.returncode == 0 and "Remaining: 0" in again.stdout, "done is not done")
        print(f"killed {kills} times over {len(symbols)} symbols: store as of one run, "
              f"{repeated} symbols fetched twice, none after its mark")
        redis_dies(given, folder / "redis-died", redis, vendor, symbols, expected)
    finally:
        vendor.server.shutdown()
        redis.kill()


def redis_dies(given, data, redis, vendor, symbols, expected):
    redis.ask("DEL", "backfill:completed")
    vendor.asked.clear()
    vendor.is_watching = False
    process = start(given, data, redis, vendor, symbols)
    wait_until(lambda: len(vendor.asked) > len(symbols) // 3, 60, "a third of the symbols")
    redis.kill()
    check(process.wait(30) != 0, "a backfill whose marks were lost says that all is well")
    redis.start()
    last = run(given, data, redis, vendor, symbols)
    check(last.returncode == 0, f"after Redis came back: {last.returncode}: {last.stderr}")
    check(content(data) == expected, "the store differs after Redis died")
    check(redis.ask("SCARD", "backfill:completed") == len(symbols), "a mark is missing")
    print("Redis killed in the middle: store as of one run")


if __name__ == "__main__":
    sys.exit(harness.main(harness.options(__doc__.splitlines()[0], symbols=(48, 481), kills=(6, 100)),
                          scenario))
