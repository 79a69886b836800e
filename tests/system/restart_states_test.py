"""kill -9 of the trader with an order in each of its states: it is known again, and never sent a second time."""

import os
import re
import signal
import sys

import harness
import venue_proxy
from harness import check, wait_until
from venue_proxy import DROP, HOLD, PASS, TO_TRADER

ENDED = ("FILLED", "CANCELLED", "FAILED", "EXPIRED")
KILL_TRIES = 10  # To die between the send and the commit that notes it; the first one nearly always does.


class FirstEntry:
    """A rule about the first market entry that leaves from now on; other orders pass."""

    def __init__(self, proxy, on_new=None, on_answer=None, has_ticks=True, holds_all_fills=False):
        self.proxy, self.on_new, self.on_answer, self.has_ticks = proxy, on_new, on_answer, has_ticks
        # The venue numbers its fills: one that comes without the one before makes the trader ask.
        self.holds_all_fills = holds_all_fills
        self.order = None
        self.prices = {}

    def __call__(self, line):
        if line.verb == "TICK":
            self.prices[line.words[1]] = float(line.words[3])
            return PASS if self.has_ticks or self.order is None else DROP
        is_entry = line.verb == "NEW" and line.words[4] == "MARKET" and line.words[8] == "-"
        if is_entry and self.order is None:
            self.order = line.words[1]
            answer = self.on_new(line, self.prices[line.words[2]]) if self.on_new else PASS
            self.proxy.note(self.order)
            return answer
        # Those of the past too: whoever compares books meanwhile asks for what is missing.
        is_fill = line.verb in ("FILL", "PAST") or line.words[:2] == ["DONE", "FILLS"]
        if is_fill and self.order is not None and self.holds_all_fills:
            return HOLD
        if line.order is not None and line.order == self.order and self.on_answer:
            return self.on_answer(line)
        return PASS


def far_from_the_market(line, price, time_in_force="GTC"):
    """The same order as one that rests and never fills."""
    words = list(line.words)
    words[4], words[5], words[7] = "LIMIT", time_in_force, f"{0.9 * price:.2f}"
    return " ".join(words)


def hold_answers(line):
    return HOLD if line.direction == TO_TRADER else PASS


def hold_fills(line):
    return HOLD if line.verb == "FILL" else PASS


def wait_for(system, order, what, condition):
    wait_until(lambda: condition(system.order(order)), 60,
               lambda: f"order {order} {what}; it is {system.order(order)}")


class Case:
    """What one state needs: the rule, the moment of death, and what must come of the order."""

    def __init__(self, system, proxy):
        self.system, self.proxy = system, proxy

    def watch(self, **what):
        """The first entry under a rule; answers its id."""
        self.proxy.set_rule(FirstEntry(self.proxy, **what))
        return self.proxy.wait_note()

    def die(self, wait_state="running"):
        """kill -9; from then on the venue is undisturbed."""
        old, epoch = self.system.pid("trader"), self.system.state()["epoch"]
        os.kill(old, signal.SIGKILL)
        wait_until(lambda: not harness.is_alive(old), 10, "the trader's death")
        self.proxy.set_rule(None)
        return lambda: self.system.wait_trader_back(old, epoch, wait_state)

    # One function for each state.

    def pending(self, reaches_venue):
        """Dies in the moment in which the order leaves."""
        for _ in range(KILL_TRIES):
            old, epoch = self.system.pid("trader"), self.system.state()["epoch"]

            def on_new(line, price, old=old):
                os.kill(old, signal.SIGKILL)
                return PASS if reaches_venue else DROP
            order = self.watch(on_new=on_new)
            wait_until(lambda old=old: not harness.is_alive(old), 10, "the trader's death")
            was = self.system.order(order)["status"]
            self.proxy.set_rule(None)
            self.system.wait_trader_back(old, epoch)
            wanted = ENDED if reaches_venue else ("FAILED",)
            wait_for(self.system, order, f"in {wanted}", lambda row, wanted=wanted: row["status"] in wanted)
            check((self.system.venue_order(order) is not None) == reaches_venue, "it is not the venue's")
            if was == "PENDING":
                return order
        raise harness.Failure(f"{KILL_TRIES} deaths, and the order was never still PENDING")

    def pending_and_lost(self):
        return self.pending(reaches_venue=False)

    def pending_and_arrived(self):
        return self.pending(reaches_venue=True)

    def submitted(self):
        order = self.watch(on_answer=hold_answers)
        wait_for(self.system, order, "SUBMITTED", lambda row: row["status"] == "SUBMITTED")
        back = self.die()
        check(self.system.order(order)["external_id"] == "", "the venue's answer was not held back")
        back()
        return self.ended_with_fills(order)

    def working(self):
        order = self.watch(on_answer=hold_fills)
        wait_for(self.system, order, "accepted", lambda row: row["external_id"] != "")
        back = self.die()
        check(self.system.order(order)["status"] == "SUBMITTED", f"it is {self.system.order(order)}")
        back()
        return self.ended_with_fills(order)

    def partially_filled(self):
        order = self.watch(has_ticks=False)
        wait_for(self.system, order, "PARTIALLY_FILLED", lambda row: row["status"] == "PARTIALLY_FILLED")
        back = self.die()
        row = self.system.order(order)
        check(0 < row["filled_quantity"] < row["quantity"], f"it is {row}")
        back()
        return self.ended_with_fills(order)

    def pending_cancel(self):
        """The cancel is durable and does not arrive: the restart repeats it."""
        order = self.watch(on_new=far_from_the_market,
                           on_answer=lambda line: DROP if line.verb == "CANCEL" else PASS)
        wait_for(self.system, order, "accepted", lambda row: row["external_id"] != "")
        self.kill_switch()
        wait_for(self.system, order, "to be cancelled", lambda row: row["cancel_requested"])
        back = self.die("killed")
        check(self.system.venue_order(order)[0] == "WORKING", "the cancel reached the venue")
        back()
        wait_for(self.system, order, "CANCELLED", lambda row: row["status"] == "CANCELLED")
        self.release()
        return order

    def cancelled(self):
        order = self.watch(on_new=far_from_the_market)
        wait_for(self.system, order, "accepted", lambda row: row["external_id"] != "")
        self.kill_switch()
        wait_for(self.system, order, "CANCELLED", lambda row: row["status"] == "CANCELLED")
        self.die("killed")()
        self.release()
        return self.unchanged(order, "CANCELLED")

    def filled(self):
        order = self.watch()
        wait_for(self.system, order, "FILLED", lambda row: row["status"] == "FILLED")
        self.die()()
        return self.unchanged(order, "FILLED")

    def rejected(self):
        order = self.watch(on_new=lambda line, price: line.with_word(5, "DAY"))
        wait_for(self.system, order, "FAILED", lambda row: row["status"] == "FAILED")
        self.die()()
        return self.unchanged(order, "FAILED")

    def expired(self):
        order = self.watch(on_new=lambda line, price: far_from_the_market(line, price, "IOC"))
        wait_for(self.system, order, "EXPIRED", lambda row: row["status"] == "EXPIRED")
        self.die()()
        return self.unchanged(order, "EXPIRED")

    # What they need.

    def ended_with_fills(self, order):
        """Filled, unless the strategy thought better of what was left."""
        wait_for(self.system, order, "ended", lambda row: row["status"] in ("FILLED", "CANCELLED"))
        check(self.system.order(order)["filled_quantity"] > 0, "its fills are not booked")
        return order

    def unchanged(self, order, status):
        row = self.system.order(order)
        check(row["status"] == status, f"after the restart it is {row}")
        return order

    def kill_switch(self):
        done = self.system.run("kill", "--reason", "system test")
        check(done.returncode == 0, f"kill: {done.stdout}{done.stderr}")

    def release(self):
        done = self.system.release()
        check(done.returncode == 0, f"release: {done.stdout}{done.stderr}")
        self.system.wait_state("running")


STATES = ("pending_and_lost", "pending_and_arrived", "submitted", "working", "partially_filled",
          "pending_cancel", "cancelled", "filled", "rejected", "expired")


def check_order(system, proxy, order):
    """Wherever it was: nothing of it is tied up any more, and the venue saw it once at most."""
    row = system.order(order)
    check(row["status"] in ENDED, f"it is still {row}")
    check(row["reserved_cash_remaining"] == 0 and row["reserved_quantity_remaining"] == 0,
          f"it still ties up something: {row}")
    at_venue = system.venue_order(order)
    check(row["filled_quantity"] == (at_venue[1] if at_venue else 0),
          f"the ledger says {row}, the venue {at_venue}")
    check(proxy.sent.count(order) <= 1, f"it was sent {proxy.sent.count(order)} times")
    return row


def scenario(given, system, folder):
    system.start("--replay", given.trades, "--speed", "30",
                 settings=["feed.loop=true", "paper.partial_fill_pct=100", "strategy.enabled=ema_cross"])
    proxy = venue_proxy.VenueProxy(system.data)
    try:
        proxy.start_between(system)
        for state in STATES * given.rounds:
            order = getattr(Case(system, proxy), state)()
            row = check_order(system, proxy, order)
            print(f"{state}: {row['status']}, sent {proxy.sent.count(order)} times; "
                  f"verify: {system.verify(attempts=5)}", flush=True)
        check(not proxy.sent_twice(), f"sent twice: {proxy.sent_twice()}")
        check(system.duplicates() == 0, "the venue saw an order twice")
        falls = len(re.findall(r"event=child_started child=trader", system.log_text())) - 1
        print(f"{falls} deaths of the trader; orders sent {len(proxy.sent)}, none twice; "
              f"keys check: {system.keys_check()}")
        check(system.stop() == 0, "`up` did not end cleanly")
    finally:
        proxy.stop()


if __name__ == "__main__":
    GIVEN = harness.options(__doc__, rounds=(1, 1))
    sys.exit(harness.main(GIVEN, scenario))
