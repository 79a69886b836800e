"""Goal: an include or a dependency that nobody declared is found, nested folders and tests included."""
import unittest

from tree import TreeTest  # First: it finds the checks.

import check_layers


class CheckLayersTest(TreeTest):
    def setUp(self):
        super().setUp()
        self.write("src/base/CMakeLists.txt", "bulwark_module(base HEADERS a.h DEPENDS fmt::fmt)")
        self.write("src/base/a.h")
        self.write("src/testing/CMakeLists.txt", "bulwark_module(testing HEADERS f.h DEPENDS base)")
        self.write("src/market/CMakeLists.txt",
                   "bulwark_module(market\n  SOURCES m.cc feeds/r.cc  # base\n"
                   "  TEST_DEPENDS testing DEPENDS base)")
        self.write("src/market/feeds/r.cc", '#include "base/a.h"\n#include "market/m.h"\n')
        self.write("src/market/m_test.cc", '#include "testing/f.h"\n#include <vector>\n')

    def test_accepts_what_is_declared(self):
        self.assertEqual(check_layers.check(self.root), [])

    def test_finds_an_undeclared_include_in_a_nested_folder(self):
        self.write("src/market/feeds/r.cc", '\n#include "engine/e.h"\n')

        self.assert_one_error(check_layers.check(self.root),
                              "src/market/feeds/r.cc:2: error: market does not declare engine")

    def test_test_depends_are_for_tests_only(self):
        self.write("src/market/m.cc", '#include "testing/f.h"\n')

        self.assert_one_error(check_layers.check(self.root), "market does not declare testing")

    def test_finds_an_include_without_its_folder(self):
        self.write("src/market/m.cc", '#include "m.h"\n')

        self.assert_one_error(check_layers.check(self.root), '"folder/m.h"')

    def test_finds_a_cycle(self):
        self.write("src/base/CMakeLists.txt", "bulwark_module(base DEPENDS market)")

        self.assert_one_error(check_layers.check(self.root), "cycle: base -> market -> base")

    def test_holds_declarations_to_the_table_of_the_architecture(self):
        table = ("| folder | holds | may include |\n| --- | --- | --- |\n| `base` | . | - |\n"
                 "| `testing` | . | base |\n| `market` | . | {} |\n")
        self.write("ARCHITECTURE.md", table.format("base"))
        self.assertEqual(check_layers.check(self.root), [])

        self.write("ARCHITECTURE.md", table.format("-"))
        self.assert_one_error(check_layers.check(self.root), "does not let market include base")


if __name__ == "__main__":
    unittest.main()
