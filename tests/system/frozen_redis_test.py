"""Redis is frozen (SIGSTOP) under load: no entry leaves, the engine does not wait, then all is shown again."""

import os
import re
import signal
import sys
import time

import harness
from harness import check, wait_until

# A call to Redis may take this long before it counts as failed; an order let go before may still leave.
GRACE_SECONDS = 0.25
CYCLE_LIMIT_MS = 50.0


def hold_frozen(pid, seconds):
    """The one wait for time itself: the outage has a length."""
    os.kill(pid, signal.SIGSTOP)
    frozen_at = time.time_ns()
    try:
        time.sleep(seconds)
    finally:
        thawed_at = time.time_ns()
        os.kill(pid, signal.SIGCONT)
    return frozen_at, thawed_at


def entries_between(system, start, end):
    return system.query("paper.db", "SELECT id, arrived_at FROM orders WHERE reduce_only = 0 "
                        "AND arrived_at > ? AND arrived_at < ?", start, end)


def freeze(given, system, number):
    system.wait_orders(2)
    frozen_at, thawed_at = hold_frozen(system.pid("redis"), given.seconds)
    sent = entries_between(system, frozen_at, thawed_at)
    grace = int(GRACE_SECONDS * 1e9)
    late = [(order, (at - frozen_at) / 1e6) for order, at in sent if at > frozen_at + grace]
    check(not late, f"entries left while Redis was frozen (id, ms after): {late[:10]}")
    tried = system.query("ledger.db", "SELECT COUNT(DISTINCT order_id) FROM order_events WHERE "
                         "reduce_only = 0 AND created_at BETWEEN ? AND ?",
                         frozen_at + grace, thawed_at)[0][0]
    exits = system.query("paper.db", "SELECT COUNT(*) FROM orders WHERE reduce_only = 1 AND "
                         "arrived_at BETWEEN ? AND ?", frozen_at, thawed_at)[0][0]
    system.wait_state("running")
    before = system.query("paper.db", "SELECT COUNT(*) FROM orders WHERE reduce_only = 0")[0][0]
    wait_until(lambda: system.query("paper.db", "SELECT COUNT(*) FROM orders WHERE reduce_only = 0"
                                    )[0][0] > before, 60, "an entry after the outage")
    print(f"freeze {number}: {given.seconds} s; entries in the first {GRACE_SECONDS} s "
          f"{len(sent)}, after that 0 ({tried} were refused after the gate); exits meanwhile {exits}")
    print(f"  after: verify: {system.verify(attempts=5)}; keys check: {system.keys_check()}")


def scenario(given, system, folder):
    system.start("--replay", given.trades, "--speed", str(given.speed),
                 settings=["feed.loop=true"])
    for number in range(1, given.freezes + 1):
        freeze(given, system, number)
    redis = system.redis()
    beat = redis.call("GET", "SYSTEM:HEARTBEAT")
    wait_until(lambda: redis.call("GET", "SYSTEM:HEARTBEAT") != beat, 10, "a heartbeat")
    redis.close()
    check(system.duplicates() == 0, "the venue saw an order twice")
    check(system.stop() == 0, "`up` did not end cleanly")
    denied = re.findall(r"denied by the gate (\d+)", system.log_text())[-1]
    worst = float(re.findall(r"worst engine cycle ([\d.]+) ms", system.log_text())[-1])
    print(f"worst engine cycle of the run {worst:.3f} ms; entries denied by the gate {denied}")
    check(worst < CYCLE_LIMIT_MS, f"the engine waited: worst cycle {worst} ms")


if __name__ == "__main__":
    GIVEN = harness.options(__doc__, seconds=(3.0, 10.0), freezes=(1, 3), speed=(60.0, 60.0))
    sys.exit(harness.main(GIVEN, scenario))
