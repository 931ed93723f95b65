#include <spdlog/logger.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <sonde/bridge/asio.hpp>
#include <sonde/bridge/spdlog_sink.hpp>
#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>
#ifdef HAS_OPENTELEMETRY
#include <sonde/bridge/opentelemetry_api.hpp>
#endif

int main() {
  auto telemetry = sonde::setup({.service_name = "consumer", .exporter = sonde::ExporterKind::console});
#ifdef HAS_OPENTELEMETRY
  sonde::bridge::install_opentelemetry_api();
  opentelemetry::trace::Provider::GetTracerProvider()
      ->GetTracer("theirs")
      ->StartSpan("through their API")
      ->End();
#endif
  spdlog::logger("consumer", std::make_shared<sonde::bridge::SpdlogSink>()).info("through spdlog");
  boost::asio::io_context io;
  const auto span = sonde::get_tracer("consumer").start_as_current_span("around the coroutine");
  const auto within = []() -> boost::asio::awaitable<void> {
    sonde::get_tracer("consumer").start_span("within the coroutine").end();
    co_return;
  };
  boost::asio::co_spawn(sonde::bridge::carry_context(io.get_executor()), within(), boost::asio::detached);
  io.run();
}
