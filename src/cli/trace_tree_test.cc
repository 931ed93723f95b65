#include "cli/trace_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <string>

#include "cli/terminal.h"
#include "query/testing/trace_builder.h"

namespace sonde::cli {
namespace {

using otlp::SpanKind;
using otlp::StatusCode;
using query::TestSpan;
using query::TraceBuilder;
using testing::HasSubstr;
using testing::Not;

std::string render(TraceBuilder& builder, std::size_t width = 80) {
  setenv("TZ", "UTC", 1);
  tzset();
  TreeOptions options;
  options.terminal.width = width;
  // A line break first, so that expectations can begin on a line of their own.
  return "\n" + render_trace_tree(*builder.build(), options);
}

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

std::size_t widest_line(std::string_view text) {
  std::size_t widest = 0;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    widest = std::max(widest, display_width(line));
  }
  return widest;
}

TraceBuilder rag_trace() {
  TraceBuilder builder;
  builder.add({.number = 1, .name = "rag_pipeline", .duration_ms = 1'240, .kind = SpanKind::server})
      .add({.number = 2, .parent = 1, .name = "retrieve_documents", .start_ms = 2, .duration_ms = 52})
      .add({.number = 3,
            .parent = 2,
            .name = "GET /search",
            .start_ms = 4,
            .duration_ms = 40,
            .kind = SpanKind::server,
            .service = "vector-db"})
      .add({.number = 4,
            .parent = 1,
            .name = "generate_response",
            .start_ms = 56,
            .duration_ms = 1'180,
            .status = StatusCode::ok})
      .add({.number = 5,
            .parent = 4,
            .name = "chat gpt-4o-mini",
            .start_ms = 60,
            .duration_ms = 1'000,
            .attributes = {{"gen_ai.operation.name", "chat"},
                           {"gen_ai.request.model", "gpt-4o-mini"},
                           {"gen_ai.usage.input_tokens", 12'350},
                           {"gen_ai.usage.output_tokens", 128}},
            .kind = SpanKind::client})
      .add({.number = 6,
            .parent = 4,
            .name = "openai.chat",
            .start_ms = 1'062,
            .duration_ms = 170,
            .attributes = {{"gen_ai.operation.name", "chat"},
                           {"gen_ai.response.model", "gpt-4o"},
                           {"gen_ai.usage.input_tokens", 350}},
            .kind = SpanKind::client,
            .status = StatusCode::error,
            .status_message =
                "TimeoutError: the model did not answer within the 150 ms that the budget of this "
                "request left it"});
  return builder;
}

TEST(TraceTree, ShowsAWholeTraceIn80Columns) {
  TraceBuilder builder = rag_trace();
  EXPECT_EQ(render(builder), R"(
Trace ab000000000000000000000000000001
my-llm-app, vector-db · 2026-11-23 08:34:12.000 · 1.24 s · 6 spans · 1 error
12,700→128 tokens · gpt-4o-mini, gpt-4o

rag_pipeline                  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  1.24 s
├─ retrieve_documents         ━                               52.0 ms
│  └─ GET /search [vector-db] ━                               40.0 ms
└─ generate_response           ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╸  1.18 s          ✓
   ├─ chat gpt-4o-mini         ╺━━━━━━━━━━━━━━━━━━━━━━━━╸      1.00 s  12k→128
   └─ openai.chat · gpt-4o                              ╺━━━╸  170 ms      350 ✗
         TimeoutError: the model did not answer within the 150 ms that the
         budget of this request left it
)");
}

TEST(TraceTree, UsesTheWidthOfAWideTerminalForItsBars) {
  TraceBuilder builder = rag_trace();
  const std::string text = render(builder, 160);
  EXPECT_LE(widest_line(text), 160u);
  EXPECT_GE(widest_line(text), 155u);
}

TEST(TraceTree, LeavesTheBarsOutWhereThereIsNoRoom) {
  TraceBuilder builder = rag_trace();
  const std::string text = render(builder, 44);
  EXPECT_LE(widest_line(text), 44u);
  EXPECT_THAT(text, Not(HasSubstr("━")));
  EXPECT_THAT(text, HasSubstr("12k→128"));
}

TEST(TraceTree, NeverExceedsTheWidthWhateverTheNames) {
  for (const std::size_t width : {40u, 50u, 80u, 81u, 120u}) {
    TraceBuilder builder;
    builder
        .add({.number = 1,
              .name = "日本語のとても長い名前のスパンです、とても長いので切られます、必ず切られます"})
        .add({.number = 2,
              .parent = 1,
              .name = std::string(300, 'x'),
              .service = "a-service-with-a-long-name"});
    EXPECT_LE(widest_line(render(builder, width)), width);
  }
}

TEST(TraceTree, KeepsTerminalControlsOfANameAwayFromTheTerminal) {
  TraceBuilder builder;
  builder.add({.name = "evil\x1b]0;title\x07", .service = "s\x1b[2J"});
  EXPECT_THAT(render(builder), Not(HasSubstr("\x1b")));
}

TEST(TraceTree, ColoursOnlyWhereColoursAre) {
  TraceBuilder builder = rag_trace();
  const auto batch = builder.build();
  TreeOptions options;
  EXPECT_THAT(render_trace_tree(*batch, options), Not(HasSubstr("\x1b[")));
  options.terminal.colours = true;
  EXPECT_THAT(render_trace_tree(*batch, options), HasSubstr("\x1b[31mopenai.chat\x1b[0m"));
}

TEST(TraceTree, ShowsASpanWhoseParentNeverCame) {
  TraceBuilder builder;
  builder.add({.number = 1, .name = "root"})
      .add({.number = 3, .parent = 9, .name = "orphan", .start_ms = 50});
  EXPECT_THAT(render(builder), HasSubstr("\norphan (parent not received) "));
}

TEST(TraceTree, ShowsEverySpanOfARingOnce) {
  TraceBuilder builder;
  builder.add({.number = 1, .parent = 1, .name = "its own parent", .start_ms = 1})
      .add({.number = 2, .parent = 3, .name = "ring a", .start_ms = 3})
      .add({.number = 3, .parent = 2, .name = "ring b", .start_ms = 2});
  const std::string text = render(builder);
  EXPECT_THAT(text, HasSubstr("\nits own parent "));
  EXPECT_THAT(text, HasSubstr("\nring b "));
  EXPECT_THAT(text, HasSubstr("\n└─ ring a "));
}

TEST(TraceTree, SaysOfARunningSpanHowLongItWasSeenRunning) {
  TraceBuilder builder;
  builder
      .add({.number = 1,
            .name = "agent",
            .attributes = {{"sonde.span.snapshot_time",
                            static_cast<std::int64_t>(query::test_time + 5'000 * query::millisecond)}},
            .is_running = true})
      .add({.number = 2, .parent = 1, .name = "tool", .start_ms = 1'000, .duration_ms = 2'000})
      .add({.number = 3, .parent = 1, .name = "of another SDK", .start_ms = 2'500, .is_running = true});
  EXPECT_EQ(render(builder), R"(
Trace ab000000000000000000000000000001
my-llm-app · 2026-11-23 08:34:12.000 · 5.00 s · 3 spans

agent             ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ running 5.00 s
├─ tool                    ━━━━━━━━━━━━━━━━━━━                            2.00 s
└─ of another SDK                        ╺                               running
)");
}

TEST(TraceTree, CountsASpanThatCameTwiceOnce) {
  TraceBuilder builder;
  builder.add({.number = 1, .name = "root"})
      .add({.number = 2, .parent = 1, .name = "twin"})
      .add({.number = 2, .parent = 1, .name = "twin"});
  const std::string text = render(builder);
  EXPECT_EQ(text.find("twin"), text.rfind("twin"));
}

TEST(TraceTree, DrawsAChildOutsideItsParentsTimeWhereItRan) {
  TraceBuilder builder;
  builder.add({.number = 1, .name = "request", .start_ms = 0, .duration_ms = 50})
      .add({.number = 2, .parent = 1, .name = "afterwards", .start_ms = 50, .duration_ms = 50});
  EXPECT_EQ(render(builder, 50), R"(
Trace ab000000000000000000000000000001
my-llm-app · 2026-11-23 08:34:12.000 · 100 ms
2 spans

request       ━━━━━━━━━━━━━━               50.0 ms
└─ afterwards               ━━━━━━━━━━━━━━ 50.0 ms
)");
}

TEST(TraceTree, GivesSpansWithoutDurationTheSmallestBar) {
  TraceBuilder builder;
  builder.add({.number = 1, .name = "instant", .duration_ms = 0});
  const std::string text = render(builder);
  EXPECT_THAT(text, HasSubstr("╸"));
  EXPECT_THAT(text, HasSubstr("0 ns"));
}

TEST(TraceTree, SurvivesAbsurdTimesAndCountsAtAnyWidth) {
  for (std::size_t width = 1; width <= 120; ++width) {
    TraceBuilder builder;
    builder.add({.number = 1,
                 .name = "chat with a name that is long enough to want more than half of the line for itself",
                 .duration_ms = 16'000'000'000'000,
                 .attributes = {{"gen_ai.operation.name", "chat"},
                                {"gen_ai.usage.input_tokens", INT64_MAX},
                                {"gen_ai.usage.output_tokens", INT64_MAX}},
                 .status = StatusCode::error});
    EXPECT_THAT(render(builder, width), HasSubstr("185185d 04h")) << width;
  }
}

TEST(TraceTree, NumbersTheDepthOfSpansTooDeepToIndent) {
  TraceBuilder builder;
  for (std::uint64_t i = 1; i <= 150; ++i)
    builder.add({.number = i, .parent = i - 1, .name = "step", .start_ms = i});
  const std::string text = render(builder);
  EXPECT_LE(widest_line(text), 80u);
  EXPECT_THAT(text, HasSubstr("\n149⋯ "));
}

TEST(TraceTree, SurvivesATraceOneHundredThousandSpansDeep) {
  TraceBuilder builder;
  for (std::uint64_t i = 1; i <= 100'000; ++i) builder.add({.number = i, .parent = i - 1, .name = "step"});
  EXPECT_THAT(render(builder), testing::EndsWith("\n… 99,800 more spans\n"));
}

TEST(TraceTree, CountsSiblingsOfALongTraceInsteadOfListingThemButShowsErrors) {
  TraceBuilder builder;
  builder.add({.number = 1, .name = "batch", .duration_ms = 9'000});
  for (std::uint64_t i = 2; i <= 1'001; ++i) {
    const bool failed = i == 500;
    builder.add({.number = i,
                 .parent = 1,
                 .name = failed ? "failed chunk" : "chunk",
                 .start_ms = 8 * i,
                 .status = failed ? StatusCode::error : StatusCode::unset});
  }
  const std::string text = render(builder);
  EXPECT_LT(lines_in(text), 20u);
  EXPECT_THAT(text, HasSubstr("├─ failed chunk"));
  EXPECT_THAT(text, HasSubstr("└─ … 991 more spans"));
}

TEST(TraceTree, ShowsAttributesEventsAndLinksOnRequest) {
  const std::array<AttributeValue, 3> doc_ids{"a", 2, true};
  TraceBuilder builder;
  builder.add({.number = 1,
               .name = "chat",
               .attributes = {{"gen_ai.request.model", "gpt-4o"},
                              {"doc_ids", AttributeValue::array(doc_ids)},
                              {"prompt", "two\nlines"}},
               .kind = SpanKind::client,
               .events = {query::test_event(300, "first_token"), query::test_event(20, "retry")},
               .links = {query::test_link(2, 7)}});
  TreeOptions options;
  options.attributes = true;
  const std::string text = render_trace_tree(*builder.build(), options);
  EXPECT_THAT(text, testing::EndsWith(R"(
   span 0000000000000001, client, from test 1.0
   gen_ai.request.model  gpt-4o
   doc_ids               ["a",2,true]
   prompt                two
                         lines
   • +20.0 ms  retry
   • +300 ms  first_token
   → span 0000000000000007 of trace ab000000000000000000000000000002
)"));
}

TEST(TraceTree, TakesTheErrorsMessageFromTheExceptionWhereTheStatusHasNone) {
  TraceBuilder builder;
  const auto exception = builder.kept<Attribute>(
      {{"exception.type", "RateLimitError"}, {"exception.message", "try again in 20 s"}});
  builder.add({.number = 1,
               .name = "chat",
               .status = StatusCode::error,
               .events = {query::test_event(0, "exception", exception)}});
  EXPECT_THAT(render(builder), HasSubstr("\n   RateLimitError: try again in 20 s\n"));
}

TEST(TraceTree, IsEmptyForAnEmptyBatch) { EXPECT_EQ(render_trace_tree(otlp::TraceBatch(), {}), ""); }

}  // namespace
}  // namespace sonde::cli
