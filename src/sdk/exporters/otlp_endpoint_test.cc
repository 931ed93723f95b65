#include "sdk/exporters/otlp_endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "sdk_support/environment.h"
#include "sdk_support/temporary_directory.h"

namespace sonde::sdk {
namespace {

using sonde::test::Environment;
using std::chrono::milliseconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

struct Resolved {
  Expected<OtlpEndpoint> endpoint;
  std::vector<std::string> problems;

  const OtlpEndpoint* operator->() const { return endpoint.operator->(); }
};

Resolved resolve(const OtlpExporterOptions& options = {}, Signal signal = Signal::traces) {
  std::vector<std::string> problems;
  Expected<OtlpEndpoint> endpoint = resolve_otlp_endpoint(signal, options, problems);
  return {std::move(endpoint), std::move(problems)};
}

TEST(OtlpEndpoint, TheDefaultsAreTheSpecifications) {
  const Resolved resolved = resolve();
  ASSERT_TRUE(resolved.endpoint);
  EXPECT_EQ(resolved->protocol, OtlpProtocol::http_protobuf);
  EXPECT_EQ(resolved->url, "http://localhost:4318/v1/traces");
  EXPECT_EQ(resolved->compression, OtlpCompression::none);
  EXPECT_EQ(resolved->timeout, milliseconds(10'000));
  EXPECT_THAT(resolved->headers, IsEmpty());
  EXPECT_EQ(resolved->certificate_file, "");
  EXPECT_THAT(resolved.problems, IsEmpty());
}

TEST(OtlpEndpoint, EachSignalHasItsPathAndMethod) {
  EXPECT_EQ(resolve({}, Signal::metrics)->url, "http://localhost:4318/v1/metrics");
  EXPECT_EQ(resolve({}, Signal::logs)->url, "http://localhost:4318/v1/logs");
  const OtlpExporterOptions grpc{.protocol = OtlpProtocol::grpc};
  EXPECT_EQ(resolve(grpc)->url,
            "http://localhost:4317/opentelemetry.proto.collector.trace.v1.TraceService/Export");
  EXPECT_EQ(resolve(grpc, Signal::metrics)->url,
            "http://localhost:4317/opentelemetry.proto.collector.metrics.v1.MetricsService/Export");
  EXPECT_EQ(resolve(grpc, Signal::logs)->url,
            "http://localhost:4317/opentelemetry.proto.collector.logs.v1.LogsService/Export");
}

TEST(OtlpEndpoint, ABaseUrlKeepsItsPathAndQuery) {
  EXPECT_EQ(resolve({.endpoint = "https://host"})->url, "https://host/v1/traces");
  EXPECT_EQ(resolve({.endpoint = "https://host:99/"})->url, "https://host:99/v1/traces");
  EXPECT_EQ(resolve({.endpoint = " https://host/otlp/ "})->url, "https://host/otlp/v1/traces");
  EXPECT_EQ(resolve({.endpoint = "http://[::1]:4318"})->url, "http://[::1]:4318/v1/traces");
  EXPECT_EQ(resolve({.endpoint = "http://user:pass@host/a?tenant=b"})->url,
            "http://user:pass@host/a/v1/traces?tenant=b");
}

TEST(OtlpEndpoint, TheSignalsVariableIsUsedAsItIs) {
  const Environment general("OTEL_EXPORTER_OTLP_ENDPOINT", "http://general:1/base");
  EXPECT_EQ(resolve()->url, "http://general:1/base/v1/traces");
  const Environment signal("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://signal:2");
  EXPECT_EQ(resolve()->url, "http://signal:2/");
  EXPECT_EQ(resolve({}, Signal::logs)->url, "http://general:1/base/v1/logs");
}

TEST(OtlpEndpoint, TheProgramOutranksTheSignalsVariableAndThatTheGeneralOne) {
  const Environment general_timeout("OTEL_EXPORTER_OTLP_TIMEOUT", "1000");
  const Environment general_compression("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip");
  EXPECT_EQ(resolve()->timeout, milliseconds(1000));
  EXPECT_EQ(resolve()->compression, OtlpCompression::gzip);
  const Environment timeout("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "2000");
  const Environment compression("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "none");
  const Environment protocol("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "GRPC");
  const Environment endpoint("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://signal:2");
  EXPECT_EQ(resolve()->timeout, milliseconds(2000));
  EXPECT_EQ(resolve()->compression, OtlpCompression::none);
  EXPECT_EQ(resolve()->protocol, OtlpProtocol::grpc);
  const Resolved resolved = resolve({.endpoint = "http://program:3",
                                     .protocol = OtlpProtocol::http_protobuf,
                                     .compression = OtlpCompression::gzip,
                                     .timeout = milliseconds(3000)});
  EXPECT_EQ(resolved->url, "http://program:3/v1/traces");
  EXPECT_EQ(resolved->timeout, milliseconds(3000));
  EXPECT_EQ(resolved->compression, OtlpCompression::gzip);
}

TEST(OtlpEndpoint, AVariableSetToNothingIsUnset) {
  const Environment endpoint("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "");
  const Environment timeout("OTEL_EXPORTER_OTLP_TIMEOUT", "");
  const Environment protocol("OTEL_EXPORTER_OTLP_PROTOCOL", "");
  const Resolved resolved = resolve();
  EXPECT_EQ(resolved->url, "http://localhost:4318/v1/traces");
  EXPECT_EQ(resolved->timeout, milliseconds(10'000));
  EXPECT_THAT(resolved.problems, IsEmpty());
}

TEST(OtlpEndpoint, AVariableThatCannotBeUnderstoodIsReportedAndPassedOver) {
  const Environment general("OTEL_EXPORTER_OTLP_TIMEOUT", "1500");
  const Environment timeout("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "10s");
  const Environment compression("OTEL_EXPORTER_OTLP_COMPRESSION", "brotli");
  const Environment protocol("OTEL_EXPORTER_OTLP_PROTOCOL", "http/thrift");
  const Resolved resolved = resolve();
  ASSERT_TRUE(resolved.endpoint);
  EXPECT_EQ(resolved->timeout, milliseconds(1500));
  EXPECT_EQ(resolved->compression, OtlpCompression::none);
  EXPECT_EQ(resolved->protocol, OtlpProtocol::http_protobuf);
  EXPECT_THAT(resolved.problems,
              ElementsAre(AllOf(HasSubstr("OTEL_EXPORTER_OTLP_PROTOCOL"), HasSubstr("http/thrift")),
                          AllOf(HasSubstr("OTEL_EXPORTER_OTLP_COMPRESSION"), HasSubstr("brotli")),
                          AllOf(HasSubstr("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT"), HasSubstr("10s"))));
}

TEST(OtlpEndpoint, JsonAndZstdCanBeChosen) {
  const Environment protocol("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "http/json");
  const Environment compression("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd");
  const Resolved resolved = resolve({}, Signal::logs);
  EXPECT_EQ(resolved->protocol, OtlpProtocol::http_json);
  EXPECT_EQ(resolved->url, "http://localhost:4318/v1/logs");
  EXPECT_EQ(resolved->compression, OtlpCompression::zstd);
  EXPECT_THAT(resolved.problems, IsEmpty());
}

TEST(OtlpEndpoint, TheSignalsOwnUrlIsUsedAsItIs) {
  EXPECT_EQ(resolve({.endpoint = "http://base:1", .signal_endpoint = "http://own:2/traces?key=a"})->url,
            "http://own:2/traces?key=a");
  EXPECT_THAT(resolve({.signal_endpoint = "own"}).endpoint.error().message, HasSubstr("signal endpoint"));
}

TEST(OtlpEndpoint, TimeoutsAreMillisecondsAndZeroMeansNone) {
  {
    const Environment timeout("OTEL_EXPORTER_OTLP_TIMEOUT", "0");
    EXPECT_GE(resolve()->timeout, std::chrono::days(24));
  }
  for (const char* text : {"-1", "1.5", "ten", "99999999999", "0x10", "5 000"}) {
    const Environment timeout("OTEL_EXPORTER_OTLP_TIMEOUT", text);
    const Resolved resolved = resolve();
    EXPECT_EQ(resolved->timeout, milliseconds(10'000)) << text;
    EXPECT_EQ(resolved.problems.size(), 1u) << text;
  }
}

TEST(OtlpEndpoint, AnEndpointThatIsNoUrlIsAnErrorThatNamesItsSource) {
  for (const char* text :
       {"localhost:4318", "host", "ftp://host", "http://", "http://a b", "http://host:99999"}) {
    const Environment endpoint("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", text);
    const Resolved resolved = resolve();
    ASSERT_FALSE(resolved.endpoint) << text;
    EXPECT_EQ(resolved.endpoint.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(resolved.endpoint.error().message,
                AllOf(HasSubstr("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"), HasSubstr("http://")));
  }
  const Resolved given = resolve({.endpoint = "ftp://user:secret@host"});
  EXPECT_THAT(given.endpoint.error().message, AllOf(HasSubstr("ftp://host"), Not(HasSubstr("secret"))));
}

TEST(OtlpEndpoint, GrpcTakesHostAndPortWithoutAScheme) {
  const std::string method = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
  EXPECT_EQ(resolve({.endpoint = "host:4317", .protocol = OtlpProtocol::grpc})->url,
            "https://host:4317" + method);
  const Environment insecure("OTEL_EXPORTER_OTLP_INSECURE", "True");
  EXPECT_EQ(resolve({.endpoint = "host:4317", .protocol = OtlpProtocol::grpc})->url,
            "http://host:4317" + method);
  EXPECT_EQ(resolve({.endpoint = "https://host:4317", .protocol = OtlpProtocol::grpc})->url,
            "https://host:4317" + method)
      << "a scheme outranks it";
  EXPECT_EQ(resolve({.endpoint = "host:4317", .protocol = OtlpProtocol::grpc, .insecure = false})->url,
            "https://host:4317" + method)
      << "and so does the program";
  const Environment signal("OTEL_EXPORTER_OTLP_TRACES_INSECURE", "1");
  const Resolved resolved = resolve({.endpoint = "host:4317", .protocol = OtlpProtocol::grpc});
  EXPECT_EQ(resolved->url, "https://host:4317" + method) << "what is not true is false";
  EXPECT_THAT(resolved.problems, ElementsAre(HasSubstr("OTEL_EXPORTER_OTLP_TRACES_INSECURE")));
}

TEST(OtlpEndpoint, TheEnvironmentIsLeftAloneIfTheProgramSaysSo) {
  const Environment endpoint("OTEL_EXPORTER_OTLP_ENDPOINT", "http://elsewhere:1");
  const Environment headers("OTEL_EXPORTER_OTLP_HEADERS", "a=b");
  const Environment compression("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip");
  const Environment protocol("OTEL_EXPORTER_OTLP_PROTOCOL", "nonsense");
  const Resolved resolved = resolve({.use_environment = false});
  EXPECT_EQ(resolved->url, "http://localhost:4318/v1/traces");
  EXPECT_THAT(resolved->headers, IsEmpty());
  EXPECT_EQ(resolved->compression, OtlpCompression::none);
  EXPECT_THAT(resolved.problems, IsEmpty());
}

TEST(OtlpEndpoint, ThePathOfAGrpcEndpointIsTheMethods) {
  EXPECT_EQ(resolve({.endpoint = "http://host:1/ignored", .protocol = OtlpProtocol::grpc})->url,
            "http://host:1/opentelemetry.proto.collector.trace.v1.TraceService/Export");
}

TEST(OtlpEndpoint, LikelyMistakesAreReported) {
  EXPECT_THAT(resolve({.endpoint = "http://localhost:4317"}).problems, ElementsAre(HasSubstr("4317")));
  EXPECT_THAT(resolve({.endpoint = "http://localhost:4318", .protocol = OtlpProtocol::grpc}).problems,
              ElementsAre(HasSubstr("4318")));
  const Resolved twice = resolve({.endpoint = "http://localhost:4318/v1/traces"});
  EXPECT_EQ(twice->url, "http://localhost:4318/v1/traces/v1/traces") << "as the specification has it";
  EXPECT_THAT(twice.problems, ElementsAre(HasSubstr("/v1/traces")));
  const Environment as_is("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://localhost:4318/v1/traces");
  EXPECT_THAT(resolve().problems, IsEmpty());
}

TEST(OtlpEndpoint, HeadersAreDecodedFromTheirBaggageEncoding) {
  const Environment headers("OTEL_EXPORTER_OTLP_HEADERS",
                            " api-key = s%2Cecret%3D , Authorization=Basic dTpw==,empty=,,x-tenant=a%20b;c");
  const Resolved resolved = resolve();
  EXPECT_THAT(resolved->headers,
              ElementsAre(Pair("api-key", "s,ecret="), Pair("Authorization", "Basic dTpw=="),
                          Pair("empty", ""), Pair("x-tenant", "a b;c")));
  EXPECT_THAT(resolved.problems, IsEmpty());
}

TEST(OtlpEndpoint, TheSignalsHeadersReplaceTheGeneralOnesAndTheProgramsAreAdded) {
  const Environment general("OTEL_EXPORTER_OTLP_HEADERS", "a=general,b=general");
  const Environment signal("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "a=signal,c=signal");
  EXPECT_THAT(resolve({.headers = {{"A", "program"}, {"d", "program"}}})->headers,
              ElementsAre(Pair("a", "program"), Pair("c", "signal"), Pair("d", "program")));
  EXPECT_THAT(resolve({}, Signal::logs)->headers, ElementsAre(Pair("a", "general"), Pair("b", "general")));
}

TEST(OtlpEndpoint, HeadersThatCannotBeSentAreReportedWithoutTheirValues) {
  const Environment headers(
      "OTEL_EXPORTER_OTLP_HEADERS",
      "good=1,secret,=secret,bad name=secret,forged=secret%0D%0Ax: y,Content-Type=secret");
  const Resolved resolved = resolve({.headers = {{"also bad", "secret"}, {"te", "secret"}}});
  EXPECT_THAT(resolved->headers, ElementsAre(Pair("good", "1")));
  EXPECT_THAT(resolved.problems, ElementsAre(HasSubstr("entry 2"), HasSubstr("entry 3"), HasSubstr("entry 4"),
                                             HasSubstr("entry 5"), HasSubstr("also bad"),
                                             HasSubstr("Content-Type"), HasSubstr("te")));
  for (const std::string& problem : resolved.problems) EXPECT_THAT(problem, Not(HasSubstr("secret")));
}

TEST(OtlpEndpoint, FilesOfCertificatesAreTakenAndMissingOnesReported) {
  const sonde::test::TemporaryDirectory folder;
  const std::string authority = folder.path("ca.pem");
  const std::string own = folder.path("client.pem");
  const std::string missing = folder.path("key.pem");
  for (const std::string& path : {authority, own}) std::ofstream(path) << "a certificate";
  const Environment certificate("OTEL_EXPORTER_OTLP_CERTIFICATE", authority);
  const Environment key("OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", missing);
  const Resolved resolved = resolve({.client_certificate = own});
  EXPECT_EQ(resolved->certificate_file, authority);
  EXPECT_EQ(resolved->client_key_file, missing);
  EXPECT_EQ(resolved->client_certificate_file, own);
  EXPECT_THAT(resolved.problems, ElementsAre(HasSubstr(missing)));
}

TEST(OtlpMetricPreferences, AreTheProgramsElseTheEnvironmentsElseTheSpecifications) {
  std::vector<std::string> problems;
  OtlpMetricPreferences preferences = resolve_otlp_metric_preferences({}, problems);
  EXPECT_EQ(preferences.temporality, TemporalityPreference::cumulative);
  EXPECT_EQ(preferences.histogram_aggregation, Aggregation::Type::explicit_bucket_histogram);
  const Environment temporality("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "LowMemory");
  const Environment histogram("OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
                              "base2_exponential_bucket_histogram");
  preferences = resolve_otlp_metric_preferences({}, problems);
  EXPECT_EQ(preferences.temporality, TemporalityPreference::low_memory);
  EXPECT_EQ(preferences.histogram_aggregation, Aggregation::Type::base2_exponential_bucket_histogram);
  preferences = resolve_otlp_metric_preferences({.temporality = TemporalityPreference::delta}, problems);
  EXPECT_EQ(preferences.temporality, TemporalityPreference::delta);
  EXPECT_THAT(problems, IsEmpty());
}

TEST(OtlpMetricPreferences, WhatCannotBeUnderstoodIsReported) {
  std::vector<std::string> problems;
  const Environment temporality("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "sometimes");
  EXPECT_EQ(resolve_otlp_metric_preferences({}, problems).temporality, TemporalityPreference::cumulative);
  EXPECT_THAT(problems, ElementsAre(AllOf(HasSubstr("TEMPORALITY_PREFERENCE"), HasSubstr("lowmemory"))));
}

}  // namespace
}  // namespace sonde::sdk
