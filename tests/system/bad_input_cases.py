"""The cases that end at once: configuration, command line, files."""

import os
import shutil
import sqlite3

from bad_input_box import FAST_BARS, MAX_SPEED, demand, taken_port

CASES = []


def case(area, what):
    """Registers a case: a function from a Box to (message, what happens)."""
    def register(function):
        CASES.append((area, what, function))
        return function
    return register


def refused(ended, code, *parts):
    ended.expect(code, *parts)
    return ended.line_with(parts[0]), f"does not start, exit code {code}"


def config_case(what, yaml, *parts):
    @case("configuration", what)
    def check(box):
        file = box.path("bad.yaml", yaml)
        box.run("config", "check", "--config", file).expect(1, *parts)
        return refused(box.run("trader", "--config", file), 2, *parts)


config_case("misspelt setting", "redis:\n  prot: 6400\n", "redis.prot", "redis.port", "bad.yaml:2")
config_case("wrong unit", "heartbeat:\n  interval: 5 parsecs\n", "heartbeat.interval", "bad.yaml:2")
config_case("unknown choice", "feed:\n  kind: simulatd\n", "feed.kind", "simulated", "bad.yaml:2")
config_case("number out of range", "account:\n  risk_fraction: 7\n", "account.risk_fraction",
            "bad.yaml:2")
config_case("the same setting twice", "log:\n  level: info\n  level: debug\n", "level",
            "bad.yaml:3")
config_case("not YAML", "redis: [1, 2\n", "bad.yaml")


@case("configuration", "unknown BULWARK_ variable")
def unknown_variable(box):
    ended = box.run("trader", env={"BULWARK_REDIS_PROT": "1"})
    return refused(ended, 2, "BULWARK_REDIS_PROT")


@case("configuration", "config file that does not exist")
def missing_config(box):
    return refused(box.run("up", "--config", box.path("none.yaml")), 2, "none.yaml")


@case("command line", "--speed 0")
def speed_zero(box):
    return refused(box.run("up", "--speed", "0"), 2, "speed")


@case("command line", "--for nonsense")
def for_nonsense(box):
    return refused(box.run("up", "--for", "nonsense"), 2, "nonsense")


@case("command line", "data folder too deep for a socket")
def deep_folder(box):
    deep = os.path.join(box.folder, "x" * 60, "y" * 60)
    return refused(box.run("up", *FAST_BARS, data=deep), 2, "socket")


@case("recording", "file that does not exist")
def missing_replay(box):
    return refused(box.run("up", *FAST_BARS, "--replay", "nosuch.csv"), 3, "nosuch.csv")


@case("recording", "wrong CSV header")
def wrong_header(box):
    file = box.path("header.csv", "when,what\n1,2\n")
    return refused(box.run("up", *FAST_BARS, "--replay", file), 3, "header.csv:1", "timestamp")


@case("recording", "empty file")
def empty_replay(box):
    file = box.path("empty.csv", "")
    return refused(box.run("up", *FAST_BARS, "--replay", file), 3, "empty.csv")


HEADER = "timestamp,symbol,price,size,side\n"


def row(second, price="61000", symbol="BTCUSDT", size="0.1"):
    return f"2024-08-08T10:00:{second:02d}Z,{symbol},{price},{size},BUY\n"


def bad_row_case(what, bad, part):
    """The row is skipped and said; the rows around it count."""
    @case("recording", what)
    def check(box):
        good = "".join(row(second) for second in range(10, 20))
        file = box.path("rows.csv", HEADER + good + bad + row(30) + row(31))
        with box.up("--replay", file, "--speed=max") as running:
            line = running.wait_log("event=feed_bad_row")
            demand("rows.csv:12" in line, f"the line does not name the place: {line}")
            demand(part in line, f"the line does not say {part!r}: {line}")
            running.wait_log("event=feed_ended.*events=12")
            running.verify()
            running.stop()
        return line, "the row is skipped, the others count"


bad_row_case("time that goes back", "2024-08-08T09:00:00Z,BTCUSDT,61000,0.1,BUY\n", "goes back")
bad_row_case("price NaN", row(20, price="NaN"), "NaN")
bad_row_case("negative price", row(20, price="-61000"), "-61000")
bad_row_case("row cut in the middle", "2024-08-08T10:00:20Z,BTCUSDT\n", "column")
bad_row_case("size that is no number", row(20, size="much"), "much")
bad_row_case("bytes that are no text", "\x00\x01\x02,,,,\n", "rows.csv:12")


@case("recording", "symbol with characters no symbol has")
def unknown_symbol(box):
    file = box.path("rows.csv", HEADER + row(1) + row(2, symbol="$$$!") + row(3))
    return refused(box.run("up", *MAX_SPEED, "--replay", file, "--for", "4s"), 3, "$$$!")


@case("recording", "line of a megabyte")
def long_line(box):
    file = box.path("rows.csv", HEADER + row(1) + "x" * 1_000_000 + "\n" + row(3))
    ended = box.run("up", *MAX_SPEED, "--replay", file, "--for", "4s")
    return ended.line_with("rows.csv:3"), f"exit code {ended.code}"


def zstd_frame(content):
    """A zstd frame of stored blocks: this needs no library."""
    frame = b"\x28\xb5\x2f\xfd\x00\x50"  # Magic, no content size, window of 1 MB.
    pieces = [content[at:at + 65536] for at in range(0, len(content), 65536)]
    for piece in pieces:
        frame += (len(piece) << 3 | (piece is pieces[-1])).to_bytes(3, "little") + piece
    return frame


@case("recording", "truncated zstd stream")
def truncated_zstd(box):
    rows = "".join(f"2024-08-08T{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}Z,BTCUSDT,{61000 + s * 7919 % 997},"
                   f"0.{s * 104729 % 99991:05d},BUY\n" for s in range(30000))
    whole = zstd_frame((HEADER + rows).encode())
    file = box.path("cut.csv.zst", whole[:len(whole) * 2 // 3])
    with box.up("--replay", file, "--speed=max") as running:
        line = running.wait_log("event=feed_failed")
        demand("truncated" in line, line)
        running.verify()
        running.stop()
    return line, "what could be read was traded; then the feed counts as lost, no entries"


@case("ledger", "file overwritten with garbage")
def corrupt_ledger(box):
    good = box.data + "/ledger.db"
    kept = box.path("kept.db")
    shutil.copy(good, kept)
    garbage = os.urandom(8192)
    box.path("d/ledger.db", garbage)
    ended = box.run("trader", "--set", "redis.url=redis://127.0.0.1:1")
    with open(good, "rb") as file:
        demand(file.read() == garbage, "the damaged file was touched")
    shutil.copy(kept, good)
    return refused(ended, 3, "ledger.db")


@case("ledger", "a page inside the file damaged")
def damaged_page(box):
    good = box.data + "/ledger.db"
    kept = box.path("kept.db")
    with sqlite3.connect(good) as ledger:
        ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(good, kept)
    with open(good, "r+b") as file:
        file.seek(4096 * 8)
        file.write(b"\xff" * 4096)
    ended = box.run("trader", "--set", "redis.url=redis://127.0.0.1:1")
    shutil.copy(kept, good)
    return refused(ended, 3, "ledger.db")


@case("ledger", "folder of a second `up`")
def second_up(box):
    with box.up() as running:
        ended = box.run("up", *FAST_BARS)
        running.verify()
    return refused(ended, 3, "another `bulwark up` runs")


@case("ledger", "a second trader for the same account")
def second_trader(box):
    with box.up() as running:
        ended = box.run("trader")
        running.verify()
    return refused(ended, 3, "another trader")


@case("Redis", "wrong password")
def wrong_password(box):
    with box.up() as running:
        url = running.redis("CONFIG", "GET", "port").split()[-1]
        bad = f"redis://trader:wrong@127.0.0.1:{url}/0"
        ended = box.run("doctor", env={"BULWARK_REDIS_URL": bad})
        started = box.run("up", *FAST_BARS, data=box.folder + "/other", env={"BULWARK_REDIS_URL": bad})
        demand("wrong@" not in ended.text + started.text, "the password is printed")
        running.verify()
    return refused(started, 3, "WRONGPASS")


@case("Redis", "address that is none")
def bad_url(box):
    return refused(box.run("up", *FAST_BARS, "--set", "redis.url=http://localhost"), 2, "redis.url")


@case("Redis", "nobody at the address")
def nobody_there(box):
    ended = box.run("up", *FAST_BARS, env={"BULWARK_REDIS_URL": "redis://127.0.0.1:1/0"})
    return refused(ended, 3, "127.0.0.1:1")


@case("page", "port taken by another program")
def port_taken(box):
    listener, port = taken_port()
    with listener:
        ended = box.run("up", *FAST_BARS[:-2], "--port", str(port), "--for", "20s", seconds=60)
    return ended.line_with(str(port)), f"exit code {ended.code}"
