"""Goal: code that decides cannot reach for the world unseen, and an exemption needs a reason."""
import unittest

from tree import TreeTest  # First: it finds the checks.

import check_determinism

ALLOW = "// Determinism: allows clock: ticks are handed out at the recorded pace.\n"
NOW = "auto now = std::chrono::steady_clock::now();\n"


class CheckDeterminismTest(TreeTest):
    def check(self, text, name="src/engine/a.cc"):
        self.write(name, text)
        return check_determinism.check(self.root)

    def test_finds_each_way_out(self):
        for rule, text in {
            "clock": NOW, "random": "std::random_device device;\n", "thread": "#include <thread>\n",
            "mutex": "std::mutex guard;\n", "socket": "#include <boost/asio/ip/tcp.hpp>\n",
            "environment": 'auto* x = std::getenv("HOME");\n',
            "address_order": "std::map<const Order*, int> orders_;\n",
        }.items():
            with self.subTest(rule):
                self.assert_one_error(self.check(text), f"error: {rule}:")

    def test_finds_iteration_over_an_unordered_container_declared_elsewhere(self):
        self.write("src/engine/a.h", "std::unordered_map<Id, Order> orders_;\n")

        self.assert_one_error(self.check("for (const auto& [id, order] : orders_) {\n"), "orders_")
        self.assert_one_error(self.check("auto first = orders_.begin();\n"), "orders_")
        self.assertEqual(self.check("auto found = orders_.find(id);\n"), [])

    def test_leaves_comments_strings_and_similar_names_alone(self):
        self.assertEqual(self.check(
            "// std::mutex is not used\nLog(\"steady_clock\");\nauto t = tick.time();\n"
            "runtime(0);\nqueue.send(x);\nint operand(3);\n"), [])

    def test_leaves_tests_and_other_folders_alone(self):
        self.assertEqual(self.check(NOW, "src/engine/a_test.cc"), [])
        self.assertEqual(self.check(NOW, "src/trader/a.cc"), [])

    def test_a_feed_may_be_exempt_with_a_reason(self):
        name = "src/market/feeds/replay.cc"

        self.assertEqual(self.check(ALLOW + NOW, name), [])
        self.assertEqual(len(self.check("// Determinism: allows clock: pace.\n" + NOW, name)), 2)
        self.assert_one_error(self.check(ALLOW, name), "not needed")

    def test_the_engine_may_not_be_exempt(self):
        self.assertEqual(len(self.check(ALLOW + NOW)), 2)


if __name__ == "__main__":
    unittest.main()
