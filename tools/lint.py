#!/usr/bin/env python3
"""Runs clang-tidy-19 on what changed, the folders that handle money first, within a budget of time.

Changed is what differs from the merge base with origin/main; on main itself (nothing differs) from
20 commits ago. A changed header counts for the .cc files beside it. What the budget did not reach is
listed, so that nobody takes it for checked. tools/lint_debt.txt names the files that have findings
or were never checked: they are passed over, and the list may only shrink.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import time

DEBT = pathlib.Path("tools/lint_debt.txt")
MONEY_FIRST = ("risk", "oms", "engine", "ledger", "venue", "trader", "stateplane", "contract")
COMMITS_BACK = 20
# In tests these two see the macros of GoogleTest, not the test: ASSERT_TRUE(x) guards an optional in
# a way that clang-tidy does not follow, and every EXPECT counts as nesting.
TESTS = ("_test", "_fuzz", "_bench", "_testing")
NOT_FOR_TESTS = "-bugprone-unchecked-optional-access,-readability-function-size"
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def git(*arguments):
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def base_commit():
    merge_base = git("merge-base", "origin/main", "HEAD")
    if merge_base and merge_base != git("rev-parse", "HEAD"):
        return merge_base
    return git("rev-parse", "--verify", "-q", f"HEAD~{COMMITS_BACK}") or EMPTY_TREE


def changed(base):
    """Paths that differ from `base`, uncommitted ones included."""
    names = (git("diff", "--name-only", "--diff-filter=d", base) or "").split("\n")
    untracked = (git("ls-files", "--others", "--exclude-standard") or "").split("\n")
    return {pathlib.PurePath(name) for name in [*names, *untracked] if name}


def select(changes, sources):
    """The sources to check, most important first."""
    headers = {path.parent / path.stem for path in changes if path.suffix == ".h"}

    def is_meant(source):
        stem = source.stem.removesuffix("_test").removesuffix("_fuzz")
        return source in changes or source.parent / stem in headers

    def rank(source):
        folder = source.parts[1] if len(source.parts) > 2 else ""
        is_test = source.stem.endswith(TESTS)
        order = MONEY_FIRST.index(folder) if folder in MONEY_FIRST else len(MONEY_FIRST)
        return is_test, order, str(source)

    return sorted(filter(is_meant, sources), key=rank)


def known_sources(build):
    """The files this build compiles, relative to the working folder."""
    entries = json.loads((build / "compile_commands.json").read_text())
    here = pathlib.Path.cwd()
    files = {pathlib.Path(entry["file"]) for entry in entries}
    own = {path.relative_to(here) for path in files if path.is_relative_to(here)}
    return {pathlib.PurePath(path) for path in own if path.parts[0] != "build"}


def tidy(build, source, deadline):
    """(source, None when there was no time, else (is clean, output))"""
    if time.monotonic() > deadline:
        return source, None
    # The database is g++'s: clang does not know all of its warnings.
    command = ["clang-tidy-19", "--quiet", "--extra-arg=-Wno-unknown-warning-option",
               "-p", str(build), str(source)]
    if source.stem.endswith(TESTS):
        command.append(f"--checks={NOT_FOR_TESTS}")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return source, (done.returncode == 0, done.stdout if done.stdout else done.stderr)


def debt():
    """The files that are passed over; one that is gone is an error, so that the list stays true."""
    lines = DEBT.read_text().splitlines() if DEBT.exists() else []
    names = {pathlib.PurePath(line) for line in lines if line and not line.startswith("#")}
    gone = sorted(str(name) for name in names if not pathlib.Path(name).exists())
    if gone:
        sys.exit(f"lint: {DEBT} names files that do not exist: {', '.join(gone)}")
    return names


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/debug"))
    parser.add_argument("--base", help="commit to compare with")
    parser.add_argument("--all", action="store_true", help="every file, changed or not")
    parser.add_argument("--seconds", type=float, default=600, help="start no file after this")
    options = parser.parse_args()
    sources = known_sources(options.build)
    changes = sources if options.all else changed(options.base or base_commit())
    owed = debt()
    chosen = [name for name in select(changes, sources) if options.all or name not in owed]
    deadline = time.monotonic() + options.seconds
    failed, skipped = [], []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for source, result in pool.map(lambda name: tidy(options.build, name, deadline), chosen):
            if result is None:
                skipped.append(source)
            elif not result[0]:
                failed.append(source)
                print(result[1].strip(), flush=True)
    for source in skipped:
        print(f"lint: not reached in {options.seconds:.0f} s: {source}")
    checked = len(chosen) - len(skipped)
    print(f"lint: {checked} of {len(chosen)} changed files checked, {len(failed)} with findings, "
          f"{len(sources)} files in all, {len(owed)} of them owed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
