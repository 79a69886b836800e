"""`bulwark up` dies or ends: no process of it lives on, and nobody starts a second one beside it."""

import os
import signal
import subprocess
import sys
import time

import harness
from harness import check, wait_until

ROLES = {"redis", "venue", "trader", "api"}


def killed_leaves_no_orphans(system):
    children = system.processes()
    check(set(children) == ROLES, f"running: {sorted(children)}")
    system.up.kill()
    started = time.monotonic()
    system.up.wait(10)
    system.up = None
    wait_until(lambda: not any(harness.is_alive(pid) for pid in children.values()), 20,
               f"the end of {children}")
    return time.monotonic() - started


def second_up_is_refused(system):
    command = [system.binary, "up", "--data", str(system.data), "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    check(done.returncode != 0, "a second `up` was let in")
    check("another `bulwark up`" in done.stderr, f"a second `up` said: {done.stderr}")
    check(set(system.processes()) == ROLES, "a second `up` disturbed the first")


def child_comes_back(system, role):
    old = system.pid(role)
    os.kill(old, signal.SIGKILL)
    wait_until(lambda: system.processes().get(role) not in (None, old), 30, f"a new {role}")


def scenario(given, system, folder):
    slowest = 0.0
    for _ in range(given.kills):
        system.start("--speed", "20")
        system.wait_orders(1)
        slowest = max(slowest, killed_leaves_no_orphans(system))
    print(f"up killed {given.kills} times: all children gone after at most {slowest:.2f} s")
    system.start("--speed", "20")
    second_up_is_refused(system)
    print("a second `up` on the data folder is refused, the first goes on")
    for role in sorted(ROLES):
        child_comes_back(system, role)
        system.wait_state("running", 60)
    print("every child comes back after kill -9")
    system.wait_orders(1)
    print(f"verify: {system.verify(attempts=5)}")
    children = system.processes()
    started = time.monotonic()
    check(system.stop() == 0, "SIGTERM did not end `up` with exit code 0")
    alive = {role: pid for role, pid in children.items() if harness.is_alive(pid)}
    check(not alive, f"still alive after `up` ended: {alive}")
    print(f"SIGTERM: clean end with exit code 0 after {time.monotonic() - started:.2f} s")


if __name__ == "__main__":
    GIVEN = harness.options(__doc__, kills=(2, 20))
    sys.exit(harness.main(GIVEN, scenario))
