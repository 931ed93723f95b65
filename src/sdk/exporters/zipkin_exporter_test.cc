#include "sonde/zipkin_exporter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sdk/exporters/zipkin_json.h"
#include "sdk_support/environment.h"
#include "sdk_support/otlp_requests.h"
#include "sdk_support/raw_http_server.h"
#include "sonde/resource.hpp"
#include "sonde/sonde.hpp"
#include "sonde/span_processor.hpp"
#include "sonde/tracer_provider.hpp"

namespace sonde {
namespace {

using nlohmann::json;
using sonde::test::answer;
using sonde::test::Environment;
using sonde::test::in_turn;
using sonde::test::later;
using sonde::test::RawHttpServer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Zipkin's document of each span, in the order they ended.
class SpansForZipkin final : public SpanExporter {
 public:
  explicit SpansForZipkin(std::vector<json>& spans) : spans_(spans) {}
  ExportResult export_batch(const SpanBatch& batch, Deadline) noexcept override {
    std::string text;
    sdk::append_zipkin_json(batch, text);
    for (json& span : json::parse(text)) spans_.push_back(std::move(span));
    return {};
  }

 private:
  std::vector<json>& spans_;
};

struct Tracing {
  Tracing() {
    TracerProviderOptions options;
    options.resource = Resource({{"service.name", std::string("assistant")}});
    options.processors.push_back(
        std::make_unique<SimpleSpanProcessor>(std::make_unique<SpansForZipkin>(spans)));
    provider = std::make_unique<TracerProvider>(std::move(options));
    tracer = provider->get_tracer("chat.client", "1.2");
  }
  std::vector<json> spans;
  std::unique_ptr<TracerProvider> provider;
  Tracer tracer;
};

TEST(ZipkinJson, HoldsWhatTheSpecificationSays) {
  Tracing tracing;
  Span parent = tracing.tracer.start_span("agent", {.start_time = 1'000'000'000});
  Span chat = tracing.tracer.start_span(
      "chat", {.parent = parent, .kind = SpanKind::client, .start_time = 1'000'002'000});
  chat.set_attribute("text", "hello");
  chat.set_attribute("tokens", 42);
  chat.set_attribute("ratio", 0.5);
  chat.set_attribute("streamed", true);
  chat.set_attribute("stop", AttributeValue::array({"a", 1}));
  chat.add_event("sent", {}, 1'000'003'000);
  chat.add_event("token", {{"index", 1}, {"text", "x"}}, 1'000'004'000);
  chat.set_status(StatusCode::ok);
  chat.end(1'000'012'499);
  const std::string trace_id = parent.context().trace_id().to_hex();
  const std::string parent_id = parent.context().span_id().to_hex();
  const std::string chat_id = chat.context().span_id().to_hex();
  parent.end(1'000'000'001);

  ASSERT_EQ(tracing.spans.size(), 2u);
  EXPECT_EQ(tracing.spans[0],
            json({{"traceId", trace_id},
                  {"id", chat_id},
                  {"parentId", parent_id},
                  {"name", "chat"},
                  {"kind", "CLIENT"},
                  {"timestamp", 1'000'002},
                  {"duration", 10},
                  {"localEndpoint", {{"serviceName", "assistant"}}},
                  {"annotations",
                   {{{"timestamp", 1'000'003}, {"value", "sent"}},
                    {{"timestamp", 1'000'004}, {"value", R"("token": {"index":1,"text":"x"})"}}}},
                  {"tags",
                   {{"text", "hello"},
                    {"tokens", "42"},
                    {"ratio", "0.5"},
                    {"streamed", "true"},
                    {"stop", "[\"a\",1]"},
                    {"otel.scope.name", "chat.client"},
                    {"otel.scope.version", "1.2"},
                    {"otel.status_code", "OK"}}}}));
  const json& root = tracing.spans[1];
  EXPECT_FALSE(root.contains("parentId"));
  EXPECT_FALSE(root.contains("kind")) << "internal spans have none";
  EXPECT_FALSE(root.contains("remoteEndpoint"));
  EXPECT_EQ(root["duration"], 1) << "never zero";
  EXPECT_FALSE(root["tags"].contains("error"));
}

TEST(ZipkinJson, AnErrorIsATag) {
  Tracing tracing;
  Span described = tracing.tracer.start_span("a");
  described.set_attribute("error", "an attribute of that name");
  described.set_status(StatusCode::error, "rate limited");
  described.end();
  Span bare = tracing.tracer.start_span("b");
  bare.set_status(StatusCode::error);
  bare.end();
  EXPECT_EQ(tracing.spans.at(0)["tags"]["error"], "rate limited");
  EXPECT_EQ(tracing.spans.at(0)["tags"]["otel.status_code"], "ERROR");
  EXPECT_EQ(tracing.spans.at(1)["tags"]["error"], "");
}

TEST(ZipkinJson, TheRemoteEndpointIsWhatTellsMost) {
  Tracing tracing;
  const auto remote = [&](Attributes attributes, SpanKind kind = SpanKind::client) {
    Span span = tracing.tracer.start_span("call", {.kind = kind});
    for (const Attribute& attribute : attributes) span.set_attribute(attribute.key, attribute.value);
    span.end();
    return tracing.spans.back().value("remoteEndpoint", json());
  };
  EXPECT_EQ(remote({{"server.address", "api.openai.com"}, {"server.port", 443}, {"peer.service", "openai"}}),
            json({{"serviceName", "openai"}}));
  EXPECT_EQ(remote({{"db.name", "users"}, {"server.address", "api.openai.com"}, {"server.port", 443}}),
            json({{"serviceName", "api.openai.com"}, {"port", 443}}));
  EXPECT_EQ(remote({{"network.peer.address", "10.1.2.3"}, {"network.peer.port", 8080}}),
            json({{"ipv4", "10.1.2.3"}, {"port", 8080}}));
  EXPECT_EQ(remote({{"network.peer.address", "2001:db8::1"}, {"network.peer.port", 99'999}}),
            json({{"ipv6", "2001:db8::1"}}));
  EXPECT_EQ(remote({{"peer.service", ""}}), json());
  EXPECT_EQ(remote({{"peer.service", "queue"}}, SpanKind::producer), json({{"serviceName", "queue"}}));
  EXPECT_EQ(remote({{"peer.service", "caller"}}, SpanKind::server), json());
}

/// As Zipkin's server has it: a list of spans in JSON, or 400.
RawHttpServer::Script strict_zipkin() {
  return [](const RawHttpServer::Request& request, RawHttpServer::Connection& connection) {
    const json spans = json::parse(request.body, nullptr, false);
    const bool is_right = request.method == "POST" && request.target == "/api/v2/spans" &&
                          transport::header(request.headers, "content-type") == "application/json" &&
                          spans.is_array() && !spans.empty();
    connection.send(test::http_answer(is_right ? "202 Accepted" : "400 Bad Request"));
  };
}

ExportResult export_one(SpanExporter& exporter) {
  const std::string request("\x0a\x04\x12\x02\x12\x00", 6);  // a span without anything
  return exporter.export_batch(SpanBatch(request, 1), later());
}

TEST(ZipkinExporter, PostsToZipkinsApi) {
  RawHttpServer server(strict_zipkin());
  std::vector<std::string> problems;
  const auto exporter = make_zipkin_exporter({.endpoint = server.url("/api/v2/spans")}, problems);
  ASSERT_TRUE(exporter) << exporter.error().message;
  const ExportResult result = export_one(**exporter);
  EXPECT_TRUE(result.delivered) << result.message;
  EXPECT_EQ(server.requests().size(), 1u);
  EXPECT_THAT(problems, IsEmpty());
}

TEST(ZipkinExporter, TriesAgainWhenTheServerIsBusyAndNotWhenItRefuses) {
  RawHttpServer server(in_turn(answer("503 Service Unavailable", {{"Retry-After", "0"}}),
                               answer("202 Accepted"),
                               answer("400 Bad Request", {{"Content-Type", "text/plain"}}, "no")));
  std::vector<std::string> problems;
  const auto exporter = make_zipkin_exporter({.endpoint = server.url("/api/v2/spans")}, problems);
  ASSERT_TRUE(exporter);
  EXPECT_TRUE(export_one(**exporter).delivered);
  const ExportResult refused = export_one(**exporter);
  EXPECT_FALSE(refused.delivered);
  EXPECT_EQ(refused.failure, ExportFailure::invalid);
  EXPECT_THAT(refused.message, HasSubstr("400: no"));
  EXPECT_EQ(server.requests().size(), 3u);
}

TEST(ZipkinExporter, IsConfiguredByTheEnvironment) {
  RawHttpServer server(in_turn(strict_zipkin(), test::stall()));
  const Environment endpoint("OTEL_EXPORTER_ZIPKIN_ENDPOINT", server.url("/api/v2/spans"));
  const Environment timeout("OTEL_EXPORTER_ZIPKIN_TIMEOUT", "50");
  std::vector<std::string> problems;
  const auto exporter = make_zipkin_exporter({}, problems);
  ASSERT_TRUE(exporter);
  EXPECT_TRUE(export_one(**exporter).delivered);
  EXPECT_EQ(export_one(**exporter).failure, ExportFailure::unavailable) << "after 50 ms";
}

TEST(ZipkinExporter, AnEndpointThatIsNoUrlIsAnError) {
  std::vector<std::string> problems;
  EXPECT_THAT(make_zipkin_exporter({.endpoint = "zipkin:9411"}, problems).error().message,
              HasSubstr("zipkin:9411"));
}

}  // namespace
}  // namespace sonde
