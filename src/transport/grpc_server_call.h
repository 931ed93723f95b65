#pragma once

// One unary call, and the queue its events come through. A call is made to wait for a client, then reads its
// message, is at its handler, and ends with the answer; each event brings it one step on. It owns itself and
// goes with its last event.

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "transport/grpc_server.h"

namespace sonde::transport {

class GrpcCall;

/// Guards what may no longer be done once a completion queue shuts down: starting operations on it. Answers
/// come from any thread and may outlive the server, so whoever may answer shares the gate. Thread-safe.
class GrpcGate {
 public:
  /// Runs `operation` unless the gate is closed; whether it ran.
  template <class Operation>
  bool start(Operation operation) {
    const std::scoped_lock lock(mutex_);
    if (is_closed_) return false;
    operation();
    return true;
  }

  /// The call is at its handler from here to answer(); false if the gate is closed.
  bool enter(GrpcCall* call);
  /// Ends the call, unless it was abandoned meanwhile.
  void answer(GrpcCall* call, const GrpcStatus& status, const std::string& message);
  /// Lets nothing more start, and gives up the calls that are at their handlers.
  void close();

 private:
  std::mutex mutex_;
  bool is_closed_ = false;
  std::unordered_set<GrpcCall*> at_handler_;
};

/// What the calls of one completion queue share.
struct GrpcQueue {
  grpc::AsyncGenericService& service;
  const std::unordered_map<std::string, GrpcHandler>& handlers;
  std::size_t max_message_bytes;
  std::unique_ptr<grpc::ServerCompletionQueue> completion;
  std::shared_ptr<GrpcGate> gate = std::make_shared<GrpcGate>();
};

class GrpcCall {
 public:
  /// Makes a call that waits for the next client, unless the queue is shutting down.
  static void await(GrpcQueue& queue);

  /// The operation last started is done; `ok` as gRPC means it.
  void proceed(bool ok);

  /// Starts the last operation. With the gate held.
  void finish(const GrpcStatus& status, const std::string& message);

  ~GrpcCall() = default;
  GrpcCall(const GrpcCall&) = delete;
  GrpcCall& operator=(const GrpcCall&) = delete;

 private:
  enum class Stage : std::uint8_t { waiting, reading, at_handler, finishing };

  explicit GrpcCall(GrpcQueue& queue) : queue_(queue) {}
  void read();
  void handle(bool was_read);
  [[nodiscard]] Expected<std::string> take_message() const;

  GrpcQueue& queue_;
  Stage stage_ = Stage::waiting;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_{&context_};
  grpc::ByteBuffer request_;
};

}  // namespace sonde::transport
