#include "sonde/configuration_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sdk_support/environment.h"
#include "sdk_support/raw_http_server.h"
#include "sonde/meter_provider.hpp"
#include "sonde/propagator.hpp"
#include "sonde/setup.hpp"
#include "sonde/sonde.hpp"

namespace sonde {
namespace {

using std::chrono::milliseconds;
using test::Environment;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

Configuration parsed(std::string_view text) {
  auto configuration = parse_configuration(text, "test.yaml");
  EXPECT_TRUE(configuration) << configuration.error().message;
  return configuration ? *std::move(configuration) : Configuration();
}

std::string failure(std::string_view text) {
  const auto configuration = parse_configuration(text, "test.yaml");
  EXPECT_FALSE(configuration) << text;
  return configuration ? "" : configuration.error().message;
}

template <class Exporters>
const OtlpExporterOptions& otlp(const Exporters& exporter) {
  return std::get<OtlpExporterOptions>(exporter);
}

constexpr std::string_view everything = R"(
file_format: "1.1"
disabled: false
log_level: warn2
x-headers: &headers
  - name: api-key
    value: ${TEST_API_KEY:-none}
resource:
  attributes:
    - {name: service.name, value: from-file}
    - {name: shards, value: 0x10, type: int}
    - {name: tags, value: [a, b], type: string_array}
    - {name: ignored, value: }
  attributes_list: service.name=low,team=a%2Cb
  detection/development:
    detectors:
      - process:
attribute_limits:
  attribute_count_limit: 7
  attribute_value_length_limit: 70
propagator:
  composite:
    - b3:
  composite_list: tracecontext,b3
tracer_provider:
  processors:
    - batch:
        schedule_delay: 100
        export_timeout: 0
        max_queue_size: 64
        max_export_batch_size: ${TEST_BATCH:-32}
        exporter:
          otlp_http:
            endpoint: http://collector:4318/v1/traces
            headers: *headers
            headers_list: a=1,api-key=low
            compression: gzip
            timeout: 5000
            encoding: json
            tls:
              ca_file: /etc/ca.pem
    - simple:
        exporter:
          console:
  limits:
    attribute_count_limit: 9
    event_count_limit: 3
  sampler:
    parent_based:
      root:
        trace_id_ratio_based:
          ratio: 0.25
      remote_parent_sampled:
        always_off:
  id_generator:
    random:
  tracer_configurator/development:
    default_config: {enabled: false}
    tracers:
      - {name: my.*, config: {enabled: true}}
meter_provider:
  exemplar_filter: always_off
  readers:
    - periodic:
        interval: 1000
        exporter:
          otlp_grpc:
            endpoint: collector:4317
            tls: {insecure: true}
            temporality_preference: delta
            default_histogram_aggregation: base2_exponential_bucket_histogram
    - pull:
        exporter:
          prometheus/development: {host: 0.0.0.0, port: 9000, scope_info_enabled: false}
  views:
    - selector: {instrument_name: llm.*, instrument_type: histogram, unit: s}
      stream:
        aggregation:
          explicit_bucket_histogram: {boundaries: [0.1, 1, 10], record_min_max: false}
        attribute_keys: {included: [model], excluded: [user]}
        aggregation_cardinality_limit: 50
    - selector: {meter_name: noisy}
      stream: {aggregation: {drop: }}
logger_provider:
  processors:
    - batch:
        max_queue_size: 100
        exporter:
          otlp_file/development: {output_stream: file:///var/log/records.jsonl}
    - simple: {exporter: {otlp_file/development: }}
  limits:
    attribute_value_depth_limit: 5
  logger_configurator/development:
    default_config: {minimum_severity: info}
    loggers:
      - {name: noisy, config: {minimum_severity: error2, trace_based: true}}
instrumentation/development: {cpp: {anything: 1}}
)";

TEST(ConfigurationFile, ReadsTheLogs) {
  const Configuration configuration = parsed(everything);
  const LoggerProviderConfiguration& provider = configuration.logger_provider.value();
  ASSERT_THAT(provider.processors, SizeIs(2));
  const BatchOptions& batch = provider.processors[0].batch.value();
  EXPECT_EQ(batch.schedule_delay, milliseconds(1000));
  EXPECT_EQ(batch.max_queue_size, 100u);
  EXPECT_EQ(batch.max_export_batch_size, 100u) << "no larger than the queue";
  EXPECT_EQ(std::get<OtlpFileOptions>(provider.processors[0].exporter).path, "/var/log/records.jsonl");
  EXPECT_TRUE(std::holds_alternative<OtlpStdoutConfiguration>(provider.processors[1].exporter));
  EXPECT_EQ(provider.limits.attribute_count, 7u);
  EXPECT_EQ(provider.limits.attribute_value_depth, 5u);
  ASSERT_THAT(provider.loggers, SizeIs(2));
  EXPECT_EQ(provider.loggers[0].name, "noisy");
  EXPECT_EQ(provider.loggers[0].minimum_severity, Severity::error2);
  EXPECT_TRUE(provider.loggers[0].trace_based);
  EXPECT_EQ(provider.loggers[1].minimum_severity, Severity::info);
}

TEST(ConfigurationFile, ReadsTheTraces) {
  const Environment key("TEST_API_KEY", "secret");
  const Configuration configuration = parsed(everything);
  const TracerProviderConfiguration& provider = configuration.tracer_provider.value();
  ASSERT_THAT(provider.processors, SizeIs(2));
  const BatchOptions& batch = provider.processors[0].batch.value();
  EXPECT_EQ(batch.schedule_delay, milliseconds(100));
  EXPECT_GE(batch.export_timeout, std::chrono::days(24));
  EXPECT_EQ(batch.max_queue_size, 64u);
  EXPECT_EQ(batch.max_export_batch_size, 32u);
  const OtlpExporterOptions& options = otlp(provider.processors[0].exporter);
  EXPECT_EQ(options.signal_endpoint, "http://collector:4318/v1/traces");
  EXPECT_FALSE(options.use_environment);
  EXPECT_EQ(options.protocol, OtlpProtocol::http_json);
  EXPECT_EQ(options.compression, OtlpCompression::gzip);
  EXPECT_EQ(options.timeout, milliseconds(5000));
  EXPECT_EQ(options.certificate, "/etc/ca.pem");
  EXPECT_THAT(options.headers,
              ElementsAre(Pair("a", "1"), Pair("api-key", "low"), Pair("api-key", "secret")));
  EXPECT_TRUE(std::holds_alternative<ConsoleExporterConfiguration>(provider.processors[1].exporter));
  EXPECT_EQ(provider.processors[1].batch, std::nullopt);
  EXPECT_EQ(provider.limits.attribute_count, 9u);
  EXPECT_EQ(provider.limits.attribute_value_length, 70u);
  EXPECT_EQ(provider.limits.event_count, 3u);
  EXPECT_EQ(provider.limits.link_count, 128u);
  EXPECT_EQ(provider.sampler.root->ratio, 0.25);
  EXPECT_EQ(provider.sampler.remote_parent_sampled->kind, SamplerConfiguration::Kind::always_off);
  ASSERT_THAT(provider.tracers, SizeIs(2));
  EXPECT_EQ(provider.tracers[0].name, "my.*");
  EXPECT_TRUE(provider.tracers[0].is_enabled);
  EXPECT_EQ(provider.tracers[1].name, "*");
  EXPECT_FALSE(provider.tracers[1].is_enabled);
}

TEST(ConfigurationFile, ReadsTheMetrics) {
  const Configuration configuration = parsed(everything);
  const MeterProviderConfiguration& provider = configuration.meter_provider.value();
  EXPECT_EQ(provider.exemplar_filter, ExemplarFilter::always_off);
  ASSERT_THAT(provider.readers, SizeIs(1));
  EXPECT_EQ(provider.readers[0].options.interval, milliseconds(1000));
  EXPECT_EQ(provider.readers[0].options.timeout, milliseconds(30'000));
  const OtlpExporterOptions& options = otlp(provider.readers[0].exporter);
  EXPECT_EQ(options.protocol, OtlpProtocol::grpc);
  EXPECT_EQ(options.endpoint, "collector:4317");
  EXPECT_EQ(options.insecure, true);
  EXPECT_EQ(options.temporality, TemporalityPreference::delta);
  EXPECT_EQ(options.default_histogram_aggregation, Aggregation::Type::base2_exponential_bucket_histogram);
  ASSERT_THAT(provider.prometheus, SizeIs(1));
  EXPECT_EQ(provider.prometheus[0].host, "0.0.0.0");
  EXPECT_EQ(provider.prometheus[0].port, 9000);
  EXPECT_FALSE(provider.prometheus[0].has_scope_info);
  ASSERT_THAT(provider.views, SizeIs(2));
  const View& view = provider.views[0];
  EXPECT_EQ(view.selector.name, "llm.*");
  EXPECT_EQ(view.selector.kind, InstrumentKind::histogram);
  EXPECT_EQ(view.selector.unit, "s");
  EXPECT_THAT(view.aggregation->boundaries, ElementsAre(0.1, 1.0, 10.0));
  EXPECT_FALSE(view.aggregation->record_min_max);
  EXPECT_THAT(view.attribute_keys.value(), ElementsAre("model"));
  EXPECT_THAT(view.excluded_attribute_keys, ElementsAre("user"));
  EXPECT_EQ(view.cardinality_limit, 50u);
  EXPECT_EQ(provider.views[1].aggregation->type, Aggregation::Type::drop);
}

TEST(ConfigurationFile, ReadsWhatAllSignalsShare) {
  const Configuration configuration = parsed(everything);
  EXPECT_FALSE(configuration.is_disabled);
  EXPECT_EQ(configuration.diagnostic_level, DiagnosticLevel::warning);
  EXPECT_THAT(configuration.propagators, ElementsAre("b3", "tracecontext", "b3"));
  const Resource& resource = configuration.resource;
  EXPECT_EQ(resource.string("service.name"), "from-file");
  EXPECT_EQ(resource.string("team"), "a,b");
  EXPECT_EQ(resource.string("telemetry.sdk.language"), "cpp");
  EXPECT_NE(resource.string("process.executable.name"), "");
  EXPECT_EQ(resource.string("host.name"), "") << "no such detector is named";
  for (const auto& [key, value] : resource.attributes()) {
    EXPECT_NE(key, "ignored");
    if (key == "shards") {
      EXPECT_EQ(std::get<std::int64_t>(value), 16);
    }
    if (key == "tags") {
      EXPECT_THAT(std::get<std::vector<std::string>>(value), ElementsAre("a", "b"));
    }
  }
  EXPECT_TRUE(finalize(parsed("file_format: '1.0'"))) << "the least there may be";
}

TEST(ConfigurationFile, LeavesOutWhatIsLeftOut) {
  const Configuration configuration = parsed("file_format: '1.0'\n");
  EXPECT_FALSE(configuration.tracer_provider.has_value());
  EXPECT_FALSE(configuration.meter_provider.has_value());
  EXPECT_THAT(configuration.propagators, ElementsAre("none"));
}

TEST(ConfigurationFile, JsonIsAsGood) {
  const Configuration configuration = parsed(
      R"({"file_format": "1.0", "tracer_provider": {"processors": [{"simple": {"exporter": {"console": null}}}]}})");
  EXPECT_THAT(configuration.tracer_provider.value().processors, SizeIs(1));
}

TEST(ConfigurationFile, TellsEverythingThatIsWrongWithPlaceAndKey) {
  const std::string message = failure(R"(file_format: "0.3"
tracer_provider:
  procesors: []
  processors:
    - batch:
        schedule_delay: soon
        max_queue_size: 0
        exporter:
          carrier_pigeon:
    - simple: {}
  sampler: {always_on: , always_off: }
meter_provider:
  readers:
    - pull: {exporter: {}}
  views:
    - selector: {instrument_type: dial}
propagator: {composite_list: "tracecontext,smoke"}
resource:
  attributes:
    - {name: a, value: x, type: int}
)");
  for (const char* line :
       {"test.yaml:1:14: file_format: must be 1.0 or a later 1.x, not '0.3'",
        "test.yaml:3:3: tracer_provider.procesors: unknown key; did you mean processors?",
        "test.yaml:6:25: tracer_provider.processors[0].batch.schedule_delay: must be a whole number from 0",
        "test.yaml:7:25: tracer_provider.processors[0].batch.max_queue_size: must be a whole number from 1",
        "test.yaml:9:11: tracer_provider.processors[0].batch.exporter.carrier_pigeon: is not supported; "
        "there is "
        "otlp_http, otlp_grpc, otlp_file/development and console",
        "test.yaml:10:15: tracer_provider.processors[1].simple.exporter: is missing",
        "test.yaml:11:12: tracer_provider.sampler: must name exactly one",
        "test.yaml:14:24: meter_provider.readers[0].pull.exporter: must name exactly one",
        "test.yaml:16:35: meter_provider.views[0].selector.instrument_type: must be counter",
        "test.yaml:16:7: meter_provider.views[0].stream: is missing", "test.yaml:17:13: propagator: ",
        "test.yaml:20:24: resource.attributes[0].value: must be of the type int, not text"}) {
    EXPECT_THAT(message, HasSubstr(line));
  }
}

TEST(ConfigurationFile, NamesTheFileThatCannotBeRead) {
  EXPECT_THAT(read_configuration_file("/no/such/file.yaml").error().message,
              HasSubstr("/no/such/file.yaml cannot be read: No such file"));
  EXPECT_THAT(read_configuration_file("/etc/passwd").error().message, HasSubstr(".yaml, .yml or .json"));
}

/// A file of the test's own.
class File {
 public:
  explicit File(const std::string& text)
      : path_(std::filesystem::temp_directory_path() /
              ("sonde-configuration-" + std::to_string(getpid()) + ".yaml")) {
    std::ofstream(path_) << text;
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { std::filesystem::remove(path_); }
  [[nodiscard]] std::string path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct Said {
  std::shared_ptr<std::vector<std::string>> lines = std::make_shared<std::vector<std::string>>();
  [[nodiscard]] std::function<void(std::string_view)> handler() const {
    return [kept = lines](std::string_view line) { kept->emplace_back(line); };
  }
};

TEST(ConfigurationFile, TakesThePlaceOfTheOtherVariables) {
  test::RawHttpServer server(test::answer("200 OK"));
  const File file(
      "file_format: '1.0'\n"
      "resource: {attributes: [{name: service.name, value: from-file}]}\n"
      "tracer_provider:\n"
      "  processors:\n"
      "    - batch:\n"
      "        exporter:\n"
      "          otlp_http:\n"
      "            endpoint: \"${TEST_SERVER}/own/path\"\n");
  const Environment address("TEST_SERVER", server.url(""));
  const Environment name("OTEL_CONFIG_FILE", file.path());
  const Environment exporter("OTEL_TRACES_EXPORTER", "nonsense");
  const Environment headers("OTEL_EXPORTER_OTLP_HEADERS", "leaked=yes");
  const Environment service("OTEL_SERVICE_NAME", "from-environment");
  const Said said;
  enable_configuration_file();
  {
    auto telemetry = setup({.service_version = "2", .on_diagnostic = said.handler()});
    ASSERT_NE(telemetry.tracer_provider(), nullptr);
    EXPECT_EQ(telemetry.tracer_provider()->resource().string("service.name"), "from-file");
    EXPECT_EQ(telemetry.tracer_provider()->resource().string("service.version"), "2");
    EXPECT_EQ(telemetry.meter_provider(), nullptr);
    get_tracer("test").start_span("span").end();
  }
  ASSERT_TRUE(server.wait_for_requests(1));
  EXPECT_EQ(server.requests()[0].target, "/own/path");
  EXPECT_EQ(transport::header(server.requests()[0].headers, "leaked"), "");
  EXPECT_THAT(*said.lines, IsEmpty());
}

TEST(ConfigurationFile, OneThatIsWrongStartsNothingAndSaysWhy) {
  const File file("file_format: '1.0'\ntracer_provider: 7\n");
  const Environment name("OTEL_CONFIG_FILE", file.path());
  const Said said;
  enable_configuration_file();
  auto telemetry = setup({.on_diagnostic = said.handler()});
  EXPECT_EQ(telemetry.tracer_provider(), nullptr);
  EXPECT_FALSE(get_tracer("test").start_span("span").is_recording());
  EXPECT_THAT(*said.lines,
              ElementsAre(AllOf(HasSubstr("nothing will be exported"),
                                HasSubstr(file.path() + ":2:18: tracer_provider: must be a mapping")),
                          HasSubstr("before there was a tracer provider")));
}

}  // namespace
}  // namespace sonde
