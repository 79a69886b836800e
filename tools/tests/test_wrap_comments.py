"""Goal: long comments become short ones without losing, joining or inventing a word."""
import unittest

from tree import TreeTest  # First: it finds the tools.  # noqa: F401

import wrap_comments

LONG = " ".join(["word"] * 22)  # 109 columns.


class WrapCommentsTest(unittest.TestCase):
    def test_moves_words_to_the_next_line_of_the_paragraph(self):
        wrapped = wrap_comments.wrap(f"// {LONG}\n// tail\n\n// Other.\n").split("\n")

        self.assertTrue(all(len(line) <= 100 for line in wrapped))
        self.assertEqual(wrapped[1], "// word word word tail")
        self.assertEqual(wrapped[2:], ["", "// Other.", ""])

    def test_keeps_the_depth_of_a_labelled_line(self):
        wrapped = wrap_comments.wrap(f"// Shape:   {LONG}\n// Threads: a value.\n").split("\n")

        self.assertTrue(wrapped[1].startswith("//          word"))
        self.assertEqual(wrapped[2], "// Threads: a value.")

    def test_puts_a_comment_after_code_before_it(self):
        self.assertEqual(wrap_comments.wrap("  int a = 1;  // " + "x " * 45 + "y"),
                         "  // " + "x " * 45 + "y\n  int a = 1;")

    def test_leaves_code_and_long_words_alone(self):
        for text in ("call(" + "a, " * 40 + "b);", "// " + "x" * 120, '  Log("// ' + "x" * 100 + '");'):
            self.assertEqual(wrap_comments.wrap(text), text)


if __name__ == "__main__":
    unittest.main()
