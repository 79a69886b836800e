#!/usr/bin/env python3
"""Goal: bad input gets a message that names the place, and never costs an order, a fill or a stop.

Method: the real binary on a data folder with real trades, once per kind of bad input. The message and
exit code are checked by the case; afterwards all rows that were in the ledger must still be there.

    bad_input_test.py --bulwark BINARY [--only WORD] [--write-docs docs/bad-input.md]
"""

import argparse
import os
import re
import sys
import time
import traceback

import bad_input_live
from bad_input_box import Season, Wrong, demand_nothing_lost
from bad_input_cases import CASES

HEAD = """# Bad input

What the program says and does when its input is bad, from a real run of
`tests/system/bad_input_test.py --write-docs docs/bad-input.md`. After every row all order events,
fills and switch turns that the ledger held before were compared and found unchanged; wherever the
trader ran, `bulwark ledger verify` found ledger, Redis and venue equal to the last digit.

| input | kind of bad input | message | what happens |
| --- | --- | --- | --- |
"""


def tidy(message, folder):
    """The message without what differs from run to run."""
    text = re.sub(r"^ts=\S+ ", "", message)
    text = re.sub(re.escape(folder) + r"(/[a-z0-9-]+)?/", "", text)
    text = re.sub(r"127\.0\.0\.1:\d{4,5}", "127.0.0.1:PORT", text)
    text = re.sub(r"process \d+", "process N", text)
    text = re.sub(r'"timestamp": "[^"]+"', '"timestamp": "..."', text)
    text = text if len(text) <= 300 else text[:297] + "..."
    return text.replace("|", "\\|").replace("`", "'")


def run_case(season, number, case):
    area, what, function = case
    box = season.copy(f"c{number}")
    before = box.rows()
    message, happens = function(box)
    demand_nothing_lost(before, box.rows())
    return f"| {area} | {what} | `{tidy(message, season.folder)}` | {happens} |\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bulwark", required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--write-docs")
    given = parser.parse_args()
    cases = [c for c in CASES + bad_input_live.CASES if given.only in f"{c[0]}: {c[1]}"]
    season = Season(os.path.abspath(given.bulwark))
    lines = []
    failures = 0
    try:
        for number, case in enumerate(cases):
            started = time.monotonic()
            try:
                lines.append(run_case(season, number, case))
                verdict = "ok  "
            except Exception as problem:  # One broken case must not hide the others.
                failures += 1
                verdict = "FAIL"
                if not isinstance(problem, Wrong):
                    traceback.print_exc()
                print(f"     {problem}")
            spent = time.monotonic() - started
            print(f"{verdict} {case[0]}: {case[1]} ({spent:.1f} s)", flush=True)
    finally:
        season.close()
    print(f"{len(cases)} kinds of bad input, {failures} failed")
    if given.write_docs and failures == 0:
        with open(given.write_docs, "w", encoding="utf-8") as file:
            file.write(HEAD + "".join(lines))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
