// OTLP's receiver behaviour (opentelemetry-proto, docs/specification.md) over real sockets, with gRPC's own
// client and with bytes written by hand.

#include "collector/receivers/otlp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "collector/pipeline.h"
#include "collector/receivers/otlp_export.h"
#include "otlp/encode.h"
#include "transport/grpc_server_test_client.h"
#include "transport/http_server_test_client.h"

namespace sonde::collector {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using otlp::Encoding;
using otlp::Signal;
using testing::HasSubstr;
using transport::HttpResponse;
constexpr auto patience = 20s;
constexpr std::size_t max_request_bytes = 100'000;

constexpr const char* traces_method = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
constexpr const char* logs_method = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
constexpr const char* metrics_method = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

/// The end of the pipeline: answers each batch from a thread of its own, as the test says.
class FakeExporter final : public otlp::Consumer {
 public:
  void answer_with(Expected<otlp::Receipt> outcome) {
    const std::scoped_lock lock(mutex_);
    outcome_ = std::move(outcome);
  }
  /// From now on batches wait for release().
  void hold() {
    const std::scoped_lock lock(mutex_);
    holds_ = true;
  }
  bool wait_for_held(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return held_.size() >= count; });
  }
  void release() {
    std::deque<otlp::Done> held;
    {
      const std::scoped_lock lock(mutex_);
      held.swap(held_);
      holds_ = false;
    }
    for (const otlp::Done& done : held) done(otlp::Receipt{});
  }
  std::vector<std::string> names() {
    const std::scoped_lock lock(mutex_);
    return names_;
  }

  void consume(std::shared_ptr<const otlp::TraceBatch> batch, otlp::Done done) override {
    take(
        batch->items, "span ", [](const otlp::Span& span) { return span.name; }, std::move(done));
  }
  void consume(std::shared_ptr<const otlp::LogBatch> batch, otlp::Done done) override {
    take(
        batch->items, "log ", [](const otlp::LogRecord& log) { return log.severity_text; }, std::move(done));
  }
  void consume(std::shared_ptr<const otlp::MetricBatch> batch, otlp::Done done) override {
    take(
        batch->items, "metric ", [](const otlp::Metric& metric) { return metric.name; }, std::move(done));
  }

 private:
  template <class Items, class Name>
  void take(const Items& items, const std::string& kind, Name name, otlp::Done done) {
    const std::scoped_lock lock(mutex_);
    for (const auto& item : items) names_.push_back(kind + std::string(name(item)));
    if (holds_) {
      held_.push_back(std::move(done));
      changed_.notify_all();
    } else {
      std::thread([outcome = outcome_, done = std::move(done)] { done(outcome); }).detach();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  Expected<otlp::Receipt> outcome_ = otlp::Receipt{};
  bool holds_ = false;
  std::deque<otlp::Done> held_;
  std::vector<std::string> names_;
};

/// The shape of a request with one item of the signal, named "x".
const std::string span_json =
    R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736",)"
    R"("spanId":"00f067aa0ba902b7","name":"x"}]}]}]})";
const std::string log_json = R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{"severityText":"x"}]}]}]})";
const std::string metric_json = R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"x"}]}]}]})";

/// One field of a protobuf message: its number and its bytes, which are fewer than 128.
std::string field(int number, const std::string& bytes) {
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(bytes.size())} + bytes;
}
const std::string trace_id = field(1, "\x4b\xf9\x2f\x35\x77\xb3\x4d\xa6\xa3\xce\x92\x9d\x0e\x0e\x47\x36");
const std::string span_id = field(2, "\x00\xf0\x67\xaa\x0b\xa9\x02\xb7"s);
const std::string span_protobuf = field(1, field(2, field(2, trace_id + span_id + field(5, "x"))));
const std::string span_without_id_protobuf = field(1, field(2, field(2, trace_id + field(5, "x"))));
const std::string log_protobuf = field(1, field(2, field(2, field(3, "x"))));
const std::string metric_protobuf = field(1, field(2, field(2, field(1, "x"))));

class OtlpReceiverTest : public testing::Test {
 protected:
  OtlpReceiverTest()
      : pipeline_({{.grpc_port = 0, .http_port = 0, .max_request_bytes = max_request_bytes}}, exporter_) {}
  void SetUp() override {
    const Expected<void> started = pipeline_.start();
    ASSERT_TRUE(started) << started.error().message;
  }
  void TearDown() override { pipeline_.stop(patience); }

  HttpResponse send(const std::string& method, const std::string& path, const std::string& fields,
                    const std::string& body) const {
    transport::TestClient client(pipeline_.otlp_receiver.http_port());
    client.request(method, path, fields, body);
    return client.response();
  }
  HttpResponse post(const std::string& path, const std::string& content_type, const std::string& body) const {
    return send("POST", path, "Content-Type: " + content_type + "\r\n", body);
  }
  transport::GrpcTestClient::Answer call(const char* method, const std::string& message,
                                         grpc_compression_algorithm coding = GRPC_COMPRESS_NONE) const {
    return transport::GrpcTestClient(pipeline_.otlp_receiver.grpc_port()).call(method, message, coding);
  }

  std::uint64_t refused(Signal signal, std::string_view reason) const {
    for (const Counters::Refused& refused : pipeline_.counters.refused()) {
      if (refused.signal == signal && refused.reason == reason) return refused.count;
    }
    return 0;
  }

  FakeExporter exporter_;
  Pipeline pipeline_;
};

constexpr const char* json = "application/json";
constexpr const char* protobuf = "application/x-protobuf";

TEST_F(OtlpReceiverTest, TakesEverySignalInBothEncodingsAndAnswersInTheSame) {
  const struct {
    const char* path;
    const char* content_type;
    std::string body;
    std::string answer;
  } requests[] = {
      {"/v1/traces", json, span_json, "{}"},    {"/v1/logs", json, log_json, "{}"},
      {"/v1/metrics", json, metric_json, "{}"}, {"/v1/traces", protobuf, span_protobuf, ""},
      {"/v1/logs", protobuf, log_protobuf, ""}, {"/v1/metrics", protobuf, metric_protobuf, ""},
  };
  for (const auto& request : requests) {
    const HttpResponse response = post(request.path, request.content_type, request.body);
    EXPECT_EQ(response.status, 200U) << request.path << " " << request.content_type << " " << response.body;
    EXPECT_EQ(transport::header(response.headers, "Content-Type"), request.content_type);
    EXPECT_EQ(response.body, request.answer);
  }
  EXPECT_THAT(exporter_.names(),
              testing::ElementsAre("span x", "log x", "metric x", "span x", "log x", "metric x"));
  EXPECT_EQ(pipeline_.counters.accepted(Signal::traces), 2U);
  EXPECT_EQ(pipeline_.counters.accepted(Signal::logs), 2U);
  EXPECT_EQ(pipeline_.counters.accepted(Signal::metrics), 2U);
}

TEST_F(OtlpReceiverTest, TakesEverySignalOverGrpc) {
  for (const auto& [method, message] : {std::pair(traces_method, span_protobuf),
                                        {logs_method, log_protobuf},
                                        {metrics_method, metric_protobuf}}) {
    const auto answer = call(method, message);
    EXPECT_TRUE(answer.status.ok()) << method << " " << answer.status.error_message();
    EXPECT_EQ(answer.message, "");
  }
  EXPECT_THAT(exporter_.names(), testing::ElementsAre("span x", "log x", "metric x"));
}

TEST_F(OtlpReceiverTest, ToleratesParametersOfTheContentTypeAndItsCase) {
  EXPECT_EQ(post("/v1/traces", "application/json; charset=utf-8", span_json).status, 200U);
  EXPECT_EQ(post("/v1/traces", "Application/JSON ;charset=utf-8", span_json).status, 200U);
  const HttpResponse response =
      post("/v1/traces", "application/x-protobuf; messageType=ExportTraceServiceRequest", span_protobuf);
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(transport::header(response.headers, "Content-Type"), protobuf);
}

TEST_F(OtlpReceiverTest, RefusesOtherContentTypesMethodsAndPaths) {
  EXPECT_EQ(post("/v1/traces", "text/plain", span_json).status, 415U);
  EXPECT_EQ(post("/v1/traces", "application/jsonx", span_json).status, 415U);
  EXPECT_EQ(send("POST", "/v1/traces", "", span_json).status, 415U);
  EXPECT_EQ(refused(Signal::traces, refused_content_type), 3U);
  for (const char* method : {"GET", "PUT", "DELETE"}) {
    const HttpResponse response = send(method, "/v1/traces", "Content-Length: 0\r\n", "");
    EXPECT_EQ(response.status, 405U) << method;
    EXPECT_EQ(transport::header(response.headers, "Allow"), "POST, OPTIONS");
  }
  EXPECT_EQ(post("/v1/trace", json, span_json).status, 404U);
  EXPECT_EQ(post("/v1/traces/", json, span_json).status, 404U);
  EXPECT_EQ(
      call("/opentelemetry.proto.collector.trace.v1.TraceService/Import", span_protobuf).status.error_code(),
      grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_THAT(exporter_.names(), testing::IsEmpty());
}

TEST_F(OtlpReceiverTest, AnEmptyRequestSucceeds) {
  EXPECT_EQ(post("/v1/traces", protobuf, "").status, 200U);
  EXPECT_EQ(post("/v1/traces", json, "{}").status, 200U);
  EXPECT_EQ(post("/v1/traces", json, R"({"resourceSpans":[]})").status, 200U);
  EXPECT_TRUE(call(traces_method, "").status.ok());
  EXPECT_THAT(exporter_.names(), testing::IsEmpty());
}

TEST_F(OtlpReceiverTest, AnswersWhatItCannotDecodeWithAStatusInTheEncodingOfTheRequest) {
  const HttpResponse from_json = post("/v1/traces", json, R"({"resourceSpans":7})");
  EXPECT_EQ(from_json.status, 400U);
  EXPECT_EQ(transport::header(from_json.headers, "Content-Type"), json);
  EXPECT_THAT(from_json.body, testing::StartsWith(R"({"code":3,"message":")"));
  const HttpResponse from_protobuf = post("/v1/logs", protobuf, "\x0a\xff");
  EXPECT_EQ(from_protobuf.status, 400U);
  EXPECT_EQ(transport::header(from_protobuf.headers, "Content-Type"), protobuf);
  EXPECT_THAT(from_protobuf.body, testing::StartsWith("\x08\x03\x12"));
  EXPECT_EQ(call(metrics_method, "\x0a\xff").status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  for (const Signal signal : {Signal::traces, Signal::logs, Signal::metrics}) {
    EXPECT_EQ(refused(signal, refused_undecodable), 1U);
  }
}

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST_F(OtlpReceiverTest, TakesGzip) {
  const std::string fields = "Content-Type: application/json\r\nContent-Encoding: gzip\r\n";
  EXPECT_EQ(send("POST", "/v1/traces", fields, gzip(span_json)).status, 200U);
  std::string long_enough_to_compress;
  for (int i = 0; i < 50; ++i) long_enough_to_compress += span_protobuf;
  EXPECT_TRUE(call(traces_method, long_enough_to_compress, GRPC_COMPRESS_GZIP).status.ok());
  EXPECT_EQ(pipeline_.counters.accepted(Signal::traces), 51U);
}

TEST_F(OtlpReceiverTest, RefusesABombAndAnUnknownCoding) {
  const std::string bomb = gzip(std::string(50 * max_request_bytes, ' '));
  const HttpResponse too_large =
      send("POST", "/v1/traces", "Content-Type: application/json\r\nContent-Encoding: gzip\r\n", bomb);
  EXPECT_EQ(too_large.status, 413U);
  EXPECT_THAT(too_large.body, testing::StartsWith(R"({"code":8,"message":")"));
  const HttpResponse unknown =
      send("POST", "/v1/traces", "Content-Type: application/x-protobuf\r\nContent-Encoding: br\r\n", "x");
  EXPECT_EQ(unknown.status, 415U);
  EXPECT_THAT(unknown.body, testing::StartsWith("\x08\x03\x12"));
  EXPECT_THAT(unknown.body, HasSubstr("'br' is not supported"));
  EXPECT_EQ(
      call(traces_method, std::string(50 * max_request_bytes, '\0'), GRPC_COMPRESS_GZIP).status.error_code(),
      grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(refused(Signal::traces, refused_too_large), 2U);
  EXPECT_EQ(refused(Signal::traces, refused_compression), 1U);
}

TEST_F(OtlpReceiverTest, RefusesWhatIsTooLarge) {
  const HttpResponse response = post("/v1/metrics", json, std::string(max_request_bytes + 1, ' '));
  EXPECT_EQ(response.status, 413U);
  EXPECT_THAT(response.body, testing::StartsWith(R"({"code":8,"message":")"));
  EXPECT_EQ(transport::header(response.headers, "Retry-After"), "");
  EXPECT_EQ(refused(Signal::metrics, refused_too_large), 1U);
  const grpc::Status status = call(metrics_method, std::string(max_request_bytes + 1, ' ')).status;
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(status.error_details(), "");  // without RetryInfo: not to be sent again
}

TEST_F(OtlpReceiverTest, ReportsWhatTheDecoderLeftOutAsPartialSuccess) {
  const HttpResponse response = post("/v1/traces", protobuf, span_protobuf + span_without_id_protobuf);
  EXPECT_EQ(response.status, 200U);
  // ExportTraceServiceResponse.partial_success (1) with rejected_spans (1) = 1 and an error_message (2).
  ASSERT_GT(response.body.size(), 4U);
  EXPECT_EQ(response.body.substr(0, 1), "\x0a");
  EXPECT_EQ(response.body.substr(2, 3), "\x08\x01\x12");
  EXPECT_THAT(exporter_.names(), testing::ElementsAre("span x"));
  EXPECT_EQ(refused(Signal::traces, "spans without a valid id"), 1U);
  EXPECT_EQ(pipeline_.counters.accepted(Signal::traces), 1U);
}

TEST_F(OtlpReceiverTest, ReportsWhatThePipelineRejectedAndWarnings) {
  exporter_.answer_with(otlp::Receipt{.rejected = 1, .message = "too old"});
  EXPECT_EQ(post("/v1/logs", json, log_json).body,
            R"({"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"too old"}})");
  EXPECT_EQ(pipeline_.counters.accepted(Signal::logs), 0U);
  exporter_.answer_with(otlp::Receipt{.rejected = 0, .message = "a warning"});
  EXPECT_EQ(call(metrics_method, metric_protobuf).message, field(1, field(2, "a warning")));
}

TEST_F(OtlpReceiverTest, MapsThePipelinesErrors) {
  const struct {
    ErrorCode code;
    unsigned http;
    int grpc;
    bool retryable;
  } errors[] = {
      {ErrorCode::invalid_argument, 400, 3, false},  {ErrorCode::resource_exhausted, 413, 8, false},
      {ErrorCode::unavailable, 503, 14, true},       {ErrorCode::cancelled, 503, 14, true},
      {ErrorCode::deadline_exceeded, 504, 4, true},  {ErrorCode::internal, 500, 13, false},
      {ErrorCode::permission_denied, 403, 7, false}, {ErrorCode::unimplemented, 501, 12, false},
  };
  for (const auto& error : errors) {
    exporter_.answer_with(Error{error.code, "the reason"});
    const HttpResponse response = post("/v1/traces", json, span_json);
    EXPECT_EQ(response.status, error.http);
    EXPECT_EQ(response.body, R"({"code":)" + std::to_string(error.grpc) + R"(,"message":"the reason"})");
    EXPECT_EQ(transport::header(response.headers, "Retry-After"), error.retryable ? "1" : "");
    const grpc::Status status = call(traces_method, span_protobuf).status;
    EXPECT_EQ(status.error_code(), error.grpc);
    EXPECT_EQ(status.error_message(), "the reason");
    EXPECT_EQ(status.error_details().empty(), !error.retryable);
  }
}

TEST_F(OtlpReceiverTest, TellsGrpcClientsWhenToTryAgain) {
  exporter_.answer_with(Error{ErrorCode::unavailable, "full"});
  // google.rpc.Status{14, "full", {Any{RetryInfo{Duration{seconds: 1}}}}}
  const std::string retry_info = field(1, "\x08\x01");
  EXPECT_EQ(call(traces_method, span_protobuf).status.error_details(),
            "\x08\x0e" + field(2, "full") +
                field(3, field(1, "type.googleapis.com/google.rpc.RetryInfo") + field(2, retry_info)));
}

TEST_F(OtlpReceiverTest, AnswersOnlyOnceThePipelineIsDone) {
  exporter_.hold();
  transport::GrpcTestClient grpc_client(pipeline_.otlp_receiver.grpc_port());
  auto grpc_answer = grpc_client.start(traces_method, span_protobuf);
  transport::TestClient http_client(pipeline_.otlp_receiver.http_port());
  http_client.request("POST", "/v1/traces", "Content-Type: application/json\r\n", span_json);
  ASSERT_TRUE(exporter_.wait_for_held(2));
  EXPECT_EQ(grpc_answer.wait_for(50ms), std::future_status::timeout);
  EXPECT_EQ(pipeline_.counters.accepted(Signal::traces), 0U);
  exporter_.release();
  EXPECT_TRUE(grpc_answer.get().status.ok());
  EXPECT_EQ(http_client.response().status, 200U);
  EXPECT_EQ(pipeline_.counters.accepted(Signal::traces), 2U);
}

TEST_F(OtlpReceiverTest, StoppingWaitsForThePipelineToAnswer) {
  exporter_.hold();
  transport::GrpcTestClient grpc_client(pipeline_.otlp_receiver.grpc_port());
  auto grpc_answer = grpc_client.start(traces_method, span_protobuf);
  transport::TestClient http_client(pipeline_.otlp_receiver.http_port());
  http_client.request("POST", "/v1/traces", "Content-Type: application/json\r\n", span_json);
  ASSERT_TRUE(exporter_.wait_for_held(2));
  auto stopped = std::async(std::launch::async, [&] { pipeline_.stop(patience); });
  EXPECT_EQ(stopped.wait_for(50ms), std::future_status::timeout);
  exporter_.release();
  EXPECT_TRUE(grpc_answer.get().status.ok());
  EXPECT_EQ(http_client.response().status, 200U);
  EXPECT_EQ(stopped.wait_for(patience), std::future_status::ready);
}

TEST_F(OtlpReceiverTest, LetsLocalPagesSend) {
  const HttpResponse preflight = send("OPTIONS", "/v1/traces",
                                      "Origin: http://localhost:5173\r\n"
                                      "Access-Control-Request-Method: POST\r\n"
                                      "Access-Control-Request-Headers: content-type,x-tenant\r\n",
                                      "");
  EXPECT_EQ(preflight.status, 204U);
  EXPECT_EQ(transport::header(preflight.headers, "Access-Control-Allow-Origin"), "http://localhost:5173");
  EXPECT_EQ(transport::header(preflight.headers, "Access-Control-Allow-Methods"), "POST");
  EXPECT_EQ(transport::header(preflight.headers, "Access-Control-Allow-Headers"), "content-type,x-tenant");
  EXPECT_EQ(transport::header(preflight.headers, "Access-Control-Allow-Credentials"), "true");
  const std::string fields = "Origin: http://127.0.0.1:8080\r\nContent-Type: application/json\r\n";
  for (const std::string& body : {span_json, "not JSON"s}) {
    const HttpResponse response = send("POST", "/v1/traces", fields, body);
    EXPECT_EQ(transport::header(response.headers, "Access-Control-Allow-Origin"), "http://127.0.0.1:8080");
    EXPECT_EQ(transport::header(response.headers, "Vary"), "Origin");
  }
  const HttpResponse refused_by_server =
      send("POST", "/v1/traces", fields, std::string(max_request_bytes + 1, ' '));
  EXPECT_EQ(transport::header(refused_by_server.headers, "Access-Control-Allow-Origin"),
            "http://127.0.0.1:8080");
}

TEST_F(OtlpReceiverTest, DoesNotLetOtherPagesSend) {
  for (const std::string origin : {"https://example.com", "http://localhost.example.com", "null",
                                   "http://example.com/http://localhost:1"}) {
    const HttpResponse preflight = send(
        "OPTIONS", "/v1/traces", "Origin: " + origin + "\r\nAccess-Control-Request-Method: POST\r\n", "");
    EXPECT_EQ(preflight.status, 204U);
    EXPECT_EQ(transport::header(preflight.headers, "Access-Control-Allow-Origin"), "") << origin;
    EXPECT_EQ(transport::header(preflight.headers, "Access-Control-Allow-Methods"), "") << origin;
  }
}

TEST(Cors, MatchesPatterns) {
  const Cors cors({"https://*.example.com", "https://exact.org", "http://*:80*"});
  const auto allows = [&](const std::string& origin) {
    HttpResponse response;
    cors.allow({.method = "POST", .target = "/", .headers = {{"Origin", origin}}, .body = {}}, response);
    return transport::header(response.headers, "Access-Control-Allow-Origin") == origin;
  };
  EXPECT_TRUE(allows("https://a.example.com"));
  EXPECT_TRUE(allows("https://exact.org"));
  EXPECT_TRUE(allows("http://anywhere:8080"));
  EXPECT_FALSE(allows("https://example.com"));
  EXPECT_FALSE(allows("https://a.example.com.evil.org"));
  EXPECT_FALSE(allows("https://exact.org.evil.org"));
}

TEST(OtlpReceiver, ListensOnBothPortsOrOnNeither) {
  FakeExporter exporter;
  Pipeline first({{.grpc_port = 0, .http_port = 0}}, exporter);
  ASSERT_TRUE(first.start());
  Pipeline second({{.grpc_port = 0, .http_port = first.otlp_receiver.http_port()}}, exporter);
  const Expected<void> started = second.start();
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message, HasSubstr(std::to_string(first.otlp_receiver.http_port())));
}

}  // namespace
}  // namespace sonde::collector
