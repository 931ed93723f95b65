// A program that logs through spdlog already: one more sink, and its log lines stand beside its spans, each
// with the trace it belongs to. Prints the records as OTLP JSON instead of sending them.

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <spdlog/spdlog.h>

#include <sonde/bridge/spdlog_sink.hpp>
#include <sonde/otlp_file_exporter.hpp>
#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>

namespace {

// As an application writes it, with no word of OpenTelemetry but for the span.
std::string answer(std::string_view question) {
  const auto span = sonde::get_tracer("my-llm-app").start_as_current_span("answer_question");
  SPDLOG_INFO("answering a question of {} characters", question.size());
  try {
    throw std::runtime_error("the index is empty");  // in place of a retriever
  } catch (const std::exception& failure) {
    SPDLOG_WARN("retrieval failed, answering without documents: {}", failure.what());
  }
  return "I do not know.";
}

/// Sends what spdlog logs to the provider, too, for as long as it lives.
class BridgedSpdlog {
 public:
  BridgedSpdlog() { spdlog::default_logger()->sinks().push_back(sink_); }
  BridgedSpdlog(const BridgedSpdlog&) = delete;
  BridgedSpdlog& operator=(const BridgedSpdlog&) = delete;
  ~BridgedSpdlog() { std::erase(spdlog::default_logger()->sinks(), sink_); }

 private:
  spdlog::sink_ptr sink_ = std::make_shared<sonde::bridge::SpdlogSink>();
};

}  // namespace

int main() {
  const auto telemetry = sonde::setup({.service_name = "my-llm-app"});

  sonde::LoggerProviderOptions options;
  options.resource = sonde::Resource({{"service.name", std::string("my-llm-app")}});
  options.processors.push_back(
      std::make_unique<sonde::BatchLogRecordProcessor>(sonde::make_otlp_stream_log_record_exporter(stdout)));
  options.loggers = {{.name = "*", .minimum_severity = sonde::Severity::info}};
  sonde::LoggerProvider provider(std::move(options));  // exports what is left when it goes
  provider.set_as_global();

  const BridgedSpdlog bridged;
  spdlog::debug("not asked for");
  answer("What is a trace?");
}
