#include "yaml/substitution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "yaml/parse.h"

namespace sonde::yaml {
namespace {

using ::testing::HasSubstr;

std::optional<std::string> lookup(std::string_view name) {
  static const std::map<std::string, std::string, std::less<>> variables = {
      {"STRING_VALUE", "value"},
      {"BOOL_VALUE", "true"},
      {"INT_VALUE", "1"},
      {"FLOAT_VALUE", "1.1"},
      {"HEX_VALUE", "0xdeadbeef"},
      {"INVALID_MAP_VALUE", "value\nkey:value"},
      {"DO_NOT_REPLACE_ME", "Never use this value"},
      {"REPLACE_ME", "${DO_NOT_REPLACE_ME}"},
      {"VALUE_WITH_ESCAPE", "value$$"},
      {"EMPTY", ""},
  };
  const auto found = variables.find(name);
  return found == variables.end() ? std::nullopt : std::optional(found->second);
}

Node substituted(const std::string& value) {
  auto root = parse("key: " + value, "test.yaml");
  EXPECT_TRUE(root && substitute(*root, "test.yaml", lookup)) << value;
  return root ? root->entries.at(0).value : Node();
}

struct Case {
  const char* input;
  const char* text;
  const char* type;
};

// The table of the specification's configuration/data-model.md, row by row.
TEST(Substitution, DoesWhatTheSpecificationsTableSays) {
  const Case cases[] = {
      {"${STRING_VALUE}", "value", "text"},
      {"${BOOL_VALUE}", "true", "true or false"},
      {"${INT_VALUE}", "1", "a whole number"},
      {"${FLOAT_VALUE}", "1.1", "a number"},
      {"${HEX_VALUE}", "0xdeadbeef", "a whole number"},
      {"\"${STRING_VALUE}\"", "value", "text"},
      {"\"${BOOL_VALUE}\"", "true", "text"},
      {"\"${INT_VALUE}\"", "1", "text"},
      {"\"${FLOAT_VALUE}\"", "1.1", "text"},
      {"\"${HEX_VALUE}\"", "0xdeadbeef", "text"},
      {"${env:STRING_VALUE}", "value", "text"},
      {"${INVALID_MAP_VALUE}", "value\nkey:value", "text"},
      {"foo ${STRING_VALUE} ${FLOAT_VALUE}", "foo value 1.1", "text"},
      {"${UNDEFINED_KEY}", "", "null"},
      {"${UNDEFINED_KEY:-fallback}", "fallback", "text"},
      {"${EMPTY:-fallback}", "fallback", "text"},
      {"${env:UNDEFINED_KEY:-http://localhost:4318}/v1/traces", "http://localhost:4318/v1/traces", "text"},
      {"${REPLACE_ME}", "${DO_NOT_REPLACE_ME}", "text"},
      {"${UNDEFINED_KEY:-${STRING_VALUE}}", "${STRING_VALUE}", "text"},
      {"$${STRING_VALUE}", "${STRING_VALUE}", "text"},
      {"$$${STRING_VALUE}", "$value", "text"},
      {"$$$${STRING_VALUE}", "$${STRING_VALUE}", "text"},
      {"$${STRING_VALUE:-fallback}", "${STRING_VALUE:-fallback}", "text"},
      {"$${STRING_VALUE:-${STRING_VALUE}}", "${STRING_VALUE:-value}", "text"},
      {"${UNDEFINED_KEY:-$${UNDEFINED_KEY}}", "${UNDEFINED_KEY:-${UNDEFINED_KEY}}", "text"},
      {"${VALUE_WITH_ESCAPE}", "value$$", "text"},
      {"a $$ b", "a $ b", "text"},
      {"a $ b", "a $ b", "text"},
  };
  for (const Case& one : cases) {
    const Node node = substituted(one.input);
    EXPECT_EQ(node.text, one.text) << one.input;
    EXPECT_EQ(type_name(node), one.type) << one.input;
  }
}

TEST(Substitution, LeavesKeysAlone) {
  auto root = parse("a:\n  \"${STRING_VALUE}\": 1\n", "test.yaml");
  ASSERT_TRUE(root && substitute(*root, "test.yaml", lookup));
  EXPECT_EQ(root->entries.at(0).value.entries.at(0).key, "${STRING_VALUE}");
}

TEST(Substitution, RefusesAMalformedReferenceWithItsPlace) {
  for (const char* reference :
       {"${STRING_VALUE:?error}", "${1API_KEY}", "${API_$KEY}", "${sys:name}", "${env:}"}) {
    auto root = parse("a: 1\nkey: " + std::string(reference), "test.yaml");
    ASSERT_TRUE(root);
    const auto done = substitute(*root, "test.yaml", lookup);
    ASSERT_FALSE(done) << reference;
    EXPECT_THAT(done.error().message, HasSubstr("test.yaml:2:6: '" + std::string(reference) + "'"));
  }
}

}  // namespace
}  // namespace sonde::yaml
