#include <thread>
#include <utility>

#include "cli/serve.h"
#include "store/duckdb/duckdb_store.h"

namespace sonde::cli {
namespace {

/// The host of an address to connect to: "any address" is not one, and IPv6 stands in brackets.
std::string connectable(const std::string& host) {
  if (host == "0.0.0.0") return "127.0.0.1";
  if (host == "::") return "[::1]";
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

collector::PipelineOptions pipeline_options(const ServeOptions& options) {
  collector::PipelineOptions pipeline;
  collector::OtlpReceiverOptions& receiver = pipeline.otlp_receiver;
  receiver.address = options.host;
  receiver.grpc_port = options.grpc_port;
  receiver.http_port = options.http_port;
  receiver.threads = std::clamp(std::thread::hardware_concurrency(), 1u, 4u);
  receiver.max_request_bytes = options.max_request_size;
  receiver.allowed_origins.insert(receiver.allowed_origins.end(), options.cors_origins.begin(),
                                  options.cors_origins.end());
  return pipeline;
}

Error with_advice(const Error& error) {
  if (error.code != ErrorCode::unavailable) return error;
  return {error.code,
          error.message +
              ". Stop what is listening there, or choose other ports with --grpc-port, --http-port "
              "and --ui-port (0 takes a free one)"};
}

}  // namespace

Server::Server(const ServeOptions& options, std::unique_ptr<store::Store> store)
    : host_(connectable(options.host)),
      store_(std::move(store)),
      pipeline_(pipeline_options(options), *store_),
      ui_({.address = options.host, .port = options.ui_port}) {
  query::register_routes(ui_, *store_,
                         {.version = SONDE_VERSION,
                          .data_directory = options.data_directory.string(),
                          .endpoints = [this] { return endpoints(); },
                          .refused = [this] { return refused(); }});
}

Expected<std::unique_ptr<Server>> Server::start(const ServeOptions& options) {
  Expected<std::unique_ptr<store::Store>> store =
      store::open_duckdb({.directory = options.data_directory,
                          .max_pending_bytes = options.max_memory / 4,
                          .memory_limit = options.max_memory / 2});
  if (!store) return std::move(store).error();
  std::unique_ptr<Server> server(new Server(options, *std::move(store)));
  if (const Expected<void> started = server->ui_.start(); !started) return with_advice(started.error());
  if (const Expected<void> started = server->pipeline_.start(); !started) return with_advice(started.error());
  return server;
}

Server::~Server() { stop(); }

query::Endpoints Server::endpoints() const {
  const auto address = [this](std::uint16_t port) { return host_ + ":" + std::to_string(port); };
  return {.otlp_grpc = address(pipeline_.otlp_receiver.grpc_port()),
          .otlp_http = "http://" + address(pipeline_.otlp_receiver.http_port()),
          .ui = "http://" + address(ui_.port())};
}

std::vector<query::Refusal> Server::refused() const {
  std::vector<query::Refusal> all;
  for (const collector::Counters::Refused& refused : pipeline_.counters.refused()) {
    all.push_back(
        {std::string(collector::signal_name(refused.signal)) + ": " + refused.reason, refused.count});
  }
  return all;
}

void Server::stop(std::chrono::milliseconds grace) {
  pipeline_.stop(grace);
  store_->close();
  ui_.stop(grace);
}

}  // namespace sonde::cli
