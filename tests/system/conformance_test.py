"""MONITOR records a whole life of the system: nothing undeclared is written, nothing promised is missing."""

import datetime
import json
import sys
import threading
import time

import harness
import resp
from harness import check, wait_until


class Monitor:
    """Writes what MONITOR says to a file, on a thread of its own, until stopped."""

    def __init__(self, system, file):
        self.connection = system.redis(timeout=None)
        self.file = file
        self.lines = 0
        check(self.connection.call("MONITOR") == "OK", "MONITOR refused")
        self.thread = threading.Thread(target=self.copy)
        self.thread.start()

    def copy(self):
        with open(self.file, "wb") as out:
            try:
                while True:
                    line = self.connection.line()
                    out.write(line[1:] + b"\n")
                    self.lines += 1
            except (OSError, ValueError, ConnectionError):
                pass

    def stop(self):
        self.connection.socket.shutdown(2)
        self.thread.join()
        self.connection.close()


def wait_for_channels(system, names, seconds):
    """Until each of the channels has spoken."""
    subscriber = system.redis(timeout=seconds)
    missing = set(names)
    deadline = time.monotonic() + seconds
    try:
        for name in names:
            subscriber.send("SUBSCRIBE", name)
        while missing:
            message = subscriber.read()
            if message[0] == "message":
                missing.discard(message[1])
            check(time.monotonic() < deadline, f"silent for {seconds} s: {sorted(missing)}")
    except TimeoutError:
        raise harness.Failure(f"silent for {seconds} s: {sorted(missing)}") from None
    finally:
        subscriber.close()


def switch(system, *words):
    done = system.run(*words)
    check(done.returncode == 0, f"{words}: {done.stdout}{done.stderr}")


def live(system):
    """Everything that makes the trader speak."""
    names = ["portfolio:update", "trade:executed", "order:status", "risk:alert", "signal:generated",
             "system:feed:disconnected", "system:feed:reconnected"]
    wait_for_channels(system, names, 90)
    switch(system, "halt", "--reason", "conformance")
    system.wait_state("halted")
    switch(system, "resume", "--confirm", "RESUME")
    system.wait_state("running")
    switch(system, "kill", "--reason", "conformance")
    system.wait_state("killed")
    check(system.release("conformance").returncode == 0, "the release")
    system.wait_state("running")
    switch(system, "mode", "set", "MANUAL_APPROVAL", "--confirm", "MANUAL_APPROVAL")
    wait_for_channels(system, ["trade:pending_approval"], 90)
    switch(system, "mode", "set", "PAPER_ONLY")
    redis = system.redis()
    redis.call("SET", "SYSTEM:HALT", "true")
    system.wait_state("halted")
    redis.call("SET", "SYSTEM:HALT", "false")
    system.wait_state("running")
    system.wait_orders(3)
    wait_until(lambda: int(redis.call("ZCARD", "risk:pdt:trades")) > 0, 90, "a day trade")
    trip_vix(redis)
    redis.close()


def trip_vix(redis):
    """Readings above the limit until two of three were seen; each time of a reading counts once."""
    def is_tripped():
        now = datetime.datetime.now(datetime.timezone.utc).isoformat()
        redis.call("SET", "risk:input:vix", json.dumps({"level": 40.5, "at": now}))
        return json.loads(redis.call("GET", "risk:circuit_breaker:vix") or "{}").get("tripped")
    wait_until(is_tripped, 30, "a tripped breaker")


def record(system, folder, name, arguments, settings):
    system.start(*arguments, settings=settings, wait_state=None)
    # The private server is there before the trader, whose first words must not be missed.
    def connect():
        try:
            return Monitor(system, folder / f"{name}.monitor")
        except (OSError, ValueError, resp.RespError):
            return None
    monitor = wait_until(connect, 30, "Redis")
    try:
        system.wait_state("running", 60)
        yield monitor
        print(f"{name}: keys check: {system.keys_check()}")
        print(f"{name}: verify: {system.verify(attempts=5)}")
        check(system.stop() == 0, "`up` did not end cleanly")
    finally:
        monitor.stop()


def conform(system, folder, name, *flags):
    done = system.run("keys", "conform", "--monitor", str(folder / f"{name}.monitor"), *flags)
    text = harness.last_lines(done.stdout, 15)
    check(done.returncode == 0, f"{name}: keys conform: {text}{done.stderr}")
    print(f"{name}: keys conform: {done.stdout.strip().splitlines()[-1]}")


def scenario(given, system, folder):
    # A quarter of the recording is silence, long enough to count as a lost feed.
    trades = folder / "gaps.csv"
    harness.write_trades(trades, symbols=("BTCUSDT", "ETHUSDT", "AAPL"), gap_seconds=20)
    given_settings = ["feed.loop=true", "daytrade.regular_hours=false", "feed.stale_after=600ms", "risk.entry_cooldown=1s"]
    for monitor in record(system, folder, "replay", ["--replay", str(trades), "--speed", "10"],
                          given_settings):
        live(system)
    conform(system, folder, "replay")
    for monitor in record(system, folder, "simulated", ["--speed", "20"], ["breakers.vix=0"]):
        system.wait_orders(given.orders)
    conform(system, folder, "simulated", "--partial")
    if given.replay:
        for monitor in record(system, folder, "given", ["--replay", given.replay, "--speed", "20"],
                              ["breakers.vix=0"]):
            system.wait_orders(given.orders)
        conform(system, folder, "given", "--partial")


if __name__ == "__main__":
    GIVEN = harness.options(__doc__, orders=(5, 200))
    sys.exit(harness.main(GIVEN, scenario))
