"""The job daily_bars against a server of bars, while the runner, Redis and the database die.

However often and whenever one of them is killed: at the end the store is that of one undisturbed run, each
symbol is marked, and none was asked for after its mark.
"""
import json
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys

import bar_server
import harness
import postgres
from harness import check, wait_until

SYMBOLS_OF = pathlib.Path(__file__).parents[3] / "shared/data/daily/pystock_us_daily_2015_2017.csv.zst"
COLUMNS = "symbol, span, at, open, high, low, close, volume, source"


class Place:
    """A data folder, the settings of its runs, and the runner."""

    def __init__(self, given, root, redis, vendor, store_url=""):
        self.binary = str(pathlib.Path(given.bulwark).resolve())
        self.root = root
        self.runner = None
        self.environment = os.environ | bar_server.KEYS
        self.settings = [f"redis.url=unix://{redis.socket}", "jobs.source=alpaca",
                         f"jobs.source_url={vendor.url()}", "jobs.source_limits=5000/s",
                         "jobs.universe=test", "jobs.lease=1s", "jobs.retry_delay=1s",
                         "jobs.attempts=20"]
        if store_url:
            self.settings.append(f"store.url={store_url}")

    def command(self, *words):
        line = [self.binary, *words, "--data", str(self.root / "data")]
        for setting in self.settings:
            line += ["--set", setting]
        return line

    def ask(self, *words):
        done = subprocess.run(self.command(*words), capture_output=True, text=True, timeout=60,
                              check=False, env=self.environment)
        check(done.returncode == 0, f"{words}: {done.returncode} {done.stdout}{done.stderr}")
        return done.stdout

    def prepare(self, symbols):
        self.root.mkdir()
        members = self.root / "members.csv"
        members.write_text("Symbol,Name,Sector\n" + "".join(f"{name},{name},None\n" for name in symbols),
                           encoding="ascii")
        self.ask("data", "import", str(members), "--universe", "test")

    def start(self):
        with open(self.root / "runner.log", "ab") as out:
            self.runner = subprocess.Popen(self.command("jobs", "run"), stdout=out, stderr=out,
                                           stdin=subprocess.DEVNULL, env=self.environment)

    def stop(self, how=signal.SIGTERM):
        if self.runner is not None:
            self.runner.send_signal(how)
            self.runner.wait(30)
            self.runner = None

    def wait_done(self, seconds=120):
        def last():
            runs = json.loads(self.ask("jobs", "history", "--json"))
            return runs if runs and runs[0]["state"] == "done" else None
        return wait_until(last, seconds, lambda: "a run that is done; the log ends with\n" +
                          harness.last_lines((self.root / "runner.log").read_text(), 5))

    def bars(self):
        connection = sqlite3.connect(f"file:{self.root / 'data' / 'data.db'}?mode=ro", uri=True)
        try:
            rows = connection.execute(f"SELECT {COLUMNS} FROM bars ORDER BY symbol, span, at").fetchall()
            return ["|".join(map(str, row)) for row in rows]
        finally:
            connection.close()


def forget(redis, vendor):
    redis.ask("DEL", vendor.marks)
    vendor.asked.clear()
    vendor.after_mark.clear()


def check_end(place, redis, vendor, symbols, rows, expected, what):
    check(rows == expected, f"{what}: the store differs from that of one undisturbed run: "
          f"{len(rows)} bars instead of {len(expected)}")
    check(redis.ask("SCARD", vendor.marks) == len(symbols), f"{what}: a mark is missing")
    check(not vendor.after_mark, f"{what}: asked for after the mark: {vendor.after_mark}")
    place.stop()
    return sum(vendor.asked.values()) - len(symbols)


def goals(symbols, count):
    """After how many symbols something dies: spread over the whole work."""
    return [len(symbols) * (turn + 1) // (count + 1) for turn in range(count)]


def wait_goal(place, vendor, goal):
    def reached():
        check(place.runner.poll() is None, "the runner ended")
        return len(vendor.asked) >= goal
    wait_until(reached, 120, f"{goal} symbols; there are {len(vendor.asked)}")


def undisturbed(place, symbols):
    place.prepare(symbols)
    place.start()
    place.ask("jobs", "trigger", "daily_bars")
    runs = place.wait_done()
    place.stop()
    check(len(runs) == 1 and runs[0]["items_done"] == len(symbols), f"runs: {runs}")
    return place.bars()


def runner_dies(given, place, redis, vendor, symbols, expected):
    chance = random.Random(given.seed)
    forget(redis, vendor)
    # A run that dies before it did anything is taken to be what kills its process, and waits longer each time.
    vendor.delay = 0.1
    place.prepare(symbols)
    place.ask("jobs", "trigger", "daily_bars")
    for goal in goals(symbols, given.kills):
        place.start()
        wait_goal(place, vendor, goal)
        # Somewhere inside of the symbol at which it is: fetching, storing, marking.
        harness.linger(chance.random() * 0.1)
        place.stop(signal.SIGKILL)
    place.start()
    place.wait_done()
    vendor.delay = 0.02
    twice = check_end(place, redis, vendor, symbols, place.bars(), expected, "kills")
    check(twice <= given.kills, f"{twice} symbols were asked for again after {given.kills} kills")
    print(f"{given.kills} SIGKILLs over {len(symbols)} symbols: store as of one run, {twice} symbols "
          "asked for twice, none after its mark")


def redis_dies(given, place, redis, vendor, symbols, expected):
    forget(redis, vendor)
    place.prepare(symbols)
    place.start()
    place.ask("jobs", "trigger", "daily_bars")
    for goal in goals(symbols, given.outages):
        wait_goal(place, vendor, goal)
        marked = vendor.marked()
        redis.kill()
        harness.linger(0.3)
        redis.start()
        vendor.check_marks(marked)
    place.wait_done()
    twice = check_end(place, redis, vendor, symbols, place.bars(), expected, "Redis")
    check(twice <= given.outages, f"{twice} symbols were asked for again")
    print(f"Redis killed {given.outages} times: store as of one run, {twice} symbols asked for twice, "
          "none after its mark")


def database_dies(given, root, redis, vendor, symbols, expected):
    server = postgres.Server()
    place = None
    try:
        server.start()
        server.sql("CREATE SCHEMA market")
        place = Place(given, root, redis, vendor, server.url("market"))
        forget(redis, vendor)
        place.prepare(symbols)
        place.start()
        place.ask("jobs", "trigger", "daily_bars")
        for goal in goals(symbols, given.outages):
            wait_goal(place, vendor, goal)
            server.stop(signal.SIGQUIT)
            harness.linger(0.3)
            server.start()
        place.wait_done()
        rows = server.sql(f"SELECT {COLUMNS} FROM market.bars ORDER BY symbol COLLATE \"C\", span, at")
        twice = check_end(place, redis, vendor, symbols, rows.splitlines(), expected, "PostgreSQL")
        check(twice <= given.outages, f"{twice} symbols were asked for again")
        print(f"PostgreSQL killed {given.outages} times: store as of one run, {twice} symbols asked "
              "for twice, none after its mark")
    finally:
        if place is not None:
            place.stop(signal.SIGKILL)
        server.destroy()


def symbols_of(given):
    """Those of the daily file where it is and all are wanted, else made-up ones."""
    if given.full and SYMBOLS_OF.exists():
        text = subprocess.run(["zstd", "-dc", str(SYMBOLS_OF)], capture_output=True, text=True,
                              check=True).stdout
        return sorted({line.split(",")[1] for line in text.splitlines()[1:]})
    return [f"S{number:03}" for number in range(given.symbols)]


def scenario(given, _system, folder):
    symbols = symbols_of(given)
    redis = bar_server.Redis(folder)
    redis.start()
    date = subprocess.run(["date", "+%F"], env=os.environ | {"TZ": "America/New_York"},
                          capture_output=True, text=True, check=True).stdout.strip()
    vendor = bar_server.Vendor(redis, f"jobs:daily_bars:{date}:done")
    places = []

    def place(name):
        places.append(Place(given, folder / name, redis, vendor))
        return places[-1]
    try:
        expected = undisturbed(place("clean"), symbols)
        check(len(expected) > 15 * len(symbols), f"only {len(expected)} bars")
        runner_dies(given, place("killed"), redis, vendor, symbols, expected)
        redis_dies(given, place("redis"), redis, vendor, symbols, expected)
        database_dies(given, folder / "database", redis, vendor, symbols, expected)
    finally:
        for one in places:
            one.stop(signal.SIGKILL)
        vendor.server.shutdown()
        redis.kill()


if __name__ == "__main__":
    GIVEN = harness.options(__doc__.splitlines()[0], symbols=(24, 481), kills=(2, 100), outages=(1, 5))
    sys.exit(harness.main(GIVEN, scenario))
