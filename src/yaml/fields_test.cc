#include "yaml/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "yaml/parse.h"

namespace sonde::yaml {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Fields, ReadEveryTypeAndTakeNullForAbsence) {
  const auto root = parse("b: true\ni: 7\nn: 0.5\nt: 4318\nc: gzip\nl: [x, y]\nz:\n", "f.yaml");
  ASSERT_TRUE(root);
  Report report{"f.yaml"};
  {
    Fields fields(*root, "", report);
    EXPECT_EQ(fields.boolean("b"), true);
    EXPECT_EQ(fields.integer("i", 0), 7);
    EXPECT_EQ(fields.number("n", 0, 1), 0.5);
    EXPECT_EQ(fields.text("t"), "4318");
    EXPECT_EQ(fields.choice("c", {"gzip", "none"}), "gzip");
    EXPECT_THAT(fields.texts("l"), ElementsAre("x", "y"));
    EXPECT_EQ(fields.integer("z", 0), std::nullopt);
    EXPECT_EQ(fields.text("absent"), std::nullopt);
  }
  EXPECT_THAT(report.problems, IsEmpty());
}

TEST(Fields, TellEverythingThatIsWrongWithItsPlaceAndKey) {
  const auto root = parse("size: -1\nratio: 2\non: \"true\"\nkind: x\nlist: []\nmap: 1\nsise: 1\n", "f.yaml");
  ASSERT_TRUE(root);
  Report report{"f.yaml"};
  {
    Fields fields(*root, "outer", report);
    EXPECT_EQ(fields.integer("size", 1), std::nullopt);
    EXPECT_EQ(fields.number("ratio", 0, 1), std::nullopt);
    EXPECT_EQ(fields.boolean("on"), std::nullopt);
    EXPECT_EQ(fields.choice("kind", {"a", "b", "c"}), std::nullopt);
    EXPECT_THAT(fields.list("list"), IsEmpty());
    const Node* const map = fields.find("map");
    ASSERT_NE(map, nullptr);
    const Fields inner(*map, fields.key_of("map"), report);
    EXPECT_EQ(fields.require("exporter"), nullptr);
  }
  EXPECT_THAT(report.problems,
              ElementsAre("f.yaml:1:7: outer.size: must be a whole number from 1 to 2147483647, not '-1'",
                          "f.yaml:2:8: outer.ratio: must be a number from 0 to 1, not '2'",
                          "f.yaml:3:5: outer.on: must be true or false, not 'true' in quotes",
                          "f.yaml:4:7: outer.kind: must be a, b or c, not 'x'",
                          "f.yaml:5:7: outer.list: must hold something, or be left out",
                          "f.yaml:6:6: outer.map: must be a mapping, not a whole number",
                          "f.yaml:1:1: outer.exporter: is missing",
                          "f.yaml:7:1: outer.sise: unknown key; did you mean size?"));
}

}  // namespace
}  // namespace sonde::yaml
