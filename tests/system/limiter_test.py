#!/usr/bin/env python3
"""Many processes share limits while their Redis is killed and comes back; a server counts their calls.

Goal: in no sliding window does the server's log hold more calls than allowed, by the moment a call was
      issued and by the moment it arrived; processes with a part of their own go on without Redis, and all
      return by themselves. In a crowd of data and entries no cancel and no exit waits long, and data is
      not starved by entries. After a 429 nobody calls. The documented pair can be read by anybody.
      What jobs fetch from a vendor keeps the limit too, by the log of the vendor's server.
Method: `bulwark limit wait --count 0` is a client: each line is a call, and this process is the server
      that logs when it arrives. Redis gets SIGKILL in the middle and is started again on its own files.
      The crowd has a Redis of its own, and so have those who fetch (limit_judge.py).
      --full: 8 processes for each limit, 60 s, Redis gone for 20 s.
"""

import contextlib
import math
import os
import pathlib
import re
import selectors
import shutil
import signal
import subprocess
import sys
import time

import harness
import limit_judge
import resp
from harness import check

# name: (limits in the small size, in the full size)
LIMITS = {
    "minute": ("5/4s", "5/min"),
    "second": ("10/s; slots=4; share=80", "10/s; slots=8; share=80"),
    "day": ("40/4s,25/day; slots=4; share=50", "200/min,25/day; slots=8; share=50"),
}
# Of the server that judges real fetches.
VENDOR = ("12/4s; share=0", "10/s,100/min; share=0")
# One that many want: 7 of 10 for data, 8 for entries, 9 for exits.
CROWD = "10/s; share=0; reserve=10,10,10"
URGENT = ("cancel", "exit")
URGENT_EVERY = 0.5
URGENT_WAIT = 2.0  # With the start of a process on a busy machine.
CLOSED_FOR = 2.0
QUESTIONS_MAX = 8  # For one call that is made, by all who wait for theirs.
AGED = 30.0  # A data call that waited so long counts as an entry.
SPANS = {"s": 1, "4s": 4, "min": 60, "day": 86_400}


def windows(limits):
    """[(units, seconds)] of a text."""
    for window in limits.split(";")[0].split(","):
        units, span = window.split("/")
        yield int(units), SPANS[span]


class Redis:
    """A server of our own on a unix socket, which keeps what it was told."""

    def __init__(self, folder):
        self.folder = folder
        self.socket = folder / "redis.sock"
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [shutil.which("redis-server"), "--port", "0", "--unixsocket", str(self.socket),
             "--dir", str(self.folder), "--appendonly", "yes", "--maxmemory-policy", "noeviction"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        self.process = None


class Server:
    """Hears the calls of all clients, and logs when each came."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.calls = []  # (name, issued, arrived, kind)
        self.rests = {}

    def listen(self, name, pipe):
        os.set_blocking(pipe.fileno(), False)
        self.rests[pipe] = b""
        self.selector.register(pipe, selectors.EVENT_READ, name)

    def hear(self, until):
        while self.rests and time.time() < until:
            for key, _ in self.selector.select(max(0.0, until - time.time())):
                self.read(key.fileobj, key.data, time.time())

    def read(self, pipe, name, arrived):
        data = pipe.read(65_536)
        if data == b"":
            self.selector.unregister(pipe)
            del self.rests[pipe]
            return
        *lines, self.rests[pipe] = (self.rests[pipe] + (data or b"")).split(b"\n")
        for line in lines:
            issued, kind = line.decode().split()
            self.calls.append((name, float(issued), arrived, kind))


def worst(times, units, span):
    """The most calls that any window of this length holds."""
    times = sorted(times)
    most, first = 0, 0
    for last, at in enumerate(times):
        while at - times[first] >= span:
            first += 1
        most = max(most, last - first + 1)
    return most


def check_windows(calls, name, limits):
    """By the moment of issue always; by the server's clock as long as the server itself kept up."""
    lag = max(call[2] - call[1] for call in calls if call[0] == name)
    transit = min(1.0, min(span for _, span in windows(limits)) / 10)
    print(f"  {name}: a call arrived at most {lag * 1000:.0f} ms after it was issued")
    for what, place in (("issued", 1), ("arrived", 2)):
        times = [call[place] for call in calls if call[0] == name]
        if what == "arrived" and lag > transit:
            print(f"  {name}: this server was late itself; its clock is not judged")
            continue
        for units, span in windows(limits):
            most = worst(times, units, span)
            print(f"  {name}: at most {most} of {units} {what} in any {span} s")
            check(most <= units, f"{name}: {most} calls {what} within {span} s, {units} are allowed")


def client(given, redis, name, limits, *more):
    """One process that calls as often as it may."""
    return subprocess.Popen(
        [given.bulwark, "limit", "wait", name, "--limits", limits,
         "--set", f"redis.url=unix://{redis.socket}", "--set", "redis.call_timeout=1s",
         "--log-level", "error", *more],
        stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)


def flood(given, redis, server, name, limits, count, *more):
    started = []
    for _ in range(count):
        process = client(given, redis, name, limits, "--count", "0", "--for", f"{given.seconds}s",
                         *more)
        server.listen(" ".join((name, *more[1:])), process.stdout)
        server.hear(time.time() + 0.002)  # The first of them call already.
        started.append(process)
    return started


class Crowd:
    """Data and entries that want more than there is; now and then a cancel and an exit among them."""

    def __init__(self, given, server, folder):
        self.given, self.server = given, server
        self.redis = Redis(folder)
        self.begun = {}  # name of one urgent call: when its process was started
        self.processes, self.closed, self.questions = [], None, 0

    def start(self):
        for word, count in (("data", self.given.processes), ("entry", self.given.processes // 2)):
            self.processes += flood(self.given, self.redis, self.server, "crowd", CROWD, count,
                                    "--priority", word)

    def urge(self, until):
        """Now and then a process for one cancel, and one for one exit."""
        while time.time() < until:
            for word in URGENT:
                name = f"crowd {word} {len(self.begun)}"
                self.begun[name] = time.time()
                process = client(self.given, self.redis, "crowd", CROWD, "--priority", word,
                                 "--max-wait", "10s")
                self.server.listen(name, process.stdout)
                self.processes.append(process)
            self.server.hear(min(until, time.time() + URGENT_EVERY))

    def close(self):
        """The server says 429."""
        process = subprocess.Popen(
            [self.given.bulwark, "limit", "close", "crowd", "--retry-after", f"{CLOSED_FOR}s",
             "--set", f"redis.url=unix://{self.redis.socket}"], stdout=subprocess.DEVNULL)
        self.processes.append(process)
        while process.poll() is None:
            self.server.hear(time.time() + 0.005)
        self.closed = time.time()

    def report(self):
        calls = [("crowd", *call[1:]) for call in self.server.calls if call[0].startswith("crowd ")]
        print(f"crowd ({CROWD}): {len(calls)} calls")
        check_windows(calls, "crowd", CROWD)
        issued = {call[0]: call[1] for call in self.server.calls}
        for word in URGENT:
            waits = [issued.get(name, math.inf) - begun for name, begun in self.begun.items()
                     if word in name and not self.closed - 1 < begun < self.closed + CLOSED_FOR]
            median, _ = harness.median_and_p99(waits)
            print(f"  {len(waits)} calls for {word}, from the start of a process to its permit: median "
                  f"{median * 1000:.0f} ms, worst {max(waits) * 1000:.0f} ms")
            check(max(waits) < URGENT_WAIT, f"a call for {word} waited for {max(waits):.1f} s")
        counts = {word: sum(call[0] == f"crowd {word}" for call in self.server.calls)
                  for word in ("entry", "data")}
        print(f"  {counts['entry']} calls for entries, {counts['data']} for data")
        check(counts["entry"] > 0, "entries were starved")
        check(counts["data"] > 0 or self.given.seconds < AGED, "data was starved by entries")
        late = [call[1] - self.closed for call in calls
                if self.closed + 0.1 < call[1] < self.closed + CLOSED_FOR - 0.1]
        print(f"  {len(late)} calls in {CLOSED_FOR} s after a 429")
        check(not late, f"calls {late} s after the server had closed")
        print(f"  {self.questions} questions to Redis, {self.questions / len(calls):.1f} for each call")
        check(self.questions < QUESTIONS_MAX * len(calls), "those who wait ask again and again")

    def count_questions(self):
        with contextlib.closing(resp.Connection(str(self.redis.socket), "default", "")) as connection:
            stats = connection.call("INFO", "commandstats")
        self.questions = sum(int(count) for count in re.findall(r"cmdstat_eval\w*:calls=(\d+)", stats))


def check_pair(redis, name, limits):
    """As a client of another language reads it: contract section 1.5.8."""
    with contextlib.closing(resp.Connection(str(redis.socket), "default", "")) as connection:
        tokens, refilled = connection.call("MGET", f"rate_limit:{name}:tokens",
                                           f"rate_limit:{name}:last_refill")
        seconds, micros = connection.call("TIME")
    units, span = next(windows(limits))
    elapsed = int(seconds) + int(micros) / 1e6 - float(refilled)
    left = min(units, float(tokens) + elapsed * units / span)
    print(f"  {name}: the pair says {tokens} tokens, refilled {elapsed:.3f} s ago: {left:.2f} now")
    check(0 <= float(tokens) <= units and elapsed >= 0, f"{name}: the pair {tokens}, {refilled}")


def scenario(given, system, folder):
    del system
    limits = {name: text[1 if given.full else 0] for name, text in LIMITS.items()}
    homes = [pathlib.Path(folder) / name for name in ("limiter", "crowd", "vendor")]
    for home in homes:
        home.mkdir()
    redis, server = Redis(homes[0]), Server()
    crowd = Crowd(given, server, homes[1])
    fetchers = limit_judge.Fetchers(given, homes[2], VENDOR[1 if given.full else 0])
    started = []
    try:
        for each in (redis, crowd.redis):
            each.start()
            harness.wait_until(each.socket.exists, 20, "the socket of Redis")
        crowd.start()
        fetchers.start()
        for name, text in limits.items():
            started += flood(given, redis, server, name, text, given.processes)
        begun = time.time()
        crowd.urge(begun + (given.seconds - given.outage) / 2)
        redis.kill()
        gone = time.time()
        crowd.urge(gone + given.outage)
        redis.start()
        back = time.time()
        crowd.close()
        server.hear(crowd.closed + CLOSED_FOR)
        crowd.urge(begun + given.seconds - 1)
        for name, text in limits.items():
            check_pair(redis, name, text)
        server.hear(begun + given.seconds + 30)
        codes = [process.wait(30) for process in started + crowd.processes]
        crowd.count_questions()
        arrivals = fetchers.stop()
    finally:
        for process in started + crowd.processes:
            process.kill()
            process.wait()
        redis.kill()
        crowd.redis.kill()
        fetchers.destroy()
    check(set(codes) == {0}, f"exit codes of the clients: {codes}")
    report(server.calls, limits, gone, back)
    crowd.report()
    judge_fetches(arrivals, fetchers)


def judge_fetches(arrivals, fetchers):
    spans = list(windows(fetchers.limits))
    transit = min(1.0, min(span for _, span in spans) / 10)
    print(f"fetches of {len(fetchers.processes)} processes ({fetchers.limits}): {len(arrivals)} calls; "
          f"the server came round {fetchers.pulse.worst * 1000:.0f} ms late at worst")
    check(len(arrivals) > max(spans[0][0], limit_judge.REFUSED_CALL), "too few fetches to judge")
    if fetchers.pulse.worst > transit:
        print("  this server was late itself; its clock is not judged")
        return
    for units, span in spans:
        most = worst(arrivals, units, span)
        print(f"  at most {most} of {units} arrived in any {span} s")
        check(most <= units, f"{most} fetches within {span} s, {units} are allowed")
    refused = fetchers.vendor.refused_at
    late = [at - refused for at in arrivals
            if refused + transit + 0.1 < at < refused + limit_judge.RETRY_AFTER]
    print(f"  {len(late)} calls in {limit_judge.RETRY_AFTER} s after a 429")
    check(not late, f"fetches {late} s after the server had answered 429")


def report(calls, limits, gone, back):
    for name, text in limits.items():
        mine = [call for call in calls if call[0] == name]
        before = sum(call[1] < gone for call in mine)
        during = sum(gone <= call[1] < back for call in mine)
        print(f"{name} ({text}): {len(mine)} calls: {before} before, {during} without Redis, "
              f"{len(mine) - before - during} after")
        check_windows(calls, name, text)
        check(before > 0, f"{name}: no call before the outage")
        check(all(call[3] == "local" for call in mine if gone + 1.5 <= call[1] < back),
              f"{name}: a permit of a Redis that was gone")
    count = lambda name, since, until: sum(
        call[0] == name and since <= call[1] < until for call in calls)
    check(count("second", gone, back) > 0, "nobody used his own part while Redis was gone")
    check(count("minute", gone + 1.5, back) == 0, "a call without Redis and without a part")
    check(any(call[0] == "second" and call[1] >= back and call[3] == "shared" for call in calls),
          "nobody came back to Redis")


if __name__ == "__main__":
    sys.exit(harness.main(
        harness.options("Limits shared by many processes, with Redis gone in the middle.",
                        processes=(4, 8), seconds=(12, 60), outage=(4, 20)), scenario))
