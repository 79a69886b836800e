"""Goal: a header without its contract, or with one that points nowhere, is found."""
import unittest

from tree import TreeTest  # First: it finds the checks.

import check_contracts


class CheckContractsTest(TreeTest):
    def setUp(self):
        super().setUp()
        self.write("docs/risk.md", "# Risk\n\n## Order rate\n\n```\n# Not a heading\n```\n")

    def check(self, text):
        self.write("src/risk/a.h", text)
        return check_contracts.check(self.root)

    def test_accepts_a_contract_with_threads_and_a_true_source(self):
        self.assertEqual(
            self.check("// One sentence.\n//\n// Threads: a value.\n// Source:  docs/risk.md#order-rate\n"),
            [])

    def test_finds_a_header_without_a_contract(self):
        self.assert_one_error(self.check("#pragma once\n"), "no contract comment")

    def test_finds_missing_threads(self):
        self.assert_one_error(self.check("// One sentence.\n// Units: none\n"), "no Threads:")

    def test_finds_a_missing_document_and_a_missing_heading(self):
        self.assert_one_error(self.check("// One.\n// Threads: any\n// Source: docs/no.md\n"),
                              "docs/no.md does not exist")
        self.assert_one_error(self.check("// One.\n// Threads: any\n// Source: docs/risk.md#a-b\n"),
                              "no heading #a-b")
        self.assert_one_error(
            self.check("// One.\n// Threads: any\n// Source: docs/risk.md#not-a-heading\n"),
            "no heading")

    def test_finds_lines_out_of_order(self):
        self.assert_one_error(self.check("// One.\n// Threads: any\n// Shape: a ring\n"), "order")


if __name__ == "__main__":
    unittest.main()
