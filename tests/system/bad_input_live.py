"""The cases that need everything running: foreign words in Redis, at the page and at the venue."""

import base64
import os
import re
import socket
import sqlite3
import urllib.error
import urllib.request

from bad_input_box import demand, until

CASES = []


def case(area, what):
    def register(function):
        CASES.append((area, what, function))
        return function
    return register


def transactions_go_on(running):
    """The publisher writes: the heartbeat moves."""
    old = running.redis("GET", "SYSTEM:HEARTBEAT")
    until(lambda: running.redis("GET", "SYSTEM:HEARTBEAT") != old, 10, "the heartbeat moves")


@case("Redis", "corrupt `oms:portfolio` at the start of the trader")
def corrupt_portfolio(box):
    with box.up("--set", "account.initial_cash=777777") as running:
        running.redis("SET", "oms:portfolio", '{"cash": 5000000, "positions"')
        kill_child(running, "trader")
        until(lambda: running.log().count("event=trader_started") == 2, 20, "the trader is back")
        until(lambda: '"positions"' in running.redis("GET", "oms:portfolio")
              and "5000000" not in running.redis("GET", "oms:portfolio"), 10, "it is rewritten")
        line = running.wait_log("event=books_recovered")
        demand("fills=0" not in line, f"the books were not recovered: {line}")
        running.verify()
    return line, "rewritten from the ledger; fresh cash is never put in its place"


def kill_child(running, child):
    """SIGKILL to one role of this very `up`; the supervisor starts it again."""
    line = next(x for x in running.log().splitlines()
                if "event=child_started" in x and f"child={child}" in x)
    os.kill(int(re.search(r"pid=(\d+)", line).group(1)), 9)


STOP_KEYS = ("SYSTEM:HALT", "risk:kill_switch")


def foreign_type_case(key, expected_type):
    @case("Redis", f"foreign type at `{key}`")
    def check(box):
        with box.up() as running:
            running.redis("DEL", key)
            kind = "HSET" if expected_type != "hash" else "RPUSH"
            words = [kind, key, "field", "value"] if kind == "HSET" else [kind, key, "value"]
            running.redis(*words)
            until(lambda: running.redis("TYPE", key) in (expected_type, "none"), 60,
                  f"{key} is of type {expected_type} again, it is {running.redis('TYPE', key)}")
            transactions_go_on(running)
            running.verify()
            log = running.log()
        found = [x for x in log.splitlines() if "redis_write_failed" in x or "switch_key_wrong" in x]
        return (found[0] if found else "(none: the next write replaces it)"), (
            "taken for a stop, and rewritten" if key in STOP_KEYS else "rewritten")


for name, its_type in (("oms:portfolio", "string"), ("SYSTEM:HALT", "string"),
                       ("risk:kill_switch", "string"), ("VIEW:ORDERS", "string"),
                       ("oms:orders:open", "set")):
    foreign_type_case(name, its_type)


@case("Redis", "`SYSTEM:HALT` set to `banana`")
def banana(box):
    with box.up() as running:
        running.redis("SET", "SYSTEM:HALT", "banana")
        line = running.wait_log("event=switch_key_wrong.*halt")
        until(lambda: running.redis("GET", "SYSTEM:HALT") == "true", 5, "it is taken for a halt")
        until(lambda: '"state": "halted"' in running.redis("GET", "SYSTEM:STATE"), 20, "halted")
        running.verify()
    return line, "no word of the contract, but somebody wanted something: halted until resumed"


@case("Redis", "`risk:kill_switch` deleted while killed")
def kill_deleted(box):
    with box.up() as running:
        box.run("kill", "--reason", "drill").expect(0)
        running.redis("DEL", "risk:kill_switch")
        line = running.wait_log("event=switch_key_wrong")
        until(lambda: running.redis("GET", "risk:kill_switch") == "active", 5, "restored")
        running.verify()
    return line, "restored from the ledger; the gate stays closed"


@case("Redis", "FLUSHALL while killed")
def flushed(box):
    with box.up() as running:
        box.run("kill", "--reason", "drill").expect(0)
        running.redis("FLUSHALL")
        until(lambda: running.redis("GET", "risk:kill_switch") == "active", 10, "kill restored")
        line = running.wait_log("event=switch_key_wrong")
        until(lambda: "total" in running.redis("GET", "SYSTEM:STATE")
              or "epoch" in running.redis("GET", "SYSTEM:STATE"), 10, "the state is shown again")
        kill_child(running, "trader")
        until(lambda: running.log().count("event=trader_started") == 2, 20, "the trader is back")
        running.verify()
        demand(running.redis("GET", "risk:kill_switch") == "active", "still killed")
    return line, "the stop is restored at once, the rest as it changes, all of it at a new connection"


@case("ledger", "file locked by another program")
def locked_ledger(box):
    with box.up() as running:
        lock = sqlite3.connect(box.data + "/ledger.db", isolation_level=None, timeout=20)
        lock.execute("BEGIN IMMEDIATE")
        try:
            line = running.wait_log("event=ledger_commit_failed", 60)
        finally:
            lock.execute("ROLLBACK")
            lock.close()
        running.wait_log("event=ledger_back", 20)
        running.verify()
    return line, "no entries meanwhile; what waited is journaled when the lock is gone"


@case("venue", "`paper.db` missing while the ledger has fills")
def lost_venue(box):
    os.remove(box.data + "/paper.db")
    with box.up() as running:
        until(lambda: "reduce_only" in running.redis("GET", "SYSTEM:STATE"), 10, "entries are off")
        fills = len(box.rows()["fills"])
        running.wait_log("event=trader_started")
        ended = box.run("ledger", "verify").expect(1, "venue: fill")
        demand(len(box.rows()["fills"]) == fills, "it traded against a venue with other books")
    return ended.line_with("venue: cash"), "entries are off until the books agree; " + \
        f"`ledger verify` exits {ended.code} and names the difference"


def http(running, method, path, body=None, headers=None):
    request = urllib.request.Request(f"http://127.0.0.1:{running.page_port()}{path}", data=body,
                                     method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")


@case("page", "halt command that is not JSON")
def bad_json(box):
    with box.up() as running:
        status, body = http(running, "POST", "/api/halt", b"{halt", json_type())
        demand(status == 400, f"status {status}: {body}")
        demand(running.redis("GET", "SYSTEM:HALT") != "true", "it halted")
        running.verify()
    return body, f"refused with {status}; nothing is stopped"


@case("page", "body of 8 MB")
def huge_body(box):
    with box.up() as running:
        try:
            status, body = http(running, "POST", "/api/halt", b"x" * 8_000_000, json_type())
        except OSError:  # The server may close before it has read it all.
            status, body = 0, "(connection closed)"
        demand(status in (0, 400, 413), f"status {status}: {body}")
        until(lambda: http(running, "GET", "/health")[0] == 200, 10, "/health says ok")
        running.verify()
    return body, f"refused with {status}" if status else "the connection is closed unread"


def json_type():
    return {"Content-Type": "application/json"}


@case("page", "WebSocket frame with reserved bits")
def bad_frame(box):
    with box.up() as running:
        port = running.page_port()
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            key = base64.b64encode(os.urandom(16)).decode()
            client.sendall((f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
                            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                            f"Sec-WebSocket-Key: {key}\r\n\r\n").encode())
            demand(b"101" in client.recv(4096), "no upgrade")
            client.sendall(b"\xff\xff" + os.urandom(200))
            try:
                while client.recv(65536):
                    pass
            except ConnectionResetError:
                pass
        until(lambda: http(running, "GET", "/health")[0] == 200, 10, "/health says ok")
        running.verify()
    return "(the connection is closed)", "the other clients and the trader do not notice"


@case("venue", "garbage line on the venue's socket")
def venue_garbage(box):
    with box.up() as running:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(10)
            client.connect(box.data + "/run/venue.sock")
            client.sendall(b"BUY EVERYTHING NOW\n")
            answer = b""
            while not answer.endswith(b"\n"):
                piece = client.recv(4096)
                demand(piece, f"closed without a word: {answer}")
                answer += piece
        transactions_go_on(running)
        running.verify()
    return answer.decode().strip(), "the session ends; the trader's own goes on"


@case("venue", "endless line on the venue's socket")
def venue_endless(box):
    with box.up() as running:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(10)
            client.connect(box.data + "/run/venue.sock")
            answer = b""
            try:
                client.sendall(b"x" * 1_000_000)
                answer = client.recv(4096)
            except (BrokenPipeError, ConnectionResetError):
                pass
        transactions_go_on(running)
        running.verify()
    return answer.decode().strip() or "(the connection is closed)", "the session ends"


@case("ledger", "a folder in the place of the file")
def folder_for_ledger(box):
    place = box.data + "/ledger.db"
    os.rename(place, box.path("kept.db"))
    os.mkdir(place)
    ended = box.run("trader", "--set", "redis.url=redis://127.0.0.1:1")
    os.rmdir(place)
    os.rename(box.path("kept.db"), place)
    ended.expect(3, "ledger.db")
    return ended.line_with("ledger.db"), f"does not start, exit code {ended.code}"
