#include "cli/trace_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include <string>
#include <vector>

#include "query/testing/trace_builder.h"

namespace sonde::cli {
namespace {

using query::millisecond;
using query::test_time;
using query::test_trace_id;
using testing::HasSubstr;

std::vector<store::TraceSummary> two_traces() {
  store::TraceSummary rag;
  rag.trace_id = test_trace_id(1);
  rag.trace_id.bytes[1] = 0x12;
  rag.root_service = "my-llm-app";
  rag.root_name = "rag_pipeline";
  rag.start_time = test_time;
  rag.duration = 1'240 * millisecond;
  rag.span_count = 4;
  rag.error_count = 1;
  rag.models = {"gpt-4o-mini"};
  rag.input_tokens = 12'350;
  rag.output_tokens = 128;
  store::TraceSummary health;
  health.trace_id = test_trace_id(2);
  health.root_service = "gateway";
  health.root_name = "GET /health";
  health.start_time = test_time - 86'400'000 * millisecond;
  health.duration = 2 * millisecond;
  health.span_count = 1;
  return {rag, health};
}

std::string render(const std::vector<store::TraceSummary>& traces, std::size_t width) {
  setenv("TZ", "UTC", 1);
  tzset();
  TableOptions options;
  options.terminal = {.is_terminal = true, .colours = false, .width = width};
  options.now = test_time + 60'000 * millisecond;
  return "\n" + render_trace_table(traces, options);
}

TEST(TraceTable, ShowsEveryColumnWhereThereIsRoom) {
  EXPECT_EQ(render(two_traces(), 120), R"(
TRACE     START        NAME          SERVICE     DURATION  SPANS  ERR   TOKENS  MODEL
ab120000  08:34:12     rag_pipeline  my-llm-app    1.24 s      4    1  12k→128  gpt-4o-mini
ab000000  11-22 08:34  GET /health   gateway      2.00 ms      1    -        -  -
)");
}

TEST(TraceTable, ShowsEveryColumnIn80ColumnsToo) {
  EXPECT_EQ(render(two_traces(), 80), R"(
TRACE    START       NAME         SERVICE   DURATION SPANS ERR  TOKENS MODEL
ab120000 08:34:12    rag_pipeline my-llm-a…   1.24 s     4   1 12k→128 gpt-4o-m…
ab000000 11-22 08:34 GET /health  gateway    2.00 ms     1   -       - -
)");
}

TEST(TraceTable, LeavesOutWhatMattersLeastInNarrowTerminals) {
  EXPECT_EQ(render(two_traces(), 60), R"(
TRACE    START       NAME         SERVICE    DURATION ERR
ab120000 08:34:12    rag_pipeline my-llm-app   1.24 s   1
ab000000 11-22 08:34 GET /health  gateway     2.00 ms   -
)");
}

TEST(TraceTable, GivesAPipeWholeIdsAndTimesAndCutsNothing) {
  setenv("TZ", "UTC", 1);
  tzset();
  std::vector<store::TraceSummary> traces = two_traces();
  traces[0].root_name = std::string(300, 'x');
  const std::string text = render_trace_table(traces, {});
  EXPECT_THAT(text, HasSubstr("ab120000000000000000000000000001  2026-11-23 08:34:12.000"));
  EXPECT_THAT(text, HasSubstr(std::string(300, 'x')));
}

TEST(TraceTable, ShowsEnoughDigitsToTellTheTracesApart) {
  std::vector<store::TraceSummary> traces = two_traces();
  traces[0].trace_id = test_trace_id(0x1111);
  traces[1].trace_id = test_trace_id(0x1112);
  EXPECT_THAT(render(traces, 120), HasSubstr("\nab000000000000000000000000001111 "));
}

TEST(TraceTable, CutsLongNamesAndControlCharacters) {
  std::vector<store::TraceSummary> traces = two_traces();
  traces[0].root_name = "evil\x1b[2J" + std::string(100, 'x');
  const std::string text = render(traces, 80);
  EXPECT_THAT(text, HasSubstr("evil\uFFFD[2Jxx"));
  EXPECT_THAT(text, HasSubstr("…"));
}

TEST(TraceTable, FitsEvenVeryNarrowTerminals) {
  EXPECT_EQ(render(two_traces(), 24), R"(
TRACE    NAME
ab120000 rag_pipeline
ab000000 GET /health
)");
}

}  // namespace
}  // namespace sonde::cli
