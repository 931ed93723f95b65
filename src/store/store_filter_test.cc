// The list's filters, one by one.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "store/testing/batches.h"
#include "store/testing/store_test.h"

namespace sonde::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Spans;

class FilterTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    Spans spans("front", {{"host.name", "alpha"}});
    otlp::Span& first = spans.add(1, 1, 0, "GET /Cart", start);
    first.kind = SpanKind::server;
    first.end_time = start + 100;
    spans.set_attributes(
        first, {{"http.status", 500}, {"flag", true}, {"ratio", 0.5}, {"text", "500"}, {"a/b~c", "x"}});
    spans.set_service("back", {{"host.name", "beta"}});
    otlp::Span& second_span = spans.add(2, 1, 0, "query", start + 1'000);
    second_span.kind = SpanKind::client;
    second_span.end_time = start + 1'200;
    second_span.status = StatusCode::error;
    spans.set_attributes(second_span, {{"http.status", 200}});
    otlp::Span& both = spans.add(3, 1, 0, "query", start + 2'000);
    both.end_time = start + 2'300;
    add_spans(spans);
  }
};

TEST_P(FilterTest, Service) {
  EXPECT_THAT(find_numbers({.service = "front"}), ElementsAre(1));
  EXPECT_THAT(find_numbers({.service = "fron"}), IsEmpty());
}

TEST_P(FilterTest, SpanName) {
  EXPECT_THAT(find_numbers({.span_name = "query"}), ElementsAre(3, 2));
  EXPECT_THAT(find_numbers({.span_name = "Query"}), IsEmpty());
}

TEST_P(FilterTest, SpanKind) {
  EXPECT_THAT(find_numbers({.span_kind = "server"}), ElementsAre(1));
  EXPECT_THAT(find_numbers({.span_kind = "client"}), ElementsAre(2));
  EXPECT_THAT(find_numbers({.span_kind = "internal"}), ElementsAre(3));
  EXPECT_THAT(find_numbers({.span_kind = "nonsense"}), IsEmpty());
}

TEST_P(FilterTest, AttributesAreComparedAsText) {
  const auto with = [this](const std::string& key, const std::string& value) {
    return find_numbers({.attributes = {{key, value}}});
  };
  EXPECT_THAT(with("http.status", "500"), ElementsAre(1));
  EXPECT_THAT(with("http.status", "200"), ElementsAre(2));
  EXPECT_THAT(with("http.status", "50"), IsEmpty());
  EXPECT_THAT(with("text", "500"), ElementsAre(1));
  EXPECT_THAT(with("flag", "true"), ElementsAre(1));
  EXPECT_THAT(with("ratio", "0.5"), ElementsAre(1));
  EXPECT_THAT(with("a/b~c", "x"), ElementsAre(1));
  EXPECT_THAT(with("http", "500"), IsEmpty());
  EXPECT_THAT(with("' OR 1=1 --", "'"), IsEmpty());
}

TEST_P(FilterTest, AttributesOfTheResourceCountToo) {
  EXPECT_THAT(find_numbers({.attributes = {{"host.name", "beta"}}}), ElementsAre(3, 2));
  EXPECT_THAT(find_numbers({.attributes = {{"service.name", "front"}}}), ElementsAre(1));
  EXPECT_THAT(find_numbers({.attributes = {{"host.name", "beta"}, {"http.status", "200"}}}), ElementsAre(2));
  EXPECT_THAT(find_numbers({.attributes = {{"host.name", "alpha"}, {"http.status", "200"}}}), IsEmpty());
}

TEST_P(FilterTest, StartTimesAreInclusive) {
  EXPECT_THAT(find_numbers({.start_time_min = start + 1'000}), ElementsAre(3, 2));
  EXPECT_THAT(find_numbers({.start_time_min = start + 1'001}), ElementsAre(3));
  EXPECT_THAT(find_numbers({.start_time_max = start + 1'000}), ElementsAre(2, 1));
  EXPECT_THAT(find_numbers({.start_time_max = start + 999}), ElementsAre(1));
  EXPECT_THAT(find_numbers({.start_time_min = start + 1, .start_time_max = start + 1'999}), ElementsAre(2));
}

TEST_P(FilterTest, DurationsAreInclusive) {
  EXPECT_THAT(find_numbers({.duration_min = 200}), ElementsAre(3, 2));
  EXPECT_THAT(find_numbers({.duration_max = 200}), ElementsAre(2, 1));
  EXPECT_THAT(find_numbers({.duration_min = 101, .duration_max = 299}), ElementsAre(2));
  EXPECT_THAT(find_numbers({.duration_min = std::numeric_limits<std::uint64_t>::max()}), IsEmpty());
}

TEST_P(FilterTest, ErrorsOnly) { EXPECT_THAT(find_numbers({.errors_only = true}), ElementsAre(2)); }

TEST_P(FilterTest, TextIsFoundInNameOrServiceInAnyCase) {
  EXPECT_THAT(find_numbers({.text = "cart"}), ElementsAre(1));
  EXPECT_THAT(find_numbers({.text = "BACK"}), ElementsAre(3, 2));
  EXPECT_THAT(find_numbers({.text = "%"}), IsEmpty());
}

TEST_P(FilterTest, TextThatIsNotUtf8FindsNothing) {
  EXPECT_THAT(find_numbers({.service = "\xFF"}), IsEmpty());
  EXPECT_THAT(find_numbers({.attributes = {{"\xC3", "\xED\xA0\x80"}}}), IsEmpty());
}

TEST_P(FilterTest, OneSpanMustMeetAllConditions) {
  Spans spans("front");
  spans.add(4, 1, 0, "root", start + 3'000);
  spans.set_service("back");
  spans.add(4, 2, 1, "child", start + 3'100).status = StatusCode::error;
  add_spans(spans);
  EXPECT_THAT(find_numbers({.service = "back", .errors_only = true}), ElementsAre(4, 2));
  EXPECT_THAT(find_numbers({.service = "front", .errors_only = true}), IsEmpty());
}

TEST_P(FilterTest, AMatchInTheMiddleGivesTheWholeTrace) {
  Spans spans("front");
  spans.add(4, 1, 0, "root", start + 3'000);
  spans.set_service("deep");
  spans.add(4, 2, 1, "child", start + 9'000);
  add_spans(spans);
  const auto found = find({.service = "deep", .start_time_min = start + 8'000});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].root_name, "root");
  EXPECT_EQ(found[0].span_count, 2U);
  EXPECT_EQ(found[0].start_time, start + 3'000);
}

INSTANTIATE_TEST_SUITE_P(Implementations, FilterTest, ::testing::ValuesIn(implementations()), name_of);

}  // namespace
}  // namespace sonde::store
