"""Goal: the faults of tools/guard_mutants.py fit the sources, and each guard of the gate has one.

Method: the check of tools/mutate_guards.py on this tree, and on small trees that are wrong.
"""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import mutate_guards  # noqa: E402

GATE = "Gate::Gate(int)\n    : guards_(HaltGuard(), ForEntries(CashGuard(1))) {}\n"
HALT = "Verdict HaltGuard::Check(int) {\n  return stop;\n}\n"
CASH = "Verdict CashGuard::Check(int) {\n  return money;\n}\n"


class MutateGuardsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        risk = self.root / "src" / "risk"
        risk.mkdir(parents=True)
        (risk / "gate.cc").write_text(GATE)
        (risk / "halt_guard.cc").write_text(HALT)
        (risk / "cash_guard.cc").write_text(CASH)

    def problems(self, *mutants):
        return mutate_guards.problems([mutate_guards.Mutant(*row) for row in mutants], self.root)

    def test_fits_this_tree(self):
        self.assertEqual(mutate_guards.problems(mutate_guards.all_mutants()), [])

    def test_finds_the_guards_of_the_gate(self):
        guards = mutate_guards.guards_of(self.root / "src" / "risk")
        self.assertEqual({name: file.name for name, file in guards.items()},
                         {"CashGuard": "cash_guard.cc", "HaltGuard": "halt_guard.cc"})

    def test_asks_for_a_mutant_of_each_guard(self):
        found = self.problems(("src/risk/halt_guard.cc", "off", "return stop;", ""))
        self.assertEqual(found, ["CashGuard: no mutant of the file that it is in"])

    def test_asks_for_a_text_that_stands_there_once(self):
        found = self.problems(("src/risk/halt_guard.cc", "off", "return stop;", ""),
                              ("src/risk/cash_guard.cc", "off", "return nothing;", ""))
        self.assertEqual(found, ["src/risk/cash_guard.cc: 'return nothing;' stands there 0 times"])

    def test_asks_for_a_change(self):
        found = self.problems(("src/risk/halt_guard.cc", "off", "return stop;", "return stop;"),
                              ("src/risk/cash_guard.cc", "off", "return money;", ""))
        self.assertEqual(found, ["src/risk/halt_guard.cc: 'off' changes nothing"])


if __name__ == "__main__":
    unittest.main()
