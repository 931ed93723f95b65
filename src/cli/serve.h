#pragma once

// Everything `sonde serve` runs, as one value: the store, the pipeline that feeds it and the server that
// shows it.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "collector/pipeline.h"
#include "query/routes.h"
#include "sonde/expected.hpp"
#include "store/store.h"
#include "transport/http_server.h"

namespace sonde::cli {

struct ServeOptions {
  std::filesystem::path data_directory;
  std::string host = "127.0.0.1";
  std::uint16_t grpc_port = 4317;  ///< 0: the kernel picks, as for the others.
  std::uint16_t http_port = 4318;
  std::uint16_t ui_port = 16686;
  std::vector<std::string> cors_origins;  ///< Besides pages of this machine.
  std::size_t max_memory = 1u << 30;  ///< Bytes; half for the store, a quarter for what waits to be written.
  std::size_t max_request_size = 20u << 20;
};

class Server {
 public:
  /// Opens the store and listens on all ports, or on none; the error says what to do.
  [[nodiscard]] static Expected<std::unique_ptr<Server>> start(const ServeOptions& options);
  ~Server();  ///< Stops, as stop() does.
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// As clients may use them, with the ports that the kernel picked.
  [[nodiscard]] query::Endpoints endpoints() const;

  /// Takes no more, lets what is under way finish for at most `grace`, and closes the store. Idempotent.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds(10));

 private:
  Server(const ServeOptions& options, std::unique_ptr<store::Store> store);
  [[nodiscard]] std::vector<query::Refusal> refused() const;

  std::string host_;  ///< As it stands in an address.
  std::unique_ptr<store::Store> store_;
  collector::Pipeline pipeline_;
  transport::HttpServer ui_;
};

}  // namespace sonde::cli
