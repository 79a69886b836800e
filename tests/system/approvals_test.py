"""Orders that wait for a person: approved many times at once they are sent once, after a stop, too late or beyond a
limit not at all, and a crash between approval and sending neither doubles nor hides them."""

import concurrent.futures
import datetime
import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request

import harness
from harness import check, wait_until

SYMBOLS = tuple(f"{name}USDT" for name in
                ("BTC", "ETH", "SOL", "XRP", "ADA", "DOT", "LTC", "BCH", "UNI", "XLM", "TRX", "ETC"))
SETTINGS = ["feed.loop=true", "autonomy.mode=MANUAL_APPROVAL", "approvals.collar_pct=100", "halt.sets_kill=false",
            "risk.max_positions=20", "risk.max_order_notional=100000000", "strategy.enabled=ema_cross"]
APPROVED = "approved"


def write_recording(file, seed):
    """Waves in many symbols, so that entries are wanted again and again."""
    chance = random.Random(seed)
    prices = {symbol: 100.0 + 10 * at for at, symbol in enumerate(SYMBOLS)}
    start = datetime.datetime(2026, 1, 5, tzinfo=datetime.timezone.utc)
    with open(file, "w", encoding="ascii") as out:
        out.write("timestamp,symbol,price,size,side,trade_id,event_time,local_time\n")
        number = 0
        for step in range(2_400):
            moment = start + datetime.timedelta(milliseconds=250 * step)
            text = moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
            for at, symbol in enumerate(SYMBOLS):
                number += 1
                drift = 0.0004 if (step + 37 * at) // 60 % 2 == 0 else -0.0004
                prices[symbol] *= 1 + drift * chance.random() + chance.gauss(0, 0.0003)
                out.write(f"{text},{symbol},{prices[symbol]:.2f},1,BUY,{number},{text},{text}\n")


class Desk:
    """The people: each approval comes over HTTP from several at once, some from the command line as well."""

    def __init__(self, system):
        self.system = system
        self.url = json.loads((system.data / "run" / "api.json").read_text())["url"]

    def over_http(self, proposal, action="approve"):
        body = json.dumps({"order_id": proposal, "action": action, "reason": "test"}).encode()
        request = urllib.request.Request(f"{self.url}api/trades/approve", data=body,
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as response:
            answer = json.loads(response.read())
        return APPROVED if answer["status"] == "approved" else answer.get("message", answer["status"])

    def by_command(self, proposal):
        done = self.system.run("approve", proposal)
        return APPROVED if done.returncode == 0 else (done.stdout + done.stderr).strip()


def pending(system):
    return [row[0] for row in system.query(
        "ledger.db", "SELECT id FROM proposals WHERE state = 'PENDING' ORDER BY created_at DESC")]


def state_of(system, proposal):
    return system.query("ledger.db", "SELECT state, reason FROM proposals WHERE id = ?", proposal)[0]


def wait_pending(system, seconds=60):
    return wait_until(lambda: pending(system), seconds, "an order that waits")[0]


def wait_ended(system, proposal, seconds=20):
    def ended():
        row = state_of(system, proposal)
        return row if row[0] not in ("PENDING", "CLAIMED") else None
    return wait_until(ended, seconds, lambda: f"the end of {proposal}, which is {state_of(system, proposal)}")


def double_approvals(system, count):
    """Each proposal is approved by four at once until `count` were submitted."""
    desk = Desk(system)
    seen, submitted = set(), 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=8) as people:
        while submitted < count:
            proposal = wait_until(lambda: next(iter(p for p in pending(system) if p not in seen), None), 60,
                                  "a new order that waits")
            seen.add(proposal)
            ways = [desk.over_http, desk.over_http, desk.over_http]
            ways.append(desk.by_command if len(seen) % 5 == 0 else desk.over_http)
            answers = [job.result() for job in [people.submit(way, proposal) for way in ways]]
            state, reason = wait_ended(system, proposal)
            won = answers.count(APPROVED)
            check(won == (state == "SUBMITTED"), f"{proposal} is {state} ({reason}), the answers: {answers}")
            submitted += won
    return len(seen), submitted


def judge(system):
    """Ledger, venue and answers agree: an entry left exactly for each submitted proposal."""
    submitted = {row[0] for row in system.query("ledger.db", "SELECT id FROM proposals WHERE state = 'SUBMITTED'")}
    entries = {row[0] for row in system.query(
        "ledger.db", "SELECT DISTINCT order_id FROM order_events WHERE intent = 'OPEN_LONG'")}
    check(entries == submitted, f"entries without approval: {entries - submitted}, without order: {submitted - entries}")
    # One intent each: the first event of an order has the id of its proposal, and there is no second first one.
    twice = system.query("ledger.db", "SELECT order_id, count(*) FROM order_events WHERE intent = 'OPEN_LONG' AND "
                         "status = 'PENDING' AND cancel_requested = 0 GROUP BY order_id HAVING count(*) > 1")
    check(not twice, f"two intents of one order: {twice}")
    answers = system.query("ledger.db", "SELECT count(*), count(DISTINCT proposal_id) FROM approval_answers")[0]
    check(answers[0] == answers[1], f"{answers[0]} answers to {answers[1]} proposals")
    at_venue = {row[0] for row in system.query("paper.db", "SELECT id FROM orders WHERE side = 'BUY'")}
    check(at_venue <= submitted, f"the venue has entries that nobody approved: {at_venue - submitted}")
    check(system.duplicates() == 0, f"the venue saw {system.duplicates()} orders twice")
    return len(submitted), len(at_venue)


def refused_by_a_stop(system, stop, end, reason):
    desk = Desk(system)
    proposal = wait_pending(system)
    done = system.run(*stop)
    check(done.returncode == 0, f"{stop}: {done.stdout}{done.stderr}")
    for answer in (desk.by_command(proposal), desk.over_http(proposal)):
        check(answer != APPROVED, f"{proposal} was approved under {reason}")
    state, why = wait_ended(system, proposal)
    # A newer signal may have been faster than the stop.
    check(state == "CANCELLED", f"under {reason} it is {state} ({why})")
    check(not pending(system), f"something still waits under {reason}")
    check(why == reason or "replaced" in why or "want out" in why, f"not for {reason} but {why}")
    if why == reason:
        check(reason in answer, f"refused with {answer}, not for {reason}")
    end()
    system.wait_state("running")
    return why == reason


def refused_by_stops(system):
    def release():
        check(system.release().returncode == 0, "no release")

    def resume():
        done = system.run("resume", "--confirm", "RESUME")
        check(done.returncode == 0, f"resume: {done.stdout}{done.stderr}")

    for stop, end, reason in ((("kill", "--reason", "test"), release, "KILL_SWITCH"),
                              (("halt", "--reason", "test"), resume, "HALTED")):
        tries = 1
        while not refused_by_a_stop(system, stop, end, reason):
            tries += 1
            check(tries < 5, f"no proposal lived until {reason}")
        print(f"approved after {reason}: refused, and all that waited is cancelled", flush=True)


def refused_by_time(system):
    proposal = wait_until(lambda: system.query(
        "ledger.db", "SELECT id FROM proposals WHERE state = 'EXPIRED' LIMIT 1"), 60, "an order that expired")[0][0]
    for answer in (Desk(system).by_command(proposal), Desk(system).over_http(proposal)):
        check("EXPIRED" in answer, f"an expired order was answered with: {answer}")
    print(f"approved after its time: refused with '{answer}'", flush=True)


def refused_by_a_limit(system):
    """Two orders wait, one position is allowed: the first approval takes the place of the second."""
    desk = Desk(system)

    def both():
        rows = system.query("ledger.db", "SELECT id, instrument_id FROM proposals WHERE state = 'PENDING'")
        return rows if len({row[1] for row in rows}) > 1 else None

    for _ in range(40):
        rows = wait_until(both, 60, "orders of two symbols that wait")
        answers = [desk.over_http(row[0]) for row in rows[:2]]
        if "REJECTED: MAX_POSITIONS" in " ".join(answers):
            state, reason = state_of(system, rows[answers.index(next(a for a in answers if "MAX_POS" in a))][0])
            check(state == "REJECTED" and reason.startswith("MAX_POSITIONS"), f"it is {state} ({reason})")
            print(f"approved beyond a limit: refused with '{reason}'", flush=True)
            return
    raise harness.Failure(f"no approval met the limit; the last answers: {answers}")


def crash_between(system, trials):
    """The trader stands still, an approval is recorded, the trader dies: nothing was sent, and people are told."""
    lost = 0
    while lost < trials:
        pid, epoch = system.pid("trader"), system.state()["epoch"]
        proposal = wait_pending(system)
        wait_until(system.try_lock_ledger, 10, "the ledger between two commits")
        os.kill(pid, signal.SIGSTOP)
        if not system.try_lock_ledger() or state_of(system, proposal)[0] != "PENDING":
            os.kill(pid, signal.SIGCONT)
            continue
        approval = subprocess.Popen([system.binary, "approve", proposal, "--data", str(system.data)],
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        wait_until(lambda: state_of(system, proposal)[0] == "CLAIMED" or approval.poll() is not None, 20, "the approval")
        is_claimed = state_of(system, proposal)[0] == "CLAIMED"
        os.kill(pid, signal.SIGKILL)
        said = approval.communicate(timeout=30)[0]
        system.wait_trader_back(pid, epoch)
        if not is_claimed:
            continue
        state, reason = wait_ended(system, proposal)
        check((state, system.venue_order(proposal)) == ("CANCELLED", None), f"{proposal}: {state} ({reason}), {said}")
        check("nothing was sent" in reason, f"lost for '{reason}'")
        lost += 1
    check("APPROVED_ORDER_NOT_SENT" in alerts(system), "nobody was told")
    print(f"killed between approval and sending, {lost} times: nothing sent, told as an alert", flush=True)


def alerts(system):
    redis = system.redis()
    try:
        return " ".join(redis.call("GET", key) or "" for key in redis.call("KEYS", "ALERTS:EVENT:*"))
    finally:
        redis.close()


def crash_anywhere(system, trials, chance):
    """kill -9 some milliseconds after the approval: sent once or not at all, and known which."""
    outcomes = {}
    desk = Desk(system)
    for _ in range(trials):
        proposal = wait_pending(system)
        pid, epoch = system.pid("trader"), system.state()["epoch"]
        with concurrent.futures.ThreadPoolExecutor(max_workers=1) as people:
            answer = people.submit(desk.over_http, proposal)
            time.sleep(chance.uniform(0, 0.12))  # Where the crash falls is the chance of this test.
            os.kill(pid, signal.SIGKILL)
            answer.result()
        system.wait_trader_back(pid, epoch)
        state, _ = wait_ended(system, proposal)
        outcomes[state] = outcomes.get(state, 0) + 1
    print(f"killed around {trials} approvals: {outcomes}", flush=True)


def restart(system, given, *settings):
    if system.up is not None:
        check(system.stop() == 0, "`up` did not end cleanly")
    system.start("--replay", str(given.recording), "--speed", "4", settings=[*SETTINGS, *settings])


def scenario(given, system, folder):
    given.recording = folder / "many.csv"
    write_recording(given.recording, given.seed)
    restart(system, given)
    seen, submitted = double_approvals(system, given.approvals)
    print(f"{submitted} orders approved four times at once each ({seen} tried): one order each", flush=True)
    refused_by_stops(system)
    crash_between(system, given.crashes)
    crash_anywhere(system, given.crashes, random.Random(given.seed))
    print("orders approved, at the venue: {}, {}".format(*judge(system)))
    restart(system, given, "approvals.expiry=1s", "risk.max_positions=1")
    refused_by_time(system)
    restart(system, given, "risk.max_positions=1")
    refused_by_a_limit(system)
    judge(system)
    print(f"verify: {system.verify(attempts=5)}")
    print(f"keys check: {system.keys_check()}")


if __name__ == "__main__":
    GIVEN = harness.options(__doc__, approvals=(10, 300), crashes=(1, 9))
    sys.exit(harness.main(GIVEN, scenario))
