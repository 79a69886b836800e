#!/usr/bin/env python3
"""Many processes share three limits while their Redis is killed and comes back; a server counts their calls.

Goal: in no sliding window does the server's log hold more calls than allowed, by the moment a call was
      issued and by the moment it arrived; processes with a part of their own go on without Redis, and all
      return by themselves.
Method: `bulwark limit wait --count 0` is a client: each line is a call, and this process is the server
      that logs when it arrives. Redis gets SIGKILL in the middle and is started again on its own files.
      --full: 8 processes for each limit, 60 s, Redis gone for 20 s.
"""

import os
import pathlib
import selectors
import shutil
import signal
import subprocess
import sys
import time

import harness
from harness import check

# name: (limits in the small size, in the full size)
LIMITS = {
    "minute": ("5/4s", "5/min"),
    "second": ("10/s; slots=4; share=80", "10/s; slots=8; share=80"),
    "day": ("40/4s,25/day; slots=4; share=50", "200/min,25/day; slots=8; share=50"),
}
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


def clients(given, redis, server, limits):
    started = []
    for name, text in limits.items():
        for _ in range(given.processes):
            process = subprocess.Popen(
                [given.bulwark, "limit", "wait", name, "--limits", text, "--count", "0",
                 "--for", f"{given.seconds}s", "--set", f"redis.url=unix://{redis.socket}",
                 "--set", "redis.call_timeout=1s", "--log-level", "error"],
                stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
            server.listen(name, process.stdout)
            started.append(process)
    return started


def scenario(given, system, folder):
    del system
    limits = {name: text[1 if given.full else 0] for name, text in LIMITS.items()}
    home = pathlib.Path(folder) / "limiter"
    home.mkdir()
    redis, server = Redis(home), Server()
    redis.start()
    harness.wait_until(redis.socket.exists, 20, "the socket of Redis")
    started = clients(given, redis, server, limits)
    try:
        begun = time.time()
        server.hear(begun + (given.seconds - given.outage) / 2)
        redis.kill()
        gone = time.time()
        server.hear(gone + given.outage)
        redis.start()
        back = time.time()
        server.hear(begun + given.seconds + 30)
        codes = [process.wait(30) for process in started]
    finally:
        for process in started:
            process.kill()
            process.wait()
        redis.kill()
    check(set(codes) == {0}, f"exit codes of the clients: {codes}")
    report(server.calls, limits, gone, back)


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
