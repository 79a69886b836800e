"""A venue that loses its answers, is out of reach, fills late; a second trader on the account: nothing is sent
twice, nothing is lost, and who was fenced off sends nothing."""

import os
import signal
import subprocess
import sys
import time

import harness
import venue_proxy
from harness import check, wait_until
from restart_states_test import Case, check_order, hold_fills, wait_for
from venue_proxy import DROP, HOLD, PASS, TO_TRADER

SETTINGS = ("feed.loop=true", "paper.partial_fill_pct=100", "strategy.enabled=ema_cross")


def answer_is_lost(case):
    """The order arrives, nothing about it comes back: it is asked for by its id."""
    order = case.watch(on_answer=lambda line: DROP if line.verb in ("ACCEPTED", "FILL") else PASS)
    # The next fill that arrives shows that one is missing.
    wait_until(lambda: order in case.proxy.asked or case.system.order(order)["filled_quantity"] > 0, 60,
               "a question about the order, or its fills")
    case.proxy.set_rule(None)
    case.ended_with_fills(order)
    check(order in case.proxy.asked, "its fills were booked, but nobody asked for the order")
    return order


def out_of_reach(case, seconds, reaches_venue):
    """The venue's name leads nowhere from the moment in which an order leaves."""
    def on_new(line, price):
        return PASS if reaches_venue else DROP
    system, proxy = case.system, case.proxy
    order = case.watch(on_new=on_new, on_answer=lambda line: DROP if line.direction == TO_TRADER else PASS)
    if reaches_venue:
        wait_until(lambda: system.venue_order(order), 10, "the order at the venue")
    proxy.out()
    until = time.monotonic() + seconds
    system.wait_state("reduce_only", 30)
    sent = len(proxy.sent)
    alerts = listen(system)
    try:
        # Entries are wanted and refused, for as long as it lasts.
        wait_until(lambda: "VENUE_DOWN" in next_message(alerts), 60, "a denial with VENUE_DOWN")
        wait_until(lambda: time.monotonic() >= until, seconds + 1, "the end of the outage")
    finally:
        alerts.close()
    check(len(proxy.sent) == sent, "something was sent to nowhere")
    check(system.order(order)["status"] in ("PENDING", "SUBMITTED"), "its end was guessed while nobody knew")
    proxy.set_rule(None)
    proxy.recover()
    system.wait_state("running", 60)
    if reaches_venue:
        return case.ended_with_fills(order)
    wait_for(system, order, "FAILED", lambda row: row["status"] == "FAILED")
    return order


def listen(system):
    redis = system.redis(timeout=60)
    redis.call("SUBSCRIBE", "risk:alert")
    return redis


def next_message(redis):
    return redis.read()[2]


def late_fill(case):
    """The cancel is confirmed, and then the fill comes: it is money, so it is booked."""
    order = case.watch(has_ticks=False, on_answer=hold_fills, holds_all_fills=True)
    wait_for(case.system, order, "accepted", lambda row: row["external_id"] != "")
    wait_until(lambda: (case.system.venue_order(order) or ("", 0))[1] > 0, 10, "a fill at the venue")
    case.kill_switch()
    wait_for(case.system, order, "cancelled or waiting for its fills",
             lambda row: row["status"] == "CANCELLED" or row["cancel_requested"])
    wait_until(lambda: case.system.venue_order(order)[0] == "CANCELLED", 10, "the cancel at the venue")
    check(case.system.order(order)["filled_quantity"] == 0, "the fill was not held back")
    case.proxy.release()
    wait_for(case.system, order, "CANCELLED with its fill",
             lambda row: row["status"] == "CANCELLED" and row["filled_quantity"] > 0)
    case.release()
    return order


# Two traders.


def trader_command(given, system, data):
    command = [system.binary, "trader", "--data", str(data), "--replay", given.trades, "--speed", "30"]
    for setting in system.settings:
        command += ["--set", setting]
    return command


def second_is_refused(given, system):
    epoch = system.state()["epoch"]
    done = subprocess.run(trader_command(given, system, system.data), capture_output=True, text=True,
                          timeout=30, check=False)
    check(done.returncode != 0, "a second trader was let in")
    check("another trader holds this ledger" in done.stderr, f"it said: {done.stderr}")
    check(str(system.pid("trader")) in done.stderr, f"it did not name the first: {done.stderr}")
    check(system.state()["epoch"] == epoch, "the first trader was disturbed")


def stop_with_free_ledger(system, pid):
    """SIGSTOP at a moment at which it holds no lock of the ledger, as on a machine that is paused."""
    def is_free():
        os.kill(pid, signal.SIGSTOP)
        done = system.try_lock_ledger()
        if not done:
            os.kill(pid, signal.SIGCONT)
        return done
    wait_until(is_free, 10, "a moment without a commit")


def other_machine(system, folder):
    """The data folder of a machine that shares ledger, Redis and venue, but not the lock."""
    other = folder / "other"
    (other / "run").mkdir(parents=True, exist_ok=True)
    for name, target in (("ledger.db", system.data / "ledger.db"),
                         ("run/redis.json", system.data / "run" / "redis.json"),
                         ("run/venue.sock", system.data / "run" / "venue-real.sock")):
        (other / name).symlink_to(target)
    return other


def stale_is_fenced(given, system, proxy, folder):
    """The first trader is paused with an order on its way; another takes over; the order arrives then."""
    case = Case(system, proxy)
    order = case.watch(on_new=lambda line, price: HOLD)
    stale, epoch = system.pid("trader"), system.state()["epoch"]
    stop_with_free_ledger(system, stale)
    os.kill(system.up.pid, signal.SIGSTOP)  # It would start the first one again.
    second = None
    try:
        with open(folder / "other.log", "wb") as log:
            second = subprocess.Popen(trader_command(given, system, other_machine(system, folder)),
                                      stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        system.wait_state("running", 60, epoch_above=epoch)
        before = len(proxy.sent)
        proxy.release()
        os.kill(stale, signal.SIGCONT)
        wait_until(lambda: not harness.is_alive(stale), 30, "the end of the first trader")
        check(system.venue_order(order) is None, "the order of the stale trader was taken")
        # The second one talks to the venue directly: whatever came by here since is of the stale one.
        check(len(proxy.sent) == before, f"the stale trader sent {proxy.sent[before:]}")
        wait_for(system, order, "FAILED", lambda row: row["status"] == "FAILED")
        system.wait_orders(1)
        second.send_signal(signal.SIGTERM)
        check(second.wait(30) == 0, "the second trader did not end cleanly")
    finally:
        if second is not None and second.poll() is None:
            second.kill()
            second.wait()
        os.kill(system.up.pid, signal.SIGCONT)
    system.wait_state("running", 60, epoch_above=epoch + 1)
    return order


def scenario(given, system, folder):
    system.start("--replay", given.trades, "--speed", "30", settings=SETTINGS)
    proxy = venue_proxy.VenueProxy(system.data)
    try:
        proxy.start_between(system)
        case = Case(system, proxy)
        for name, run in (
                ("the answer is lost", lambda: answer_is_lost(case)),
                ("out of reach, the order had arrived", lambda: out_of_reach(case, given.seconds, True)),
                ("out of reach, the order had not", lambda: out_of_reach(case, given.seconds, False)),
                ("late fill after cancel", lambda: late_fill(case)),
                ("a stale trader", lambda: stale_is_fenced(given, system, proxy, folder))):
            row = check_order(system, proxy, order := run())
            print(f"{name}: {row['status']}, sent {proxy.sent.count(order)} times; "
                  f"verify: {system.verify(attempts=5)}", flush=True)
        second_is_refused(given, system)
        print("a second trader on the folder is refused, the first goes on")
        check(not proxy.sent_twice(), f"sent twice: {proxy.sent_twice()}")
        check(system.duplicates() == 0, "the venue saw an order twice")
        print(f"keys check: {system.keys_check()}")
        check(system.stop() == 0, "`up` did not end cleanly")
    finally:
        proxy.stop()


if __name__ == "__main__":
    GIVEN = harness.options(__doc__, seconds=(2.0, 60.0))
    sys.exit(harness.main(GIVEN, scenario))
