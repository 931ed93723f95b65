#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmath>
#include <string>

#include "sdk/metrics/prometheus_names.h"
#include "sdk/metrics/prometheus_text.h"
#include "sdk/metrics/scrape_request.h"
#include "sdk/metrics/testing/collected.h"
#include "sdk/test_tracing.h"

namespace sonde::detail {
namespace {

using test::TestMetrics;

TEST(PrometheusUnit, IsInWords) {
  EXPECT_EQ(prometheus_unit("s"), "seconds");
  EXPECT_EQ(prometheus_unit("By"), "bytes");
  EXPECT_EQ(prometheus_unit("By/s"), "bytes_per_second");
  EXPECT_EQ(prometheus_unit("m/s"), "meters_per_second");
  EXPECT_EQ(prometheus_unit("{token}"), "");
  EXPECT_EQ(prometheus_unit("{token}/s"), "per_second");
  EXPECT_EQ(prometheus_unit("1"), "");
  EXPECT_EQ(prometheus_unit("%"), "percent");
  EXPECT_EQ(prometheus_unit("parsec"), "parsec");
  EXPECT_EQ(prometheus_unit("{unclosed"), "");
  EXPECT_EQ(prometheus_unit("/"), "");
}

TEST(PrometheusName, HasOnlyWhatPrometheusAllows) {
  EXPECT_EQ(escape_metric_name("llm.request..duration"), "llm_request_duration");
  EXPECT_EQ(escape_metric_name("2xx:rate"), "_2xx:rate");
  EXPECT_EQ(escape_metric_name("größe"), "gr_e");
  EXPECT_EQ(escape_label_name("a:b"), "a_b");
  EXPECT_EQ(escape_label_name(""), "_");
}

class PrometheusText : public testing::Test {
 protected:
  [[nodiscard]] std::string text(const PrometheusFormat& format = {}) {
    options.has_target_info = false;
    options.has_scope_info = false;
    return prometheus_text(metrics.reader->collect(), options, format);
  }
  static constexpr PrometheusFormat open_metrics{.is_open_metrics = true};

  TestMetrics metrics;
  PrometheusOptions options;
};

/// The text without the samples whose name contains `part`: times cannot be foretold.
std::string without(std::string_view part, std::string_view text) {
  std::string rest;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n') + 1);
    text.remove_prefix(line.size());
    if (line.find(part) == std::string_view::npos) rest += line;
  }
  return rest;
}

TEST_F(PrometheusText, OfCountersEndsInTotal) {
  metrics.meter.create_counter("llm.tokens", {.unit = "{token}", .description = "All\ntokens."})
      .add(3, {{"gen_ai.model", "a\"b\\c\nd"}});
  EXPECT_EQ(text(),
            "# HELP llm_tokens_total All\\ntokens.\n"
            "# TYPE llm_tokens_total counter\n"
            "llm_tokens_total{gen_ai_model=\"a\\\"b\\\\c\\nd\"} 3\n");
  EXPECT_EQ(without("_created", text(open_metrics)),
            "# HELP llm_tokens All\\ntokens.\n"
            "# TYPE llm_tokens counter\n"
            "llm_tokens_total{gen_ai_model=\"a\\\"b\\\\c\\nd\"} 3\n"
            "# EOF\n");
}

TEST_F(PrometheusText, NamesTheUnitOnce) {
  metrics.meter.create_gauge("queue.seconds", {.unit = "s"}).record(1.5);
  metrics.meter.create_gauge("load", {.unit = "1"}).record(0.25);
  metrics.meter.create_counter("sent_total", {.unit = "By"}).add(1);
  EXPECT_EQ(text(open_metrics).find("queue_seconds_seconds"), std::string::npos);
  EXPECT_EQ(text(),
            "# TYPE queue_seconds gauge\nqueue_seconds 1.5\n"
            "# TYPE load_ratio gauge\nload_ratio 0.25\n"
            "# TYPE sent_bytes_total counter\nsent_bytes_total 1\n");
  EXPECT_NE(text(open_metrics).find("# UNIT queue_seconds seconds\n"), std::string::npos);
}

TEST_F(PrometheusText, OfHistogramsHasCumulativeBuckets) {
  const auto histogram =
      metrics.meter.create_histogram("duration", {.unit = "s", .explicit_bucket_boundaries = {{1, 2.5}}});
  for (const double value : {0.5, 1.0, 2.0, 9.0}) histogram.record(value, {{"le", "mine"}});
  EXPECT_EQ(text(),
            "# TYPE duration_seconds histogram\n"
            "duration_seconds_bucket{exported_le=\"mine\",le=\"1\"} 2\n"
            "duration_seconds_bucket{exported_le=\"mine\",le=\"2.5\"} 3\n"
            "duration_seconds_bucket{exported_le=\"mine\",le=\"+Inf\"} 4\n"
            "duration_seconds_sum{exported_le=\"mine\"} 12.5\n"
            "duration_seconds_count{exported_le=\"mine\"} 4\n");
  EXPECT_NE(text(open_metrics).find("le=\"1.0\""), std::string::npos);
}

TEST_F(PrometheusText, OfExponentialHistogramsHasBucketsAtPowersOfTheRootOfTwo) {
  MeterProviderOptions provider;
  View view;
  view.selector.kind = InstrumentKind::histogram;
  view.aggregation = Aggregation::exponential_buckets();
  provider.views.push_back(view);
  TestMetrics exponential(TemporalityPreference::cumulative, std::move(provider));
  const auto histogram = exponential.meter.create_histogram("size");
  for (const double value : {0.0, 1.0, 1.9, 2.0, 2.1, -3.0}) histogram.record(value);
  options.has_target_info = options.has_scope_info = false;
  EXPECT_EQ(prometheus_text(exponential.reader->collect(), options, {}),
            "# TYPE size histogram\n"
            "size_bucket{le=\"-2.8284271247461903\"} 1\n"
            "size_bucket{le=\"0\"} 2\n"
            "size_bucket{le=\"1\"} 3\n"
            "size_bucket{le=\"2\"} 5\n"
            "size_bucket{le=\"2.8284271247461903\"} 6\n"
            "size_bucket{le=\"+Inf\"} 6\n"
            "size_sum 4\n"
            "size_count 6\n");
}

TEST_F(PrometheusText, ShowsExemplarsInOpenMetricsOnly) {
  test::TestTracing tracing;
  const auto histogram = metrics.meter.create_histogram("size", {.explicit_bucket_boundaries = {{1, 2}}});
  const auto span = tracing.tracer.start_as_current_span("operation");
  histogram.record(1.5);
  EXPECT_EQ(text().find(" # {"), std::string::npos);
  histogram.record(1.5);
  const std::string wanted = "size_bucket{le=\"2.0\"} 2 # {span_id=\"" + span.context().span_id().to_hex() +
                             "\",trace_id=\"" + span.context().trace_id().to_hex() + "\"} 1.5 ";
  const std::string answer = text(open_metrics);
  EXPECT_NE(answer.find(wanted), std::string::npos) << answer;
}

TEST_F(PrometheusText, JoinsLabelsThatComeToTheSameName) {
  metrics.meter.create_counter("requests")
      .add(1, {{"a.b", "2nd"}, {"a-b", "1st"}, {"number", 7}, {"yes", true}});
  EXPECT_NE(text().find("requests_total{a_b=\"1st;2nd\",number=\"7\",yes=\"true\"} 1"), std::string::npos)
      << text();
}

TEST_F(PrometheusText, TellsTheTargetAndTheScope) {
  metrics.provider->get_meter("lib", "2", "https://schema", {{"team", "x"}, {"name", "hidden"}})
      .create_counter("requests")
      .add(1);
  EXPECT_EQ(
      prometheus_text(metrics.reader->collect(), {}, {}),
      "# HELP target_info Target metadata\n"
      "# TYPE target_info gauge\n"
      "target_info{service_name=\"test\"} 1\n"
      "# TYPE requests_total counter\n"
      "requests_total{otel_scope_name=\"lib\",otel_scope_schema_url=\"https://schema\",otel_scope_team=\"x\","
      "otel_scope_version=\"2\"} 1\n");
}

TEST_F(PrometheusText, LeavesOutWhatWouldChangeAMetricsType) {
  metrics.meter.create_gauge("size").record(1);
  metrics.provider->get_meter("other").create_histogram("size").record(1);
  EXPECT_EQ(text(), "# TYPE size gauge\nsize 1\n");
}

TEST_F(PrometheusText, LeavesSuffixesOutWhenTold) {
  options.translation = PrometheusTranslation::underscore_escaping_without_suffixes;
  metrics.meter.create_counter("bytes.sent", {.unit = "By"}).add(1);
  EXPECT_EQ(text(), "# TYPE bytes_sent counter\nbytes_sent 1\n");
}

TEST_F(PrometheusText, OfSumsThatMayFallIsAGauge) {
  metrics.meter.create_up_down_counter("waiting").add(-1);
  EXPECT_EQ(text(), "# TYPE waiting gauge\nwaiting -1\n");
}

TEST_F(PrometheusText, QuotesNamesThatTheClientAllows) {
  options.translation = PrometheusTranslation::no_translation;
  metrics.meter.create_gauge("a.size", {.unit = "By"}).record(1, {{"a.key", "value"}});
  EXPECT_EQ(text(), "# TYPE a_size gauge\na_size{a_key=\"value\"} 1\n");
  EXPECT_EQ(text({.is_utf8_allowed = true}), "# TYPE \"a.size\" gauge\n{\"a.size\",\"a.key\"=\"value\"} 1\n");
  options.translation = PrometheusTranslation::no_utf8_escaping_with_suffixes;
  EXPECT_EQ(text(), "# TYPE a_size_bytes gauge\na_size_bytes{a_key=\"value\"} 1\n");
}

TEST(ScrapeRequest, IsReadWhenItIsComplete) {
  constexpr std::string_view head =
      "GET /metrics?name=x HTTP/1.1\r\nHost: localhost\r\nACCEPT: application/openmetrics-text\r\n"
      "Accept-Encoding: deflate, gzip;q=0.5\r\n\r\n";
  for (std::size_t size = 0; size < head.size(); ++size) {
    EXPECT_EQ(parse_scrape_request(head.substr(0, size)).state, ScrapeRequest::State::incomplete);
  }
  const ScrapeRequest request = parse_scrape_request(head);
  EXPECT_EQ(request.state, ScrapeRequest::State::complete);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.path, "/metrics");
  EXPECT_TRUE(request.format.is_open_metrics);
  EXPECT_TRUE(request.takes_gzip);
}

TEST(ScrapeRequest, IsRefusedWhenItIsNone) {
  using State = ScrapeRequest::State;
  for (const char* const head :
       {"\r\n\r\n", "GET\r\n\r\n", "GET /metrics\r\n\r\n", "GET metrics HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\n: x\r\n\r\n", "GET / HTTP/2.0\r\n\r\n"}) {
    EXPECT_EQ(parse_scrape_request(head).state, State::malformed) << head;
  }
  EXPECT_EQ(parse_scrape_request(std::string(ScrapeRequest::most_bytes + 1, 'x')).state, State::too_large);
}

TEST(ScrapeRequest, FormatIsWhatTheClientPrefers) {
  const PrometheusFormat text{};
  const PrometheusFormat open{.is_open_metrics = true};
  EXPECT_EQ(negotiate_format(""), text);
  EXPECT_EQ(negotiate_format("*/*"), text);
  EXPECT_EQ(negotiate_format("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"),
            open);
  EXPECT_EQ(negotiate_format("application/openmetrics-text;version=1.0.0;q=0.4,text/plain;q=0.5"), text);
  EXPECT_EQ(negotiate_format("application/openmetrics-text;version=2.0.0,text/plain;q=0.1"), text);
  EXPECT_EQ(negotiate_format("application/vnd.google.protobuf;q=0.9,application/openmetrics-text;q=0.1"),
            open);
  EXPECT_EQ(negotiate_format("application/openmetrics-text;q=nonsense"), text);
  EXPECT_EQ(negotiate_format("application/openmetrics-text; version=1.0.0; escaping=allow-utf-8"),
            (PrometheusFormat{.is_open_metrics = true, .is_utf8_allowed = true}));
  EXPECT_EQ(negotiate_format("text/plain;version=0.0.4;escaping=allow-utf-8"), text);
}

/// A connection to this machine.
class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    is_connected_ = connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() { close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] bool is_connected() const { return is_connected_; }
  void send(std::string_view text) const { ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL); }
  /// All there is until the server closes.
  [[nodiscard]] std::string receive() const {
    std::string all;
    char bytes[4096];
    for (ssize_t size = 0; (size = recv(socket_, bytes, sizeof bytes, 0)) > 0;) {
      all.append(bytes, static_cast<std::size_t>(size));
    }
    return all;
  }

 private:
  int socket_;
  bool is_connected_ = false;
};

std::string get(std::uint16_t port, std::string_view path, std::string_view headers = "") {
  const Client client(port);
  client.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(headers) +
              "\r\n");
  return client.receive();
}

class PrometheusServer : public testing::Test {
 protected:
  PrometheusServer() {
    auto created = PrometheusExporter::create({.host = "127.0.0.1", .port = 0});
    if (!created) return;
    exporter = *created;
    MeterProviderOptions options;
    options.readers.push_back(exporter);
    provider = std::make_unique<MeterProvider>(std::move(options));
    provider->get_meter("test").create_counter("requests").add(7);
  }
  std::shared_ptr<PrometheusExporter> exporter;
  std::unique_ptr<MeterProvider> provider;
};

TEST_F(PrometheusServer, AnswersInTheFormatAskedFor) {
  ASSERT_NE(exporter, nullptr);
  const std::string text = get(exporter->port(), "/metrics");
  EXPECT_TRUE(text.starts_with("HTTP/1.1 200 OK\r\n")) << text;
  EXPECT_NE(text.find("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("requests_total{otel_scope_name=\"test\"} 7\n"), std::string::npos) << text;
  const std::string open = get(exporter->port(), "/metrics", "Accept: application/openmetrics-text\r\n");
  EXPECT_NE(open.find("application/openmetrics-text; version=1.0.0; charset=utf-8"), std::string::npos)
      << open;
  EXPECT_TRUE(open.ends_with("# EOF\n")) << open;
  const std::string compressed = get(exporter->port(), "/metrics", "Accept-Encoding: gzip\r\n");
  EXPECT_NE(compressed.find("Content-Encoding: gzip\r\n"), std::string::npos) << compressed;
  EXPECT_NE(compressed.find("\r\n\r\n\x1f\x8b"), std::string::npos);
}

TEST_F(PrometheusServer, RefusesWhatItDoesNotServe) {
  ASSERT_NE(exporter, nullptr);
  EXPECT_TRUE(get(exporter->port(), "/other").starts_with("HTTP/1.1 404 "));
  const Client poster(exporter->port());
  poster.send("POST /metrics HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(poster.receive().starts_with("HTTP/1.1 405 "));
  const Client garbage(exporter->port());
  garbage.send("\x16\x03\x01 nonsense\r\n\r\n");
  EXPECT_TRUE(garbage.receive().starts_with("HTTP/1.1 400 "));
  const Client giant(exporter->port());
  giant.send(std::string(ScrapeRequest::most_bytes + 1, 'x'));
  EXPECT_TRUE(giant.receive().starts_with("HTTP/1.1 431 "));
}

TEST_F(PrometheusServer, IsNotHeldUpByClientsThatSayNothing) {
  ASSERT_NE(exporter, nullptr);
  std::vector<std::unique_ptr<Client>> silent;
  for (int i = 0; i < 10; ++i) {
    silent.push_back(std::make_unique<Client>(exporter->port()));
    silent.back()->send("GET /met");
  }
  EXPECT_TRUE(get(exporter->port(), "/metrics").starts_with("HTTP/1.1 200 "));
}

TEST_F(PrometheusServer, StopsWithItsProvider) {
  ASSERT_NE(exporter, nullptr);
  const std::uint16_t port = exporter->port();
  const Client silent(port);
  EXPECT_TRUE(get(port, "/metrics").starts_with("HTTP/1.1 200 "));
  EXPECT_TRUE(provider->shutdown());
  EXPECT_EQ(silent.receive(), "");
}

TEST_F(PrometheusServer, SaysWhenThePortIsTaken) {
  ASSERT_NE(exporter, nullptr);
  const auto second = PrometheusExporter::create({.host = "127.0.0.1", .port = exporter->port()});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::unavailable);
  EXPECT_NE(second.error().message.find("OTEL_EXPORTER_PROMETHEUS_PORT"), std::string::npos);
  EXPECT_EQ(PrometheusExporter::create({.host = "no such host.invalid"}).error().code,
            ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace sonde::detail
