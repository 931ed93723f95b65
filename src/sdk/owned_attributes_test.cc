#include "sonde/owned_attributes.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sonde {
namespace {

TEST(OwnedAttributes, AreEmptyByDefault) { EXPECT_TRUE(OwnedAttributes().view().empty()); }

TEST(OwnedAttributes, OutliveEverythingTheyWereMadeFrom) {
  OwnedAttributes owned;
  {
    // On the heap, so that the address sanitizer sees what is still pointed at.
    auto text = std::make_unique<std::string>("a text too long for the string itself");
    auto texts = std::make_unique<std::vector<std::string_view>>(2, *text);
    auto numbers = std::make_unique<std::vector<std::int64_t>>(3, 7);
    const auto bytes = std::make_unique<std::array<std::uint8_t, 2>>();
    const std::array<Attribute, 2> inner = {Attribute{*text, 1}, Attribute{"empty", {}}};
    const std::array<AttributeValue, 2> items = {AttributeValue(*text), AttributeValue::map(inner)};
    const std::array<bool, 2> booleans = {true, false};
    const std::array<double, 1> floatings = {0.5};
    owned = OwnedAttributes({{*text, *text},
                             {"strings", AttributeValue::strings(*texts)},
                             {"integers", AttributeValue::integers(*numbers)},
                             {"bytes", AttributeValue::bytes(*bytes)},
                             {"array", AttributeValue::array(items)},
                             {"booleans", AttributeValue::booleans(booleans)},
                             {"floatings", AttributeValue::floatings(floatings)},
                             {"none", AttributeValue::strings({})},
                             {"scalar", 2.5}});
  }
  const Attributes view = owned.view();
  ASSERT_EQ(view.size(), 9U);
  constexpr std::string_view text = "a text too long for the string itself";
  EXPECT_EQ(view[0].key, text);
  EXPECT_EQ(view[0].value.as_string(), text);
  EXPECT_EQ(view[1].value.as_strings()[1], text);
  EXPECT_EQ(view[2].value.as_integers()[2], 7);
  EXPECT_EQ(view[3].value.as_bytes().size(), 2U);
  EXPECT_EQ(view[4].value.as_array()[0].as_string(), text);
  const auto inner = view[4].value.as_array()[1].as_map();
  EXPECT_EQ(inner[0].key, text);
  EXPECT_EQ(inner[0].value.as_integer(), 1);
  EXPECT_EQ(inner[1].value.type(), AttributeValue::Type::empty);
  EXPECT_TRUE(view[5].value.as_booleans()[0]);
  EXPECT_EQ(view[6].value.as_floatings()[0], 0.5);
  EXPECT_TRUE(view[7].value.as_strings().empty());
  EXPECT_EQ(view[8].value.as_floating(), 2.5);
}

}  // namespace
}  // namespace sonde
