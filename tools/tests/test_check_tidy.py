"""Goal: each kind of dust is found, and a clean tree is left alone."""
import subprocess
import unittest

from tree import CHANGELOG, TreeTest  # First: it finds the checks.

import check_tidy


class CheckTidyTest(TreeTest):
    def setUp(self):
        super().setUp()
        self.write("CHANGELOG.md", CHANGELOG)
        self.write("src/base/CMakeLists.txt", "set(f feeds)\nbulwark_module(base SOURCES a.cc ${f}/b.cc)\n")
        self.write("src/base/a.cc", "// TODO(#12): one word.\n")
        self.write("src/base/feeds/b.cc", "int b;  // NOLINT(google-build-using-namespace): why\n")
        self.write("scripts/go", "#!/bin/sh\n", 0o755)

    def check(self):
        return check_tidy.check(self.root)

    def test_accepts_a_clean_tree(self):
        self.assertEqual(self.check(), [])

    def test_finds_dust_in_a_text(self):
        for text, part in {
            "// TODO: later\n": "TODO", "// FIXME\n": "FIXME", "int x;  // NOLINT\n": "NOLINT",
            "x" * 101 + "\n": "101 columns", "int x; \n": "blank at the end", "int x;": "no newline",
            "TEST(A, DISABLED_B) {}\n": "DISABLED_", b"\xff\n": "UTF-8",
        }.items():
            with self.subTest(part):
                self.write("src/base/a.cc", text)
                self.assert_one_error(self.check(), part)

    def test_a_table_and_a_raw_string_may_be_wide(self):
        wide = "x" * 101 + "\n"
        self.write("src/base/a.cc", f'// clang-format off\n{wide}// clang-format on\n'
                                    f'auto t = R"(\n{wide})";\nauto u = R"({{}})";\n')
        self.assertEqual(self.check(), [])

        self.write("src/base/a.cc", f'// clang-format off\n// clang-format on\nR"({{}})"\n{wide}')
        self.assert_one_error(self.check(), "src/base/a.cc:4: error: 101 columns")

    def test_finds_a_file_that_no_build_names(self):
        self.write("src/base/c.cc")

        self.assert_one_error(self.check(), "src/base/c.cc:1: error: nothing builds this")

    def test_finds_a_header_of_the_program_that_nothing_includes(self):
        self.write("apps/main.cc", '#include "apps/a.h"\n')
        self.write("apps/CMakeLists.txt", "add_executable(x main.cc)\n")
        self.write("apps/a.h")
        self.assertEqual(self.check(), [])

        self.write("apps/b.h")
        self.assert_one_error(self.check(), "apps/b.h:1: error: nothing builds this")

    def test_a_header_in_src_is_listed_unless_only_tests_include_it(self):
        self.write("src/base/CMakeLists.txt",
                   "bulwark_module(base SOURCES a.cc feeds/b.cc TESTS a_test.cc)\n")
        self.write("src/base/h.h")
        self.write("src/base/a_test.cc", '#include "base/h.h"\n')
        self.assertEqual(self.check(), [])

        self.write("src/base/a.cc", '#include "base/h.h"\n')
        self.assert_one_error(self.check(), "src/base/h.h:1: error: nothing builds this")

    def test_finds_a_blob_a_strange_file_and_a_wrong_mode(self):
        self.write("docs/a.png", b"\0" * (1 << 20) + b"\0")
        self.assert_one_error(self.check(), "1048577 bytes")
        self.write("docs/a.png", b"\0")
        self.write("docs/a.exe", "x\n")
        self.assert_one_error(self.check(), '".exe"')
        (self.root / "docs/a.exe").unlink()
        self.write("scripts/go", "#!/bin/sh\n", 0o644)
        self.assert_one_error(self.check(), "executable bit")

    def test_long_files_are_a_ratchet(self):
        self.write("src/base/a.cc", "\n" * 510)
        self.assert_one_error(self.check(), "510 lines, at most 500")
        self.write(check_tidy.RATCHET, "# path lines\nsrc/base/a.cc 510\n")
        self.assertEqual(self.check(), [])
        self.write("src/base/a.cc", "\n" * 505)
        self.assert_one_error(self.check(), "lower the entry")
        self.write("src/base/a.cc", "\n" * 511)
        self.assert_one_error(self.check(), "split it")
        self.write("src/base/a.cc", "\n" * 5)
        self.assert_one_error(self.check(), "remove its entry")

    def test_the_ratchet_only_shrinks_from_one_commit_to_the_next(self):
        git = ["git", "-C", str(self.root), "-c", "user.name=t", "-c", "user.email=t@localhost"]
        self.write("src/base/a.cc", "\n" * 510)
        self.write(check_tidy.RATCHET, "src/base/a.cc 510\n")
        subprocess.run([*git, "add", "-A"], check=True)
        subprocess.run([*git, "commit", "-qm", "first"], check=True)
        self.write("src/base/a.cc", "\n" * 520)
        self.write(check_tidy.RATCHET, "src/base/a.cc 520\n")

        self.assert_one_error(self.check(), "was 510, is 520")

    def test_finds_a_missing_changelog_section(self):
        self.write("CHANGELOG.md", CHANGELOG.replace("### Safety", ""))

        self.assert_one_error(self.check(), "Safety")


if __name__ == "__main__":
    unittest.main()
