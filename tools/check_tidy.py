#!/usr/bin/env python3
"""Fail when the repository collects dust: promises for later, long lines, dead or oversized files.

File lengths are a ratchet: tools/long_files.txt names the files that are over the limit with the
lines they may have. An entry may shrink or go, never grow or come.
"""
import pathlib
import re
import subprocess
import sys

import repo

COLUMNS_MAX = 100
BLOB_BYTES_MAX = 1 << 20
LINES_MAX, TEST_LINES_MAX = 500, 600
RATCHET = "tools/long_files.txt"
CHANGELOG_SECTIONS = ("Safety", "Features", "Fixes", "Internals")
CPP = {".h", ".cc"}
COUNTED = CPP | {".py", ".ts", ".tsx", ".mjs", ".css"}
EXTENSIONS = CPP | {
    "", ".cmake", ".css", ".csv", ".html", ".json", ".jsonl", ".md", ".mjs", ".png", ".py", ".scn", ".sh",
    ".sql", ".svg", ".ts", ".tsx", ".txt", ".webmanifest", ".yaml", ".yml", ".zst"}
BINARY = {".png", ".zst"}
# Fuzzer inputs are bytes, not files that a person edits.
RAW_FOLDERS = ("fuzz/corpus",)
# This file and its test have to spell the words they ban.
SPELLS_BANNED_WORDS = {"tools/check_tidy.py", "tools/tests/test_check_tidy.py"}
BANNED = {
    r"\bTODO\b(?!\(#\d+\))": "write TODO(#issue), or do it",
    r"\b(FIXME|XXX|HACK|DO NOT SUBMIT)\b": "do it, or write TODO(#issue)",
    r"\bDISABLED_\w": "a test that does not run is not a test",
    r"\bNOLINT(NEXTLINE|BEGIN)?(?!\([\w.,\- ]+\)|END|NEXTLINE|BEGIN)": "name the check: NOLINT(check)",
    r"\busing namespace std\b": "write std::",
    r"\bstd::endl\b": "write '\\n'",
    r"^(<<<<<<<|>>>>>>>) ": "a merge was not finished",
}


def is_raw(name):
    return str(name).startswith(RAW_FOLDERS)


def is_table(text):
    """For each line, whether its layout is the text itself: a hand-made table or a raw string."""
    off = raw = False
    for line in text.split("\n"):
        off = (off or "clang-format off" in line) and "clang-format on" not in line
        opens = re.search(r'R"(\w*)\((?!.*\)\1")', line)
        yield off or raw
        raw = (raw or bool(opens)) and not (raw and re.search(r'\)\w*"', line))


def check_text(name, text):
    tables = is_table(text)
    banned = {} if str(name) in SPELLS_BANNED_WORDS else BANNED
    for number, line in enumerate(text.split("\n"), 1):
        for pattern, advice in banned.items():
            match = re.search(pattern, line)
            if match:
                yield f"{name}:{number}: error: \"{match.group().strip()}\": {advice}"
        if not next(tables) and name.suffix in CPP and len(line) > COLUMNS_MAX:
            yield f"{name}:{number}: error: {len(line)} columns, at most {COLUMNS_MAX}"
        if line.endswith((" ", "\t", "\r")):
            yield f"{name}:{number}: error: blank at the end of the line"
    if text and not text.endswith("\n"):
        yield f"{name}:{text.count(chr(10)) + 1}: error: no newline at the end of the file"


def check_file(root, name):
    path = root / name
    if path.is_symlink():
        return
    size = path.stat().st_size
    if size > BLOB_BYTES_MAX:
        yield f"{name}:1: error: {size} bytes, at most {BLOB_BYTES_MAX}"
    if is_raw(name):
        return
    if name.suffix not in EXTENSIONS:
        yield f"{name}:1: error: files of kind \"{name.suffix}\" are not expected here"
    head = path.read_bytes()[:2]
    if (path.stat().st_mode & 0o111 != 0) != (head == b"#!"):
        yield f"{name}:1: error: \"#!\" and the executable bit go together"
    if name.suffix in BINARY or name.name == "package-lock.json":
        return
    try:
        yield from check_text(name, path.read_text())
    except UnicodeDecodeError:
        yield f"{name}:1: error: not UTF-8"


def read_listing(path):
    """A CMakeLists.txt without comments and with its own set() variables put in."""
    text = re.sub(r"#.*", "", path.read_text())
    for variable, value in re.findall(r"\bset\((\w+)\s+([^)]*)\)", text):
        text = text.replace(f"${{{variable}}}", value.strip())
    return text


def is_listed(name, listing):
    words = (word.removeprefix("${CMAKE_CURRENT_SOURCE_DIR}/")
             for word in re.split(r'[\s()"]+', listing) if word.endswith(name.suffix))
    return any(name.match(word) and len(pathlib.PurePath(word).parts) == len(name.parts)
               for word in words)


def check_dead(root, names):
    """Every C++ file is named by a CMakeLists.txt in its folder or above (or matched by a GLOB).

    A header outside src is in no library: it lives when something includes it. So does one in src
    that only tests include.
    """
    listings = {name.parent: read_listing(root / name)
                for name in names if name.name == "CMakeLists.txt"}
    sources = [name for name in names if name.suffix in CPP and not is_raw(name)]
    includers = {}
    for name in sources:
        text = (root / name).read_text(errors="replace")
        for path in re.findall(r'^#include "([^"]+)"', text, re.M):
            includers.setdefault(pathlib.PurePath(path).name, []).append(name)
    for name in sources:
        by = includers.get(name.name, []) if name.suffix == ".h" else []
        for_tests = all(user.stem.endswith(("_test", "_bench", "_fuzz", "_testing")) for user in by)
        if by and (name.parts[0] != "src" or for_tests):
            continue
        if not any(is_listed(name.relative_to(folder), listing)
                   for folder, listing in listings.items() if folder in name.parents):
            yield f"{name}:1: error: nothing builds this file"


def read_ratchet(text):
    entries = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return {path: int(lines) for path, lines in entries}


def check_lengths(root, names):
    ratchet = read_ratchet((root / RATCHET).read_text()) if (root / RATCHET).exists() else {}
    for name in names:
        if name.suffix not in COUNTED or is_raw(name):
            continue
        lines = len((root / name).read_text(errors="replace").splitlines())
        is_test = "test" in name.stem or "tests" in name.parts
        limit = TEST_LINES_MAX if is_test else LINES_MAX
        entry = ratchet.pop(str(name), None)
        if entry is None and lines > limit:
            yield f"{name}:1: error: {lines} lines, at most {limit}: split it"
        elif entry is not None and lines <= limit:
            yield f"{RATCHET}:1: error: {name} fits now, remove its entry"
        elif entry is not None and lines != entry:
            verb = "lower the entry" if lines < entry else "split it"
            yield f"{RATCHET}:1: error: {name} has {lines} lines, the entry says {entry}: {verb}"
    for path in ratchet:
        yield f"{RATCHET}:1: error: {path} does not exist"


def check_ratchet_only_shrinks(root, base):
    """Compares the list with the one at commit `base`; nothing to say where base has none."""
    show = subprocess.run(["git", "-C", str(root), "show", f"{base}:{RATCHET}"],
                          capture_output=True, text=True, check=False)
    if show.returncode != 0 or not (root / RATCHET).exists():
        return
    before = read_ratchet(show.stdout)
    for path, lines in read_ratchet((root / RATCHET).read_text()).items():
        if lines > before.get(path, 0):
            yield f"{RATCHET}:1: error: {path} was {before.get(path, 'not there')}, is {lines}"


def check_changelog(root):
    page = root / "CHANGELOG.md"
    text = page.read_text() if page.exists() else ""
    for section in CHANGELOG_SECTIONS:
        if not re.search(rf"^### {section}$", text, re.M):
            yield f"CHANGELOG.md:1: error: no section {section}"


def check(root, base="HEAD"):
    names = repo.tracked(root)
    errors = [error for name in names for error in check_file(root, name)]
    return [*errors, *check_dead(root, names), *check_lengths(root, names),
            *check_ratchet_only_shrinks(root, base), *check_changelog(root)]


if __name__ == "__main__":
    sys.exit(repo.main(check, "tidy"))
