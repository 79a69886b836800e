"""What every check shares: tracked files, and the way errors are shown.

A check is a function from the root of a working copy to a list of "place: error: text" lines, so
that its test can run it on a small tree with one thing wrong.
"""
import pathlib
import re
import subprocess
import sys


def tracked(root, *patterns):
    """Paths that git tracks, or would track once added, relative to the root."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others",
               "--exclude-standard", "--", *patterns]
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
    paths = (pathlib.Path(name) for name in sorted(set(names)) if name)
    return [path for path in paths if (root / path).is_file()]


def anchors(document):
    """The fragment names of a Markdown file, made the way the usual hosts make them."""
    text = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.M | re.S)
    found = set()
    for heading in re.findall(r"^#+ +(.+?)\s*$", text, re.M):
        slug = re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        number = 0
        while (slug if number == 0 else f"{slug}-{number}") in found:
            number += 1
        found.add(slug if number == 0 else f"{slug}-{number}")
    return found


def without_comments(text):
    """C++ with comments and the insides of strings blanked; line numbers stay."""
    pattern = r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"'

    def blank(match):
        word = match.group()
        return '""' if word.startswith('"') else re.sub(r"[^\n]", " ", word)

    return re.sub(pattern, blank, text, flags=re.S)


def main(check, name):
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    errors = check(root)
    print("\n".join(errors) or f"{name} ok")
    return 1 if errors else 0
