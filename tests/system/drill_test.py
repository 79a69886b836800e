"""`bulwark drill kill|flush|freeze` pass on a system that trades and leave it trading; a halt sets the kill switch
too, whose release waits; stops end with a receipt."""

import re
import sys

import harness
from harness import check


def drill(system, kind):
    system.wait_orders(1)
    done = system.run("drill", kind, "--confirm", "DRILL")
    check(done.returncode == 0 and "drill passed" in done.stdout, f"drill {kind}: {done.stdout}{done.stderr}")
    system.wait_state("running")
    times = re.findall(r"(.*?) +([\d.]+) ms\n", done.stdout)
    print(f"drill {kind}: " + ", ".join(f"{what} {took} ms" for what, took in times), flush=True)


def drills_are_refused(system):
    check(system.run("drill", "kill").returncode == 2, "a drill began without its word")
    done = system.run("kill", "--reason", "system test")
    check(done.returncode == 0 and re.search(r"Orders: \d+ cancelled, .* 0 open", done.stdout)
          and "Venue:  0 orders work there, " in done.stdout, f"kill: {done.stdout}{done.stderr}")
    refused = system.run("drill", "kill", "--confirm", "DRILL")
    check(refused.returncode == 3 and "already" in refused.stderr,
          f"drill under a stop: {refused.stdout}{refused.stderr}")
    check(system.state()["state"] == "killed", "a drill released somebody's stop")
    check(system.release().returncode == 0, "no release")
    system.wait_state("running")
    print("no drill without its word or under a stop; the receipt of a kill counts and finds nothing open")


def halt_kills(system):
    done = system.run("halt", "--reason", "system test")
    check(done.returncode == 0 and re.search(r"Venue:  0 orders work there, (nothing held|held: )", done.stdout),
          f"halt: {done.stdout}{done.stderr}")
    system.wait_state("halted")
    resumed = system.run("resume", "--confirm", "RESUME")
    check(resumed.returncode == 0 and "the kill switch is still on" in resumed.stdout,
          f"resume: {resumed.stdout}{resumed.stderr}")
    system.wait_state("killed")
    redis = system.redis()
    check(redis.call("GET", "risk:kill_switch") == "active", "Redis does not show the halt's kill switch")
    early = system.run("release", "--confirm", "RELEASE", "--reason", "too early")
    check(early.returncode == 3 and "can be released in 60 min" in early.stderr,
          f"release: {early.stdout}{early.stderr}")
    last = redis.call("LINDEX", "risk:kill_switch:log", "-1")
    check('"result": "refused"' in last and "too early" in last, f"the log ends with {last}")
    redis.close()
    check(system.query("ledger.db", "SELECT count(*) FROM refused_releases")[0][0] == 1, "no record of the refusal")
    check(system.release().returncode == 0, "no release")
    system.wait_state("running")
    system.wait_orders(1)
    print("a halt sets the kill switch; resumed it is killed; a release before its time is refused and on record")


def scenario(given, system, folder):
    system.start("--replay", given.trades, "--speed", "60", settings=["feed.loop=true", "halt.sets_kill=true"])
    for _ in range(given.trials):
        for kind in ("kill", "flush", "freeze"):
            drill(system, kind)
    drills_are_refused(system)
    halt_kills(system)
    print(f"verify: {system.verify(attempts=5)}; keys check: {system.keys_check()}")
    check(system.stop() == 0, "`up` did not end cleanly")


if __name__ == "__main__":
    GIVEN = harness.options(__doc__, trials=(1, 20))
    sys.exit(harness.main(GIVEN, scenario))
