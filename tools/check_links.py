#!/usr/bin/env python3
"""Fail when a document links to, or names in backticks, a file or heading that does not exist."""
import re
import subprocess
import sys
import urllib.parse

import repo

NAMED = r"\.(?:h|cc|py|cmake|md|ts|tsx|mjs|scn)$"  # A word ending so is one of our files.
OUTSIDE = r"^[a-z][a-z0-9+.-]*:"  # A link with a scheme: not ours to check, and CI has no network.
PATTERN = re.compile(r"[*<>{}$|…]|\.\.\.")  # A pattern speaks of many files.


def prose(text):
    """The text without fenced blocks, line numbers kept."""
    return re.sub(r"^```.*?^```", lambda block: re.sub(r"[^\n]", "", block.group()), text,
                  flags=re.M | re.S)


def is_ignored(root, name):
    """Whether git would ignore it: a file or, with a slash at the end, a folder that builds make."""
    return subprocess.run(["git", "-C", str(root), "check-ignore", name, name + "/"],
                          check=False, capture_output=True).returncode == 0


def check_link(root, name, link):
    target, _, fragment = link.partition("#")
    path = (root / name).parent / urllib.parse.unquote(target) if target else root / name
    if not path.exists():
        return f"link to {link}: no such file"
    if fragment and path.suffix == ".md" and fragment not in repo.anchors(path):
        return f"link to {link}: no such heading"
    return None


def check_word(root, name, word, files, top):
    """`word` stood in backticks. Speaks up only where it is clearly meant as one of our files."""
    word = re.sub(r"(:\d+|#[\w-]+)$", "", word)
    if PATTERN.search(word) or " " in word or word.startswith(("/", "~", "-", "_", "../")):
        return None
    inside = word.split("/")[0] in top and "/" in word
    if not inside and not re.search(NAMED, word):
        return None
    places = (root, root / "src", (root / name).parent)
    if any((place / word.rstrip("/")).exists() for place in places):
        return None
    if "/" not in word and any(path.name == word for path in files):
        return None
    if is_ignored(root, word):
        return None
    return f"`{word}`: no such file"


def check(root):
    files = repo.tracked(root)
    top = {path.parts[0] for path in files if len(path.parts) > 1}
    errors = []
    for name in files:
        if name.suffix != ".md" or name.parts[0] not in {name.name, "docs"}:
            continue
        for number, line in enumerate(prose((root / name).read_text()).splitlines(), 1):
            links = [link for link in re.findall(r"\]\(([^)\s]+)\)", line)
                     if not re.match(OUTSIDE, link)]
            found = [check_link(root, name, link) for link in links]
            if name.name != "CHANGELOG.md":  # History may name what is gone.
                found += [check_word(root, name, word, files, top)
                          for word in re.findall(r"`([^`]+)`", line)]
            errors += [f"{name}:{number}: error: {text}" for text in found if text]
    return errors


if __name__ == "__main__":
    sys.exit(repo.main(check, "links"))
