"""The weeks in which a calendar goes wrong, lived by the real binary under libfaketime, counted once more by hand.

The clocks go back, Thanksgiving, and the nights from 2026-12-06 on: at each moment the system trades shares until no
day trade is left. Then the fills of its ledger are counted by the rule, in this file and with nothing of the program,
and held against `risk status`, risk:pdt:trades and what a purchase would be told.
"""

import collections
import datetime
import json
import os
import shutil
import sys
import time
import zoneinfo

import day_trades_test
import harness
from harness import check, wait_until

LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
CLOSED = {datetime.date(2026, 11, 26), datetime.date(2026, 12, 25), datetime.date(2027, 1, 1)}
LIMIT = 2
# In New York. Days on which nothing is traded are asked about too.
WEEKS = {
    "clocks": ("2026-10-30 15:00", "2026-10-30 20:30", "2026-11-01 20:30", "2026-11-02 19:30", "2026-11-06 12:00",
               "2026-11-09 12:00"),
    "thanksgiving": ("2026-11-20 15:00", "2026-11-25 10:00", "2026-11-26 12:00", "2026-11-27 12:30",
                     "2026-11-30 10:00", "2026-12-01 10:00", "2026-12-02 10:00", "2026-12-03 10:00"),
    "night": ("2026-12-04 10:00", "2026-12-06 21:30", "2026-12-07 19:59", "2026-12-07 20:01", "2026-12-08 03:00",
              "2026-12-11 10:00", "2026-12-14 10:00"),
}
SMALL = {"night": ("2026-12-06 21:30", "2026-12-14 10:00")}


def is_session(day):
    return day.weekday() < 5 and day not in CLOSED


def next_session(day):
    while not is_session(day):
        day += datetime.timedelta(days=1)
    return day


def trade_date(moment):
    local = moment.astimezone(NEW_YORK)
    return next_session(local.date() + datetime.timedelta(days=1 if local.hour >= 20 else 0))


def window_of(moment):
    """The last session that has begun and the four before it."""
    last = trade_date(moment)
    begins = datetime.datetime.combine(last - datetime.timedelta(days=1), datetime.time(20), NEW_YORK)
    days = []
    day = last if moment >= begins else last - datetime.timedelta(days=1)
    while len(days) < 5:
        if is_session(day):
            days.append(day)
        day -= datetime.timedelta(days=1)
    return days


def count_day(held, transactions):
    """(strict count, held after): what was opened on the day is closed first, the newest first."""
    lots, overnight = [], held
    changes, is_opening, opened, closed = 0, False, set(), set()
    for order, quantity in transactions:
        while quantity and lots and lots[-1][1] * quantity < 0:
            taken = min(abs(quantity), abs(lots[-1][1]))
            sign = 1 if quantity > 0 else -1
            opened.add(lots[-1][0])
            closed.add(order)
            changes += is_opening
            is_opening = False
            lots[-1][1] += sign * taken
            quantity -= sign * taken
            if not lots[-1][1]:
                lots.pop()
        if quantity and overnight * quantity < 0:
            taken = min(abs(quantity), abs(overnight))
            sign = 1 if quantity > 0 else -1
            overnight += sign * taken
            quantity -= sign * taken
        if quantity:
            lots.append([order, quantity])
            is_opening = True
    return max(changes, len(opened), len(closed)), overnight + sum(lot[1] for lot in lots)


def count_by(fills, day_of, window):
    days = collections.defaultdict(dict)
    for moment, order, quantity in fills:
        orders = days[day_of(moment)]
        orders[order] = orders.get(order, 0) + quantity
    held, total = 0, 0
    for day in sorted(days):
        count, held = count_day(held, list(days[day].items()))
        last = max(trade_date(moment) for moment, _, _ in fills if day_of(moment) == day)
        total += count if last >= window[-1] else 0
    return total


def counted_by_hand(system, moment):
    rows = system.query("ledger.db", "SELECT i.symbol, f.at, f.order_id, f.side, f.quantity FROM fills f "
                        "JOIN instruments i ON i.id = f.instrument_id ORDER BY f.at, f.sequence")
    by_symbol = collections.defaultdict(list)
    for symbol, at, order, side, quantity in rows:
        told = datetime.datetime.fromtimestamp(at / 1e9, datetime.timezone.utc)
        by_symbol[symbol].append((told, order, quantity if side == "BUY" else -quantity))
    window = window_of(moment)
    return sum(max(count_by(fills, trade_date, window),
                   count_by(fills, lambda at: at.astimezone(NEW_YORK).date(), window))
               for fills in by_symbol.values())


def set_clock(wall):
    """Everything that is started from now on lives at that time in New York."""
    moment = datetime.datetime.fromisoformat(wall).replace(tzinfo=NEW_YORK)
    os.environ.update(LD_PRELOAD=LIBRARY, FAKETIME=f"{moment.timestamp() - time.time():+.0f}",
                      FAKETIME_DONT_FAKE_MONOTONIC="1")
    return moment


def reset_clock():
    for name in ("LD_PRELOAD", "FAKETIME", "FAKETIME_DONT_FAKE_MONOTONIC"):
        os.environ.pop(name, None)


def live(system, recording, seconds):
    """Trades until nothing may be bought, or for a while; ends when nothing is open."""
    system.start("--replay", str(recording), "--speed", "60",
                 settings=["feed.loop=true", f"daytrade.max_trades={LIMIT}", "breakers.dead_man=0s"])
    deadline = time.monotonic() + seconds
    def is_done():
        status = day_trades_test.risk(system, "status")[1]
        is_full = status["used"] >= LIMIT or time.monotonic() > deadline
        return is_full and not status["opened_today"]
    wait_until(is_done, seconds + 60, "an end of what is open")


def ask(system, moment):
    code, asked = day_trades_test.risk(system, "what-if", "NVDA", "BUY", "1")
    status = day_trades_test.risk(system, "status")[1]
    by_hand = counted_by_hand(system, moment)
    window = window_of(moment)
    check(status["used"] == by_hand, f"{moment}: counts {status['used']}, by hand it is {by_hand}")
    check((status["window_from"], status["window_to"]) == (window[-1].isoformat(), window[0].isoformat()),
          f"{moment}: window {status['window_from']} to {status['window_to']}, by hand {window}")
    denial = (asked["denial"] or {}).get("code")
    check((denial == "DAY_TRADE_LIMIT") == (by_hand + status["reserved"] >= LIMIT), f"{moment}: {asked}")
    check((code == 0) == (denial is None), f"{moment}: code {code} and {denial}")
    members = day_trades_test.shown(system)
    in_window = [score for score in members.values() if score >= window[-1].toordinal()]
    check(len(in_window) >= by_hand, f"{moment}: {len(in_window)} members, by hand {by_hand}")
    print(f"{moment:%a %Y-%m-%d %H:%M} window {window[-1]}..{window[0]} used {by_hand} members {len(in_window)} "
          f"entry {denial or 'passes'}", flush=True)


def live_week(system, recording, name, moments, seconds):
    print(f"{name}:")
    for wall in moments:
        moment = set_clock(wall)
        try:
            live(system, recording, seconds)
            ask(system, moment)
            check(system.stop() == 0, "`up` did not end cleanly")
        finally:
            reset_clock()


def keep_redis_out(folder):
    """Its allocator and libfaketime do not agree; it has no use for dates either."""
    real = shutil.which("redis-server")
    wrapper = folder / "bin" / "redis-server"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\nunset LD_PRELOAD\nexec {real} "$@"\n')
    wrapper.chmod(0o755)
    os.environ["PATH"] = f"{wrapper.parent}:{os.environ['PATH']}"


def scenario(given, system, folder):
    keep_redis_out(folder)
    recording = folder / "shares.csv"
    harness.write_trades(recording, symbols=day_trades_test.SYMBOLS)
    weeks = WEEKS if given.full else SMALL
    for name, moments in weeks.items():
        box = system if len(weeks) == 1 else harness.System(system.binary, folder / name)
        try:
            live_week(box, recording, name, moments, given.seconds)
        finally:
            if box is not system:
                box.destroy()


if __name__ == "__main__":
    if not os.path.exists(LIBRARY):
        sys.exit(f"{LIBRARY} is missing: scripts/setup installs it")
    GIVEN = harness.options(__doc__, seconds=(6, 20))
    sys.exit(harness.main(GIVEN, scenario))
