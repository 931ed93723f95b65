#pragma once

// What a reader can ask over HTTP, on port 16686: the page's own API (docs/api.md), Jaeger's query API (so
// that Grafana's Jaeger data source and other tools work unchanged) and the page itself. One call adds it all
// to a server. Reads of the store block, so they run on threads of their own, never on the server's.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace sonde::store {
class Store;
}
namespace sonde::transport {
class HttpServer;
}

namespace sonde::query {

/// Addresses as a person would type them: "127.0.0.1:4317", "http://127.0.0.1:4318". Empty: not listening.
struct Endpoints {
  std::string otlp_grpc;
  std::string otlp_http;
  std::string ui;
};

/// Items that were not kept, and why: nothing is dropped silently.
struct Refusal {
  std::string reason;
  std::uint64_t count = 0;
};

/// What the server tells about itself. The functions are called for every request that asks, from any thread;
/// either may be empty.
struct ServerInfo {
  std::string version;
  std::string data_directory;  ///< Empty: in memory.
  std::function<Endpoints()> endpoints;
  std::function<std::vector<Refusal>()> refused;
};

/// Adds the routes. Call before server.start(); `store` must outlive the server.
void register_routes(transport::HttpServer& server, store::Store& store, ServerInfo info);

}  // namespace sonde::query
