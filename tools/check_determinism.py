#!/usr/bin/env python3
"""Fail when a folder that decides about orders looks at the world: clock, random, thread, network.

The engine is a function of its events (docs/decisions.md); these folders are what it is made of.
Tests may do what they like. A feed in src/market is at the edge of the world and may say so:

    // Determinism: allows clock: recorded ticks are handed out at the pace of real time.

The line stands in the file itself, names the rules and gives the reason.
"""
import re
import sys

import repo

FOLDERS = ("engine", "breakers", "risk", "oms", "reconcile", "daytrade", "strategy", "market")
EXEMPTIBLE = "market"  # The one folder with an edge to the world.
TEST_SUFFIXES = ("_test", "_bench", "_fuzz")

RULES = {
    "clock": r"\b(system_clock|steady_clock|high_resolution_clock|utc_clock|clock_gettime|"
             r"gettimeofday|localtime(_r)?|gmtime(_r)?|__rdtsc)\b|\bstd::time\s*\(|"
             r"(?<![\w.>:])time\s*\(\s*(nullptr|NULL|0|&)|\bNow\s*\(\s*\)",
    "random": r"\b(random_device|default_random_engine|drand48|lrand48|arc4random\w*|getrandom|"
              r"getentropy)\b|(?<![\w.>:])s?rand(om)?\s*\(|\bstd::s?rand\b|/dev/u?random",
    "thread": r"\bstd::(jthread|thread|this_thread|async|future|promise|barrier|latch)\b|"
              r"\bthread_local\b|#\s*include\s*<(thread|future|pthread\.h)>|\bpthread_\w+",
    "mutex": r"\bstd::(\w*mutex|condition_variable\w*|lock_guard|unique_lock|scoped_lock|"
             r"shared_lock|call_once|once_flag|counting_semaphore|binary_semaphore)\b|"
             r"#\s*include\s*<(mutex|shared_mutex|condition_variable|semaphore)>",
    "socket": r"#\s*include\s*[<\"](sys/(socket|un|epoll|select)\.h|netinet/|arpa/|netdb\.h|poll\.h|"
              r"boost/(asio|beast)|hiredis|curl/)|(?<![\w.>])::(socket|connect|send|recv|poll)\s*\(",
    "environment": r"\b(std::)?(secure_)?getenv\s*\(",
    "address_order": r"\bstd::(multi)?(map|set)<\s*(const\s+)?[\w:]+(\s+const)?\s*\*",
}
UNORDERED = r"\bunordered_(?:multi)?(?:map|set)<[^;{}()]*>\s+(\w+)\s*[;={]"
ALLOW = r"^// Determinism: allows ([\w, ]+?): (.+)$"
REASON_MIN = 20  # Characters. Shorter than that is not a reason.


def allowances(folder, name, text):
    """(rules that this file may break, errors in its claim to do so)"""
    rules, errors = set(), []
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(ALLOW, line)
        if not match:
            continue
        claimed = {rule.strip() for rule in match.group(1).split(",")}
        if folder != EXEMPTIBLE:
            errors.append(f"{name}:{number}: error: only src/{EXEMPTIBLE} may claim an exemption")
        elif claimed - set(RULES):
            unknown = ", ".join(sorted(claimed - set(RULES)))
            errors.append(f"{name}:{number}: error: no such rule: {unknown}")
        elif len(match.group(2)) < REASON_MIN:
            errors.append(f"{name}:{number}: error: the exemption has no reason")
        else:
            rules |= claimed
    return rules, errors


def walks(line, names):
    """The unordered container that this line iterates over, if any."""
    for name in re.findall(r"\bfor\s*\([^;]*:\s*(?:this->|\w+[.])?(\w+)\s*\)", line):
        if name in names:
            return name
    for name in re.findall(r"\b(\w+)\s*(?:\.|->)\s*c?r?begin\s*\(", line):
        if name in names:
            return name
    return None


def check_file(folder, name, text, unordered):
    allowed, errors = allowances(folder, name, text)
    used = set()
    for number, line in enumerate(repo.without_comments(text).splitlines(), 1):
        # Include paths in quotes were blanked; the clear line has them.
        shown = text.splitlines()[number - 1] if line.lstrip().startswith("#") else line
        for rule, pattern in RULES.items():
            match = re.search(pattern, shown)
            if match and rule in allowed:
                used.add(rule)
            elif match:
                errors.append(f"{name}:{number}: error: {rule}: \"{match.group().strip()}\" is not "
                              f"for src/{folder}; it comes in with the event")
        container = walks(line, unordered)
        if container:
            errors.append(f"{name}:{number}: error: unordered: walking {container} has no fixed order")
    errors += [f"{name}:1: error: the exemption for {rule} is not needed"
               for rule in sorted(allowed - used)]
    return errors


def check(root):
    errors = []
    for folder in FOLDERS:
        files = [path for path in sorted((root / "src" / folder).rglob("*"))
                 if path.suffix in {".h", ".cc"} and not path.stem.endswith(TEST_SUFFIXES)]
        texts = {path: path.read_text() for path in files}
        unordered = {name for text in texts.values() for name in re.findall(UNORDERED, text)}
        for path, text in texts.items():
            errors += check_file(folder, path.relative_to(root), text, unordered)
    return errors


if __name__ == "__main__":
    sys.exit(repo.main(check, "determinism"))
