"""Several `bulwark backfill` share one limit on their way to a vendor, whose server judges by its own log.

The calls are those of the jobs' own HTTP client, through the limiter. Once the server answers 429.
"""

import os
import pathlib
import signal
import subprocess
import threading
import time

import bar_server

REFUSED_CALL = 9  # The number of the call that is answered with 429.
RETRY_AFTER = 2
SYMBOLS = 400  # More than any of them gets through.
PULSE = 0.02


class Pulse(threading.Thread):
    """How late this process itself comes round: what it cannot see in time, it must not judge."""

    def __init__(self):
        super().__init__(daemon=True)
        self.worst = 0.0
        self.is_over = threading.Event()

    def run(self):
        last = time.time()
        while not self.is_over.wait(PULSE):
            now = time.time()
            self.worst = max(self.worst, now - last - PULSE)
            last = now


class Vendor(bar_server.Vendor):
    """Notes when each call came."""

    def __init__(self, redis):
        self.arrivals = []
        self.refused_at = None
        self.lock = threading.Lock()
        super().__init__(redis, "backfill:completed")
        self.is_watching = False

    def answer(self, handler):
        with self.lock:
            self.arrivals.append(time.time())
            is_refused = len(self.arrivals) == REFUSED_CALL
        if not is_refused:
            super().answer(handler)
            return
        handler.send_response(429)
        handler.send_header("Retry-After", str(RETRY_AFTER))
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        self.refused_at = time.time()


class Fetchers:
    """The processes, their Redis and the vendor."""

    def __init__(self, given, folder, limits):
        self.given, self.folder, self.limits = given, folder, limits
        self.redis = bar_server.Redis(folder)
        self.pulse = Pulse()
        self.vendor = None
        self.processes = []

    def start(self):
        self.redis.start()
        self.vendor = Vendor(self.redis)
        self.pulse.start()
        binary = str(pathlib.Path(self.given.bulwark).resolve())
        for number in range(self.given.processes):
            symbols = ",".join(f"P{number}S{symbol:03}" for symbol in range(SYMBOLS))
            self.processes.append(subprocess.Popen(
                [binary, "backfill", "--data", str(self.folder / f"data{number}"), "--set",
                 f"redis.url=unix://{self.redis.socket}", "--source", "alpaca", "--url",
                 self.vendor.url(), "--limits", self.limits, "--years", "1", "--symbols", symbols],
                env=os.environ | bar_server.KEYS, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL))

    def stop(self):
        """Ends them in an orderly way; answers when each call came."""
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait(30)
        self.pulse.is_over.set()
        return list(self.vendor.arrivals)

    def destroy(self):
        for process in self.processes:
            process.kill()
            process.wait()
        if self.vendor is not None:
            self.vendor.server.shutdown()
        if self.redis.process is not None:
            self.redis.kill()
