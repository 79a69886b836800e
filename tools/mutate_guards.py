#!/usr/bin/env python3
"""Proves that the tests of the guards notice faults: builds each guard with one small fault, runs its tests.

Usage:   tools/mutate_guards.py [--only TEXT] [--write]     by hand; not part of .ci/run
Needs:   the release build of risk_test, breakers_test and daytrade_test.
Does:    compiles a copy of the file with the fault (tools/guard_mutants.py), links the tests with it in the
         place of the true one, and runs them. The sources are never touched.
Output:  a table; --write puts it into docs/proofs.md. Ends with 1 when a fault went unnoticed.
"""

import argparse
import collections
import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from guard_mutants import MUTANTS  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"
PAGE = ROOT / "docs" / "proofs.md"
BEGIN, END = "<!-- mutants: begin -->", "<!-- mutants: end -->"
TIMEOUT = 300.0
TESTS = {"risk": "risk_test", "daytrade": "daytrade_test", "breakers": "breakers_test"}

Mutant = collections.namedtuple("Mutant", "file name old new")
Result = collections.namedtuple("Result", "mutant killed_by test")


def all_mutants():
    return [Mutant(*row) for row in MUTANTS]


def problems(mutants, root=ROOT):
    """What does not fit between the mutants and the sources, and between the mutants and the gate."""
    found = []
    for mutant in mutants:
        path = root / mutant.file
        count = path.read_text().count(mutant.old) if path.exists() else 0
        if count != 1:
            found.append(f"{mutant.file}: {mutant.old!r} stands there {count} times")
        if mutant.old == mutant.new:
            found.append(f"{mutant.file}: {mutant.name!r} changes nothing")
    files = {mutant.file for mutant in mutants}
    for name, file in guards_of(root / "src" / "risk").items():
        if file is None or str(file.relative_to(root)) not in files:
            found.append(f"{name}: no mutant of the file that it is in")
    return found


def guards_of(folder):
    """The guards that the gate makes, each with the file of its Check()."""
    text = (folder / "gate.cc").read_text()
    made = re.search(r"guards_\((.*?)\) \{\}", text, re.S).group(1)
    names = {name for name in re.findall(r"\b([A-Z]\w*Guard)\(", made)}
    where = {}
    for file in folder.glob("*.cc"):
        for name in re.findall(r"Verdict (\w+)::Check\(", file.read_text()):
            where[name] = file
    return {name: where.get(name) for name in sorted(names)}


def compile_command(source, mutated, target):
    rows = json.loads((BUILD / "compile_commands.json").read_text())
    row = next(row for row in rows if pathlib.Path(row["directory"], row["file"]).resolve() == source)
    words = shlex.split(row["command"])
    command = [str(mutated) if pathlib.Path(row["directory"], word).resolve() == source else word
               for word in words]
    command[command.index("-o") + 1] = str(target)
    return command


def link_command(test, extra, target):
    lines = subprocess.run(["ninja", "-C", BUILD, "-t", "commands", test], check=True, text=True,
                           capture_output=True).stdout.splitlines()
    line = next(line for line in reversed(lines) if f"-o {test} " in line)
    words = shlex.split(next(part for part in line.split("&&") if " -o " in part))
    at = words.index("-o")
    words[at + 1] = str(target)
    # Before the libraries: a name that is known already is not looked for in them.
    return [*words[:at], str(extra), *words[at:]]


def run(command, cwd=BUILD):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=TIMEOUT, check=False)


def failed_test(program):
    """The first test that fails; empty when none does."""
    try:
        answer = run([str(program), "--gtest_brief=1", "--gtest_fail_fast"], cwd=ROOT)
    except subprocess.TimeoutExpired:
        return "(no end)"
    if answer.returncode == 0:
        return ""
    name = re.search(r"\[  FAILED  \] ([\w/.]+)", answer.stdout)
    return name.group(1) if name else "(the program died)"


def attempt(mutant, folder):
    source = ROOT / mutant.file
    mutated = folder / source.name
    mutated.write_text(source.read_text().replace(mutant.old, mutant.new))
    made = folder / "mutant.o"
    # A fault may leave a name unused; that is no matter here, and neither is speed.
    built = run([*compile_command(source, mutated, made), "-w", "-O0", "-g0"])
    if built.returncode != 0:
        raise RuntimeError(f"{mutant.file}, {mutant.name!r} does not compile:\n{built.stderr}")
    test = TESTS[source.parent.name]
    linked = run(link_command(test, made, folder / test))
    if linked.returncode != 0:
        raise RuntimeError(f"{mutant.file}, {mutant.name!r} does not link:\n{linked.stderr}")
    killer = failed_test(folder / test)
    return Result(mutant, test if killer else None, killer or None)


def table(results):
    killed = sum(result.killed_by is not None for result in results)
    yield f"{killed} of {len(results)} noticed."
    yield ""
    yield "| file | fault | noticed by |"
    yield "| --- | --- | --- |"
    for result in results:
        by = f"`{result.test}`" if result.killed_by else "**nobody**"
        yield f"| `{result.mutant.file}` | {result.mutant.name} | {by} |"


def write_page(lines):
    text = PAGE.read_text()
    head, rest = text.split(BEGIN)
    tail = rest.split(END)[1]
    PAGE.write_text(f"{head}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{tail}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="files or faults with this text in them")
    parser.add_argument("--write", action="store_true", help="put the table into docs/proofs.md")
    options = parser.parse_args()
    mutants = all_mutants()
    for problem in (found := problems(mutants)):
        print(f"mutate_guards: {problem}", file=sys.stderr)
    if found:
        return 1
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for mutant in mutants:
            if options.only in mutant.file or options.only in mutant.name:
                results.append(attempt(mutant, pathlib.Path(folder)))
                print(f"{mutant.file}: {mutant.name}: {results[-1].test or 'NOBODY'}", flush=True)
    lines = list(table(results))
    if options.write and not options.only:
        write_page(lines)
    print("\n".join(lines))
    return 0 if all(result.killed_by for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
