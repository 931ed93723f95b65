#include "transport/grpc_server_call.h"

#include <grpcpp/support/slice.h>
#include <grpcpp/support/status.h>

#include <atomic>
#include <exception>
#include <tuple>
#include <utility>
#include <vector>

#include "transport/compression.h"

namespace sonde::transport {
namespace {

/// The handler's end of a call; lives as long as the last copy of its GrpcRespond.
class Responder {
 public:
  Responder(std::shared_ptr<GrpcGate> gate, GrpcCall* call) : gate_(std::move(gate)), call_(call) {}
  ~Responder() {
    respond({static_cast<int>(grpc::StatusCode::INTERNAL), "the call was dropped by its handler", {}}, {});
  }
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;

  void respond(const GrpcStatus& status, const std::string& message) {
    if (!is_answered_.exchange(true)) gate_->answer(call_, status, message);
  }

 private:
  std::shared_ptr<GrpcGate> gate_;
  GrpcCall* call_;
  std::atomic<bool> is_answered_ = false;
};

std::string to_string(const grpc::ByteBuffer& buffer) {
  std::string text;
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return text;
  text.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) {
    text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return text;
}

}  // namespace

bool GrpcGate::enter(GrpcCall* call) {
  return start([&] { at_handler_.insert(call); });
}

void GrpcGate::answer(GrpcCall* call, const GrpcStatus& status, const std::string& message) {
  start([&] {
    at_handler_.erase(call);
    call->finish(status, message);
  });
}

void GrpcGate::close() {
  std::unordered_set<GrpcCall*> abandoned;
  {
    const std::scoped_lock lock(mutex_);
    is_closed_ = true;
    abandoned.swap(at_handler_);
  }
  for (const GrpcCall* call : abandoned) delete call;  // no event will come for it
}

void GrpcCall::await(GrpcQueue& queue) {
  std::unique_ptr<GrpcCall> call(new GrpcCall(queue));
  const bool started = queue.gate->start([&] {
    queue.service.RequestCall(&call->context_, &call->stream_, queue.completion.get(), queue.completion.get(),
                              call.get());
  });
  if (started) std::ignore = call.release();
}

void GrpcCall::proceed(bool ok) {
  switch (stage_) {
    case Stage::waiting:
      if (!ok) break;  // the server is shutting down
      await(queue_);
      return read();
    case Stage::reading: return handle(ok);
    case Stage::at_handler:
    case Stage::finishing: break;
  }
  delete this;
}

void GrpcCall::read() {
  const bool started = queue_.gate->start([this] {
    if (queue_.handlers.contains(context_.method())) {
      stage_ = Stage::reading;
      stream_.Read(&request_, this);
    } else {
      finish({static_cast<int>(grpc::StatusCode::UNIMPLEMENTED), "unknown method " + context_.method(), {}},
             {});
    }
  });
  if (!started) delete this;
}

void GrpcCall::handle(bool was_read) {
  stage_ = Stage::at_handler;
  Expected<std::string> message =
      was_read ? take_message() : Error{ErrorCode::cancelled, "the call ended before its message was read"};
  request_.Clear();
  const GrpcHandler& handler = queue_.handlers.at(context_.method());
  const auto responder = std::make_shared<Responder>(queue_.gate, this);
  if (!queue_.gate->enter(this)) {
    delete this;
    return;
  }
  // From here on another thread may answer, and the call be gone.
  try {
    handler(std::move(message), [responder](const GrpcStatus& status, const std::string& answer) {
      responder->respond(status, answer);
    });
  } catch (const std::exception&) {  // the responder answers when it goes
  }
}

/// gRPC's own decompression has no bound, so it is switched off (see GrpcServer) and done here. Whether a
/// message is compressed is not told, but shows: no protobuf message begins with gzip's first byte, because
/// its low bits would be wire type 7, which does not exist.
Expected<std::string> GrpcCall::take_message() const {
  std::string message = to_string(request_);
  if (!message.starts_with("\x1f\x8b")) return message;
  return decompress("gzip", std::move(message), queue_.max_message_bytes);
}

void GrpcCall::finish(const GrpcStatus& status, const std::string& message) {
  stage_ = Stage::finishing;
  const grpc::Status result(static_cast<grpc::StatusCode>(status.code), status.message, status.details);
  if (!result.ok()) return stream_.Finish(result, this);
  const grpc::Slice slice(message);
  stream_.WriteAndFinish(grpc::ByteBuffer(&slice, 1), grpc::WriteOptions(), result, this);
}

}  // namespace sonde::transport
