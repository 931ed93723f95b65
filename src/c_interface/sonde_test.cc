// The shared library from outside: what programs in C and in C++ record through it arrives at a server.

#include "sonde/c/sonde.h"

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "c_interface/from_c.h"
#include "genai/test_genai.h"
#include "sdk_support/raw_http_server.h"
#include "sonde/span_exporter.hpp"

namespace sonde {
namespace {

using genai::test::Map;
using genai::test::map_of;
using test::answer;
using test::RawHttpServer;

/// A span as it arrived.
struct Received {
  std::string name;
  std::string parent;  ///< The name of its parent, or empty.
  std::string status;
  Map attributes;
  std::map<std::string, Map> events;
};

/// Takes what is exported, and tells it by name.
class Receiver {
 public:
  [[nodiscard]] std::string url() const { return server_.url(""); }

  [[nodiscard]] std::vector<std::string> services() const {
    std::vector<std::string> names;
    for (const auto& request : server_.requests()) {
      if (request.target != "/v1/traces") continue;
      names.push_back(map_of(SpanBatch(request.body, 0).resource()).at("service.name"));
    }
    return names;
  }

  [[nodiscard]] std::map<std::string, Received> spans() const {
    std::map<std::string, Received> by_name;
    std::map<std::string, std::string> names;
    for_each([&](const SpanView& span) { names[to_hex(span.span_id())] = span.name(); });
    for_each([&](const SpanView& span) {
      Received& received = by_name[std::string(span.name())];
      received.parent = names[to_hex(span.parent_span_id())];
      received.status = span.status_message();
      received.attributes = map_of(span.attributes());
      for (const auto& event : span.events()) {
        received.events[std::string(event.name())] = map_of(event.attributes());
      }
    });
    return by_name;
  }

 private:
  static std::string to_hex(const SpanId& id) { return id.is_valid() ? id.to_hex() : std::string(); }

  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& request : server_.requests()) {
      if (request.target != "/v1/traces") continue;
      SpanBatch(request.body, 0).for_each([&](const InstrumentationScope&, const SpanView& span) {
        visit(span);
      });
    }
  }

  RawHttpServer server_{answer("200 OK")};
};

TEST(CInterface, RecordsWhatAProgramInCSays) {
  const Receiver receiver;
  ASSERT_EQ(record_query_from_c(receiver.url().c_str()), 0);
  EXPECT_THAT(receiver.services(), testing::Each(R"("from-c")"));
  const auto spans = receiver.spans();
  EXPECT_EQ(spans.size(), 3u);
  EXPECT_EQ(spans.at("llamaindex.RetrieverQueryEngine.query").parent, "");
  const Received& retrieval = spans.at("retrieval facts");
  EXPECT_EQ(retrieval.parent, "llamaindex.RetrieverQueryEngine.query");
  EXPECT_EQ(retrieval.events.at("found"), (Map{{"doc_count", "3"}, {"scores", "[0.5,0.25]"}}));
  EXPECT_FALSE(retrieval.attributes.contains("gen_ai.retrieval.query.text"));
  const Received& chat = spans.at("chat gpt-4o-mini");
  EXPECT_EQ(chat.parent, "llamaindex.RetrieverQueryEngine.query");
  EXPECT_EQ(chat.status, "slow down");
  EXPECT_EQ(chat.attributes.at("error.type"), R"("RateLimitError")");
  EXPECT_EQ(chat.attributes.at("gen_ai.provider.name"), R"("openai")");
  EXPECT_EQ(chat.attributes.at("gen_ai.request.stream"), "true");
}

TEST(CInterface, TakesCallsOfManyThreadsAndEndsWhatIsLeftOpen) {
  const Receiver receiver;
  sonde_telemetry* const telemetry = sonde_setup("threads", receiver.url().c_str());
  sonde_framework* const framework = sonde_framework_new(nullptr, 8, 0);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 100; ++i) {
        const std::string id = std::to_string(thread) + "-" + std::to_string(i);
        const std::string name = "Span" + id;
        sonde_span_enter(framework, id.c_str(), name.c_str(), nullptr, nullptr, "{}", nullptr);
        if (i % 2 == 0) sonde_span_exit(framework, id.c_str(), "[1,2]");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(sonde_open_spans(framework), 8u);
  sonde_framework_free(framework);
  sonde_telemetry_free(telemetry);
  const auto spans = receiver.spans();
  EXPECT_EQ(spans.size(), 400u);
  EXPECT_EQ(spans.at("Span3-99").attributes.at("sonde.span.abandoned"), "true");
}

TEST(CInterface, DoesNothingWithoutObjectsAndWithoutTexts) {
  EXPECT_EQ(sonde_telemetry_flush(nullptr, 1), 0);
  EXPECT_EQ(sonde_telemetry_shutdown(nullptr, 1), 0);
  sonde_telemetry_free(nullptr);
  sonde_framework_free(nullptr);
  sonde_span_enter(nullptr, "1", nullptr, nullptr, nullptr, nullptr, nullptr);
  sonde_span_chunk(nullptr, "1");
  sonde_span_exit(nullptr, "1", nullptr);
  sonde_span_drop(nullptr, "1", nullptr, nullptr);
  sonde_span_event(nullptr, "1", nullptr, nullptr);
  char traceparent[SONDE_TRACEPARENT_SIZE] = "x";
  EXPECT_EQ(sonde_span_traceparent(nullptr, "1", traceparent), 0);
  EXPECT_STREQ(traceparent, "");
  EXPECT_EQ(sonde_open_spans(nullptr), 0u);

  sonde_framework* const framework = sonde_framework_new(nullptr, 0, UINT64_MAX);
  sonde_span_enter(framework, nullptr, nullptr, nullptr, nullptr, "[not json", nullptr);
  sonde_span_chunk(framework, nullptr);
  EXPECT_EQ(sonde_open_spans(framework), 1u);
  sonde_span_event(framework, nullptr, nullptr, "[]");
  EXPECT_EQ(sonde_span_traceparent(framework, nullptr, nullptr), 0);
  sonde_span_exit(framework, nullptr, nullptr);
  EXPECT_EQ(sonde_open_spans(framework), 0u);
  sonde_framework_free(framework);
}

}  // namespace
}  // namespace sonde
