"""Each rule of scripts/tidy.py fires on what it forbids and leaves alone what it allows."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import tidy  # noqa: E402


def faults(*files):
    """What tidy says about (path, text) files, except that no CMakeLists.txt names them."""
    found = tidy.judge([tidy.Source(path, text) for path, text in files])
    return [(path, line, what) for path, line, what, _ in found if "CMakeLists" not in what]


class Arrow(unittest.TestCase):
    def test_a_lower_room_may_not_include_a_higher_one(self):
        self.assertEqual([("base/a.cpp", 2, 'includes "cluster/view.hpp"')],
                         faults(("base/a.cpp", '// x\n#include "cluster/view.hpp"\n')))

    def test_a_higher_room_may_skip_rooms(self):
        self.assertEqual([], faults(("app/a.cpp", '#include "base/money.hpp"\n')))

    def test_http_and_adapters_do_not_know_each_other(self):
        self.assertTrue(faults(("http/a.cpp", '#include "adapters/stripe.hpp"\n')))
        self.assertTrue(faults(("adapters/a.cpp", '#include "http/router.hpp"\n')))

    def test_http_sees_messages_but_no_models_stores_or_persistence(self):
        text = '// Cart\n#pragma once\n#include "actors/entity/model.hpp"\n'
        model = ("actors/cart/cart.hpp", text)
        for target in ("actors/cart/store.hpp", "actors/cart/cart.hpp", "persistence/sql.hpp"):
            self.assertTrue(faults(model, ("http/a.cpp", f'#include "{target}"\n')), target)
        self.assertEqual([], faults(model, ("http/a.cpp", '#include "actors/cart/messages.hpp"\n')))

    def test_includes_are_paths_from_the_root(self):
        self.assertTrue(faults(("http/a.cpp", '#include "../base/money.hpp"\n')))

    def test_base_and_http_know_no_stored_bytes(self):
        self.assertTrue(faults(("http/a.cpp", '#include "proto/cart.pb.h"\n')))
        self.assertEqual([], faults(("actors/cart/codec.cpp", '#include "proto/cart.pb.h"\n')))


class Bans(unittest.TestCase):
    forbidden = {
        "std::jthread worker;": "app/node.cpp",
        "std::thread worker;": "persistence/pg_pool.cpp",
        "auto t = std::chrono::steady_clock::now();": "app/node.cpp",
        "std::random_device entropy;": "app/node.cpp",
        "randombytes_buf(p, 8);": "app/node.cpp",
        "#include <sys/socket.h>": "http/server/listener.cpp",
        "#include <boost/asio/ip/tcp.hpp>": "http/server/connection.cpp",
        "#include <boost/beast/http.hpp>": "app/psp.cpp",
        "#include <libpq-fe.h>": "persistence/pg_connection.cpp",
        "#include <hiredis/hiredis.h>": "persistence/redis_client.cpp",
        "#include <curl/curl.h>": "adapters/mail.cpp",
        "#include <spdlog/spdlog.h>": "base/log.cpp",
        "std::this_thread::sleep_for(1s);": "app/psp.cpp",
    }

    def test_each_fires_where_it_is_forbidden_and_rests_where_it_is_allowed(self):
        for line, allowed in self.forbidden.items():
            self.assertEqual(1, len(faults(("supervision/a.cpp", line + "\n"))), line)
            self.assertEqual([], faults((allowed, line + "\n")), line)

    def test_no_actors_below_cluster(self):
        self.assertTrue(faults(("supervision/a.cpp", "#include <caf/actor.hpp>\n")))

    def test_never_the_whole_of_caf(self):
        self.assertTrue(faults(("tests/unit/a_test.cpp", "#include <caf/all.hpp>\n")))

    def test_nobody_waits_for_ever_outside_tests(self):
        self.assertTrue(faults(("actors/a.cpp", "self->request(x, caf::infinite, y);\n")))
        self.assertTrue(faults(("actors/a.cpp", "request(x, infinite, y);\n")))
        self.assertEqual([], faults(("tests/unit/a_test.cpp", "request(x, caf::infinite, y);\n")))

    def test_comments_and_literals_are_no_code(self):
        text = '// std::thread\n/* steady_clock::now */ auto x = "std::thread";\nauto y = 1\'000;\n'
        self.assertEqual([], faults(("actors/a.cpp", text)))

    def test_no_floating_point_near_money(self):
        self.assertTrue(faults(("actors/pricing/tax.cpp", "double rate = 0.19;\n")))
        self.assertEqual([], faults(("actors/catalogue/rating.cpp", "double average = 4.5;\n")))


class Layout(unittest.TestCase):
    def test_long_files_long_lines_tabs_and_postponed_work(self):
        self.assertIn("has 401 lines", faults(("base/a.cpp", "int x;\n" * 401))[0][2])
        self.assertEqual([], faults(("base/a.cpp", "int x;\n" * 400)))
        self.assertIn("columns", faults(("base/a.cpp", "//" + "x" * 99 + "\n"))[0][2])
        self.assertEqual([], faults(("base/a.cpp", "//" + "é" * 98 + "\n")))
        self.assertIn("tab", faults(("base/a.cpp", "\tint x;\n"))[0][2])
        self.assertIn("puts work off", faults(("base/a.cpp", "// TO" + "DO later\n"))[0][2])

    def test_names_say_something(self):
        for name in ("string_utils.hpp", "cart_manager.cpp", "helper.hpp", "journal_impl.cpp"):
            found = str(faults(("base/" + name, "// x\n#pragma once\n")))
            self.assertIn("says nothing", found, name)
        self.assertEqual([], faults(("base/utility_bill.hpp", "// x\n#pragma once\n")))

    def test_a_header_opens_with_what_it_owns(self):
        self.assertTrue(faults(("base/a.hpp", "#pragma once\n")))

    def test_sql_may_be_wide(self):
        self.assertEqual([], faults(("persistence/migrations/0001.sql", "x" * 200 + "\n")))


class Functions(unittest.TestCase):
    @staticmethod
    def lines_of(text):
        return [last - first + 1 for first, last in tidy.cpp_functions(text)]

    def test_a_long_function_is_found_inside_namespaces_and_classes(self):
        body = "  x();\n" * 80
        constructor = "cart::cart(int x) : x_{x}, y_{1} {"
        for head in ("void f() {", "struct s {\nvoid f() const {", constructor):
            end = "}\n};\n" if "struct" in head else "}\n"
            found = faults(("base/a.cpp", "namespace souk {\n" + head + "\n" + body + end + "}\n"))
            self.assertEqual(["has a function of 82 lines"], [what for *_, what in found], head)

    def test_seventy_lines_are_allowed(self):
        self.assertEqual([70], self.lines_of("void f() {\n" + "  x();\n" * 68 + "}\n"))

    def test_namespaces_classes_and_tables_are_no_functions(self):
        members, table = "  int x;\n" * 90, "1,\n" * 90
        text = "namespace a {\nstruct b {\n" + members + "};\nint t[] = {\n" + table + "};\n}\n"
        self.assertEqual([], self.lines_of(text))

    def test_a_brace_in_a_literal_is_no_block(self):
        self.assertEqual([1], self.lines_of("void f() { g('{', \"{\", R\"({)\"); }\n"))

    def test_python_and_shell_functions_count_too(self):
        self.assertTrue(faults(("scripts/a.py", "def f():\n" + "    x()\n" * 70)))
        self.assertTrue(faults(("scripts/a.sh", "f() {\n" + "  x\n" * 70 + "}\n")))


class Built(unittest.TestCase):
    def test_a_source_that_no_list_names_is_dead(self):
        files = {"actors/cart/CMakeLists.txt": "target_sources(x PRIVATE ${HERE}/cart.cpp)",
                 "actors/cart/cart.cpp": "", "actors/cart/lost.cpp": ""}
        found = tidy.judge([tidy.Source(*file) for file in files.items()])
        self.assertEqual(["actors/cart/lost.cpp"], [path for path, *_ in found])


class TypeIds(unittest.TestCase):
    @staticmethod
    def block(name, base, count):
        adds = "CAF_ADD_TYPE_ID(x, (y))\n" * count
        return (f"actors/{name}.hpp", "// ids\n#pragma once\n"
                f"CAF_BEGIN_TYPE_ID_BLOCK({name}, {base})\n{adds}CAF_END_TYPE_ID_BLOCK({name})\n")

    def test_blocks_that_overlap_are_found(self):
        one = self.block("one", "first_custom_type_id", 5)
        two = self.block("two", "caf::first_custom_type_id + 4", 1)
        self.assertIn("type-id block two begins at 4", str(faults(one, two)))

    def test_blocks_side_by_side_are_fine(self):
        one = self.block("one", "first_custom_type_id", 5)
        two = self.block("two", "first_custom_type_id + 5", 1)
        self.assertEqual([], faults(one, two))

    def test_a_base_is_a_plain_number(self):
        self.assertTrue(faults(self.block("one", "somewhere", 1)))


if __name__ == "__main__":
    unittest.main()
