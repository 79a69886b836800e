"""Goal: a document cannot point at a file or heading that is gone."""
import unittest

from tree import TreeTest  # First: it finds the checks.

import check_links


class CheckLinksTest(TreeTest):
    def setUp(self):
        super().setUp()
        self.write(".gitignore", "/build/\n")
        self.write("src/risk/gate.h")
        self.write("docs/risk.md", "# Risk\n\n## The gate's order\n")

    def check(self, text):
        self.write("README.md", text)
        return check_links.check(self.root)

    def test_accepts_what_exists(self):
        self.assertEqual(self.check(
            "[a](docs/risk.md#the-gates-order) [b](#top) `src/risk/gate.h` `risk/gate.h:12` `gate.h`\n"
            "# Top\n`build/release/bulwark` `oms:order:<id>` `<vector>` `src/*.h` [c](https://x.y/z)\n"
            "```\n[d](no.md)\n```\n"), [])

    def test_finds_what_does_not(self):
        for text in ("[a](docs/no.md)", "[a](docs/risk.md#no)", "`src/risk/no.h`", "`no.h`",
                     "`scripts/no.py`", "`src/no`"):
            with self.subTest(text):
                self.assert_one_error(self.check(f"\n{text}\n"), "README.md:2: error:")


if __name__ == "__main__":
    unittest.main()
