"""Kills `bulwark backfill` at random moments and lets it go on, then does the same to Redis.

A server on loopback answers as Alpaca does, in pages, and writes down every question. At the end the store
must be what one run without interruption makes, and no symbol may have been asked for after its mark.
"""
import json
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import harness
from bar_server import KEYS, Redis, Vendor
from harness import check, wait_until


def command(given, data, redis, vendor, symbols):
    return [str(pathlib.Path(given.bulwark).resolve()), "backfill", "--data", str(data), "--set",
            f"redis.url=unix://{redis.socket}", "--set", "jobs.lease=1s", "--source", "alpaca", "--url", vendor.url(),
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
            harness.linger(harness.POLL_SECONDS)
        harness.linger(chance.random() * 0.02)
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
    vendor = Vendor(redis, "backfill:completed")
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
        two_at_once(given, folder / "two", redis, vendor, symbols)
        redis_dies(given, folder / "redis-died", redis, vendor, symbols, expected)
    finally:
        vendor.server.shutdown()
        redis.kill()


def two_at_once(given, data, redis, vendor, symbols):
    redis.ask("DEL", "backfill:completed")
    vendor.asked.clear()
    vendor.delay = 0.2
    first = start(given, data, redis, vendor, symbols)
    wait_until(lambda: vendor.asked, 60, "the first of two")
    second = run(given, data, redis, vendor, symbols)
    vendor.delay = 0.0
    check(second.returncode == 3 and "is running already" in second.stderr,
          f"a second backfill at the same time: {second.returncode} {second.stdout}{second.stderr}")
    check(first.wait(120) == 0, "the first of two failed")
    check(max(vendor.asked.values()) == 1, f"fetched twice: {vendor.asked.most_common(3)}")
    history = subprocess.run([str(pathlib.Path(given.bulwark).resolve()), "jobs", "history", "--json",
                              "--data", str(data)], capture_output=True, text=True, check=True)
    runs = json.loads(history.stdout)
    check([run["state"] for run in runs] == ["done"] and runs[0]["items_done"] == len(symbols),
          f"the history shows {runs}")
    print("two at once: the second was refused, nothing was fetched twice")


def redis_dies(given, data, redis, vendor, symbols, expected):
    redis.ask("DEL", "backfill:completed")
    vendor.asked.clear()
    process = start(given, data, redis, vendor, symbols)
    wait_until(lambda: len(vendor.asked) > len(symbols) // 3, 60, "a third of the symbols")
    marked = vendor.marked()
    redis.kill()
    check(process.wait(30) != 0, "a backfill whose marks were lost says that all is well")
    redis.start()
    last = run(given, data, redis, vendor, symbols)
    check(last.returncode == 0, f"after Redis came back: {last.returncode}: {last.stderr}")
    check(content(data) == expected, "the store differs after Redis died")
    check(redis.ask("SCARD", "backfill:completed") == len(symbols), "a mark is missing")
    vendor.check_marks(marked)
    print("Redis killed in the middle: store as of one run, no symbol fetched after its mark")


if __name__ == "__main__":
    sys.exit(harness.main(harness.options(__doc__.splitlines()[0], symbols=(48, 481), kills=(6, 100)),
                          scenario))
