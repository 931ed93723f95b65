#include "yaml/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace sonde::yaml {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Node parsed(std::string_view text) {
  auto node = parse(text, "test.yaml");
  EXPECT_TRUE(node) << node.error().message;
  return node ? *node : Node();
}

std::string failure(std::string_view text, const Limits& limits = {}) {
  const auto node = parse(text, "test.yaml", limits);
  EXPECT_FALSE(node) << text;
  return node ? "" : node.error().message;
}

/// The scalar `key` of a document that has no other.
Node scalar(const std::string& value) { return parsed("key: " + value).entries.at(0).value; }

TEST(Parse, ATreeKnowsWhereItsPartsStand) {
  const Node root = parsed("first: 1\nsecond:\n  - a\n  - {b: c}\n");
  ASSERT_EQ(root.entries.size(), 2u);
  EXPECT_EQ(root.entries[1].key, "second");
  EXPECT_EQ(root.entries[1].position.line, 2u);
  const Node& list = root.entries[1].value;
  ASSERT_EQ(list.items.size(), 2u);
  EXPECT_EQ(list.items[1].entries.at(0).value.text, "c");
  EXPECT_EQ(list.items[1].entries.at(0).value.position.line, 4u);
  EXPECT_EQ(list.items[1].entries.at(0).value.position.column, 9u);
}

TEST(Parse, ScalarsMeanWhatTheCoreSchemaSays) {
  for (const char* null : {"", "~", "null", "NULL"}) EXPECT_TRUE(is_null(scalar(null))) << null;
  EXPECT_EQ(as_boolean(scalar("true")), true);
  EXPECT_EQ(as_boolean(scalar("FALSE")), false);
  for (const char* text : {"yes", "on", "\"true\"", "tRue"}) EXPECT_FALSE(as_boolean(scalar(text))) << text;
  EXPECT_EQ(as_integer(scalar("-17")), -17);
  EXPECT_EQ(as_integer(scalar("+17")), 17);
  EXPECT_EQ(as_integer(scalar("0xdeadbeef")), 3735928559);
  EXPECT_EQ(as_integer(scalar("0o17")), 15);
  for (const char* text : {"1.0", "'1'", "1_000", "--1", "+-1", "0x", "1e3", "9223372036854775808"}) {
    EXPECT_FALSE(as_integer(scalar(text))) << text;
  }
  EXPECT_EQ(as_number(scalar("1.5e3")), 1500.0);
  EXPECT_EQ(as_number(scalar(".5")), 0.5);
  EXPECT_EQ(as_number(scalar("-.inf")), -INFINITY);
  EXPECT_TRUE(std::isnan(as_number(scalar(".nan")).value()));
  for (const char* text : {"inf", "nan", "infinity", "1.5s", "\"1.5\""}) {
    EXPECT_FALSE(as_number(scalar(text))) << text;
  }
  EXPECT_EQ(as_text(scalar("1.10")), "1.10");
  EXPECT_EQ(as_text(scalar("''")), "");
  EXPECT_EQ(as_text(scalar("|\n  two\n  lines")), "two\nlines");
}

TEST(Parse, JsonIsReadAsItIs) {
  const Node root = parsed(
      "{\n\t\"text\": \"a \\\"b\\\" \\u00e9 \\/\",\n\t\"list\": [1, 2.5, true, null],\n\t\"map\": {}\n}\n");
  EXPECT_EQ(root.entries.at(0).value.text, "a \"b\" \xc3\xa9 /");
  const Node& list = root.entries.at(1).value;
  EXPECT_EQ(as_integer(list.items.at(0)), 1);
  EXPECT_EQ(as_number(list.items.at(1)), 2.5);
  EXPECT_EQ(as_boolean(list.items.at(2)), true);
  EXPECT_TRUE(is_null(list.items.at(3)));
  EXPECT_EQ(root.entries.at(2).value.kind, Node::Kind::mapping);
}

TEST(Parse, AnEmptyDocumentIsNull) {
  EXPECT_TRUE(is_null(parsed("")));
  EXPECT_TRUE(is_null(parsed("# nothing\n")));
  EXPECT_TRUE(is_null(parsed("---\n")));
}

TEST(Parse, AliasesStandForWhatTheyName) {
  const Node root = parsed("a: &x [1, &y {k: v}]\nb: *x\nc: *y\n");
  EXPECT_EQ(root.entries.at(1).value.items.at(1).entries.at(0).value.text, "v");
  EXPECT_EQ(root.entries.at(2).value.entries.at(0).key, "k");
  EXPECT_EQ(root.entries.at(1).value.position.line, 2u);
}

TEST(Parse, MessagesNameThePlace) {
  EXPECT_THAT(failure("a: [1\nb: 2\n"), StartsWith("test.yaml:2:"));
  EXPECT_EQ(failure("a: 1\nb: 2\na: 3\n"), "test.yaml:3:1: the key 'a' stands here twice, first in line 1");
  EXPECT_THAT(failure("? [a]\n: b\n"), HasSubstr("a key must be a name, not a list"));
  EXPECT_THAT(failure("a: *b\n"), HasSubstr("there is no anchor &b before this"));
  EXPECT_THAT(failure("a: 1\n---\nb: 2\n"), StartsWith("test.yaml:2:1: only one document"));
  EXPECT_THAT(failure("a: !!int 1\n"), HasSubstr("is not supported"));
}

TEST(Parse, WhatADocumentNeedsIsBounded) {
  EXPECT_THAT(failure(std::string(100, '[')), HasSubstr("nested deeper than 64"));
  EXPECT_THAT(failure("a: 123456", {.bytes = 8}), HasSubstr("the file is larger than 8 bytes"));
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int j = 1; j < 10; ++j) bomb += ", " + before;
    bomb += "]\n";
  }
  EXPECT_THAT(failure(bomb), HasSubstr("the document is larger than"));
  std::string tower = "a0: &a0 [x]\n";
  for (int i = 1; i < 100; ++i) {
    tower += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  }
  EXPECT_THAT(failure(tower), HasSubstr("nested deeper than 64"));
}

}  // namespace
}  // namespace sonde::yaml
