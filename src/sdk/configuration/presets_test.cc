#include "sonde/presets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "sdk_support/decompress.h"
#include "sdk_support/environment.h"
#include "sdk_support/raw_http_server.h"
#include "sonde/logger_provider.hpp"
#include "sonde/meter.hpp"
#include "sonde/meter_provider.hpp"
#include "sonde/setup.hpp"
#include "sonde/sonde.hpp"

namespace sonde {
namespace {

using test::RawHttpServer;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::UnorderedElementsAre;
using Headers = std::vector<std::pair<std::string, std::string>>;

/// What a receiver of this machine got of one span, one measurement and one log record that a program records
/// after setup().
class Arrived {
 public:
  explicit Arrived(const std::function<SetupOptions(std::string)>& preset_of) {
    SetupOptions options = preset_of(server_.url(""));
    options.service_name = "preset-test";
    auto telemetry = setup(std::move(options));
    get_tracer("test").start_span("traced").end();
    get_meter("test").create_counter<std::int64_t>("counted").add(1);
    get_logger("test").emit({.body = "logged"});
    EXPECT_TRUE(telemetry.shutdown(test::patience));
    requests_ = server_.requests();
  }

  [[nodiscard]] std::set<std::string> targets() const {
    std::set<std::string> all;
    for (const auto& request : requests_) all.insert(request.target);
    return all;
  }
  [[nodiscard]] Headers headers() const {
    Headers all;
    if (!requests_.empty()) all = requests_.front().headers;
    return all;
  }
  /// The names of spans that came to `target`.
  [[nodiscard]] std::vector<std::string> spans(const std::string& target) const {
    std::vector<std::string> names;
    for (const std::string& body : bodies(target)) {
      SpanBatch(body, 1).for_each(
          [&](const InstrumentationScope&, const SpanView& span) { names.emplace_back(span.name()); });
    }
    return names;
  }
  [[nodiscard]] AggregationTemporality temporality(const std::string& target) const {
    AggregationTemporality found = AggregationTemporality::unspecified;
    for (const std::string& body : bodies(target)) {
      MetricBatch(body, 1).for_each([&](const InstrumentationScope&, const MetricView& metric) {
        if (metric.name() == "counted") found = metric.temporality();
      });
    }
    return found;
  }

  [[nodiscard]] std::vector<std::string> bodies(const std::string& target) const {
    std::vector<std::string> all;
    for (const auto& request : requests_) {
      if (request.target != target) continue;
      const bool is_gzip = transport::header(request.headers, "content-encoding") == "gzip";
      all.push_back(is_gzip ? test::gunzip(request.body) : request.body);
    }
    return all;
  }

 private:
  RawHttpServer server_{test::answer("200 OK")};
  std::vector<RawHttpServer::Request> requests_;
};

/// Header names as they are compared: in any case.
Headers lower(Headers headers) {
  for (auto& [name, value] : headers) {
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  }
  return headers;
}

TEST(Presets, CollectorTakesEverythingAndSpeaksGrpcOnItsPort) {
  const Arrived arrived([](std::string url) { return presets::collector(std::move(url)); });
  EXPECT_THAT(arrived.targets(), UnorderedElementsAre("/v1/traces", "/v1/metrics", "/v1/logs"));
  EXPECT_THAT(arrived.spans("/v1/traces"), ElementsAre("traced"));
  EXPECT_EQ(arrived.temporality("/v1/metrics"), AggregationTemporality::cumulative);
  EXPECT_EQ(presets::collector("http://collector:4317/").protocol, OtlpProtocol::grpc);
  EXPECT_EQ(presets::collector("http://collector:4318").protocol, OtlpProtocol::http_protobuf);
}

TEST(Presets, JaegerTakesTraces) {
  const Arrived arrived([](std::string url) { return presets::jaeger(std::move(url)); });
  EXPECT_THAT(arrived.targets(), UnorderedElementsAre("/v1/traces"));
  EXPECT_THAT(arrived.spans("/v1/traces"), ElementsAre("traced"));
}

TEST(Presets, ZipkinTakesTracesInItsOwnFormat) {
  const Arrived arrived([](const std::string& url) { return presets::zipkin(url + "/api/v2/spans"); });
  EXPECT_THAT(arrived.targets(), UnorderedElementsAre("/api/v2/spans"));
  ASSERT_EQ(arrived.bodies("/api/v2/spans").size(), 1u);
  EXPECT_THAT(arrived.bodies("/api/v2/spans")[0],
              AllOf(HasSubstr("\"name\":\"traced\""), HasSubstr("\"serviceName\":\"preset-test\"")));
}

TEST(Presets, GrafanaCloudKnowsTheInstanceByBasicAuthorization) {
  const Arrived arrived(
      [](const std::string& url) { return presets::grafana_cloud(url + "/otlp", "123456", "glc_token"); });
  EXPECT_THAT(arrived.targets(),
              UnorderedElementsAre("/otlp/v1/traces", "/otlp/v1/metrics", "/otlp/v1/logs"));
  EXPECT_THAT(lower(arrived.headers()),
              IsSupersetOf(Headers{{"authorization", "Basic MTIzNDU2OmdsY190b2tlbg=="}}));
}

TEST(Presets, HoneycombIsToldTheTeamAndTheDatasetOfMetrics) {
  const Arrived arrived([](std::string url) { return presets::honeycomb("key", "metrics", std::move(url)); });
  EXPECT_THAT(arrived.targets(), UnorderedElementsAre("/v1/traces", "/v1/metrics", "/v1/logs"));
  EXPECT_THAT(lower(arrived.headers()),
              IsSupersetOf(Headers{{"x-honeycomb-team", "key"}, {"x-honeycomb-dataset", "metrics"}}));
}

TEST(Presets, DatadogTakesMetricsAsDelta) {
  const Arrived arrived([](std::string url) {
    SetupOptions options = presets::datadog("key", "datadoghq.eu");
    EXPECT_EQ(options.endpoint, "https://otlp.datadoghq.eu");
    options.endpoint = std::move(url);
    return options;
  });
  EXPECT_THAT(arrived.targets(), UnorderedElementsAre("/v1/traces", "/v1/metrics", "/v1/logs"));
  EXPECT_THAT(lower(arrived.headers()),
              IsSupersetOf(Headers{{"dd-api-key", "key"}, {"dd-otlp-source", "llmobs"}}));
  EXPECT_EQ(arrived.temporality("/v1/metrics"), AggregationTemporality::delta);
}

TEST(Presets, NewRelicTakesMetricsAsDeltaAndEverythingCompressed) {
  const Arrived arrived([](std::string url) { return presets::new_relic("license", std::move(url)); });
  EXPECT_THAT(lower(arrived.headers()),
              IsSupersetOf(Headers{{"api-key", "license"}, {"content-encoding", "gzip"}}));
  EXPECT_THAT(arrived.spans("/v1/traces"), ElementsAre("traced"));
  EXPECT_EQ(arrived.temporality("/v1/metrics"), AggregationTemporality::delta);
}

TEST(Presets, LangSmithTakesTracesOfAProject) {
  const Arrived arrived(
      [](const std::string& url) { return presets::langsmith("key", "project", url + "/otel"); });
  EXPECT_THAT(arrived.targets(), UnorderedElementsAre("/otel/v1/traces"));
  EXPECT_THAT(lower(arrived.headers()),
              IsSupersetOf(Headers{{"x-api-key", "key"}, {"langsmith-project", "project"}}));
  EXPECT_EQ(presets::langsmith("key").headers.size(), 1u);
}

TEST(Presets, LangfuseTakesTracesByBasicAuthorization) {
  const Arrived arrived([](const std::string& url) {
    return presets::langfuse("pk-lf-1", "sk-lf-2", url + "/api/public/otel");
  });
  EXPECT_THAT(arrived.targets(), UnorderedElementsAre("/api/public/otel/v1/traces"));
  EXPECT_THAT(lower(arrived.headers()), IsSupersetOf(Headers{{"authorization", "Basic cGstbGYtMTpzay1sZi0y"},
                                                             {"x-langfuse-ingestion-version", "4"}}));
  EXPECT_THAT(arrived.spans("/api/public/otel/v1/traces"), ElementsAre("traced"));
}

TEST(Presets, PhoenixTakesTracesWithOrWithoutAKey) {
  const Arrived arrived([](std::string url) { return presets::phoenix(std::move(url), "key"); });
  EXPECT_THAT(arrived.targets(), UnorderedElementsAre("/v1/traces"));
  EXPECT_THAT(lower(arrived.headers()), IsSupersetOf(Headers{{"authorization", "Bearer key"}}));
  EXPECT_TRUE(presets::phoenix().headers.empty());
}

TEST(Presets, LlamaTraceTakesTraces) {
  const Arrived arrived([](std::string url) { return presets::llamatrace("key", std::move(url)); });
  EXPECT_THAT(arrived.targets(), UnorderedElementsAre("/v1/traces"));
  EXPECT_THAT(lower(arrived.headers()), IsSupersetOf(Headers{{"api_key", "key"}}));
}

TEST(Presets, WhatTheyLeaveOutTheEnvironmentSays) {
  const test::Environment headers("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=a,x-api-key=low");
  const test::Environment compression("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip");
  const Arrived arrived([](std::string url) { return presets::langsmith("key", "", std::move(url)); });
  EXPECT_THAT(lower(arrived.headers()),
              IsSupersetOf(Headers{{"x-tenant", "a"}, {"x-api-key", "key"}, {"content-encoding", "gzip"}}));
}

}  // namespace
}  // namespace sonde
