#!/usr/bin/env python3
"""Wraps the C++ comment lines that are longer than 100 columns; leaves every other line as it is.

clang-format is told not to touch comments, because it would also join the lines of tables and
lists. This moves only the words beyond the limit, to the next line of the same paragraph.

Usage: tools/wrap_comments.py FILE...
"""
import pathlib
import re
import sys

COLUMNS_MAX = 100
LABEL = r"^(\s*// )((?:Shape|Units|Errors|Threads|Owner|Source|Goal|Method):\s+|[-*] |\d+\. )"
COMMENT = r"^(\s*//\s+)\S"
TRAILING = r"^(\s*)(\S.*?)\s+(// \S.*)$"


def indent_of_next(line):
    """What a continuation of this comment line begins with."""
    label = re.match(LABEL, line)
    if label:
        return label.group(1) + " " * len(label.group(2))
    return re.match(COMMENT, line).group(1)


def wrap(text):
    lines, result = text.split("\n"), []
    while lines:
        line = lines.pop(0)
        trailing = re.match(TRAILING, line)
        if len(line) <= COLUMNS_MAX:
            result.append(line)
        elif re.match(COMMENT, line):
            indent = indent_of_next(line)
            cut = line.rfind(" ", len(indent), COLUMNS_MAX + 1)
            if cut < 0:  # One word, longer than a line.
                result.append(line)
                continue
            result.append(line[:cut].rstrip())
            rest = line[cut:].strip()
            # The next line goes on with this paragraph when it stands as deep and does not start one.
            goes_on = lines and re.match(re.escape(indent) + r"[^\s]", lines[0]) and not (
                re.match(LABEL, lines[0]))
            if goes_on:
                rest += " " + lines.pop(0)[len(indent):]
            lines.insert(0, indent + rest)
        elif trailing and trailing.group(2)[0] not in "/*\"" and '"' not in trailing.group(3):
            # After code: the comment goes before it.
            lines[:0] = [trailing.group(1) + trailing.group(3), trailing.group(1) + trailing.group(2)]
        else:
            result.append(line)
    return "\n".join(result)


def main():
    for name in sys.argv[1:]:
        path = pathlib.Path(name)
        before = path.read_text()
        after = wrap(before)
        if after != before:
            path.write_text(after)
    return 0


if __name__ == "__main__":
    sys.exit(main())
