#pragma once

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>

#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace sonde::transport {

/// gRPC's own client, as the oracle; no generated code.
class GrpcTestClient {
 public:
  struct Answer {
    grpc::Status status;
    std::string message;
  };

  explicit GrpcTestClient(std::uint16_t port, grpc::ChannelArguments arguments = {}) {
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection of its own
    stub_ = std::make_unique<grpc::GenericStub>(grpc::CreateCustomChannel(
        "127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials(), arguments));
    events_ = std::thread([this] { complete_calls(); });
  }
  /// Waits for the calls it started.
  ~GrpcTestClient() {
    queue_.Shutdown();
    events_.join();
  }
  GrpcTestClient(const GrpcTestClient&) = delete;
  GrpcTestClient& operator=(const GrpcTestClient&) = delete;

  std::future<Answer> start(const std::string& method, const std::string& message,
                            grpc_compression_algorithm coding = GRPC_COMPRESS_NONE) {
    auto* const call = new Call;  // complete_calls() takes it back
    std::future<Answer> answer = call->promise.get_future();
    call->context.set_compression_algorithm(coding);
    call->context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    const grpc::Slice slice(message);
    call->reader = stub_->PrepareUnaryCall(&call->context, method, grpc::ByteBuffer(&slice, 1), &queue_);
    call->reader->StartCall();
    call->reader->Finish(&call->response, &call->answer.status, call);
    return answer;
  }

  Answer call(const std::string& method, const std::string& message,
              grpc_compression_algorithm coding = GRPC_COMPRESS_NONE) {
    return start(method, message, coding).get();
  }

 private:
  struct Call {
    grpc::ClientContext context;
    std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
    grpc::ByteBuffer response;
    Answer answer;
    std::promise<Answer> promise;
  };

  void complete_calls() {
    void* event = nullptr;
    bool ok = false;
    while (queue_.Next(&event, &ok)) {
      const std::unique_ptr<Call> call(static_cast<Call*>(event));
      if (grpc::Slice slice; call->response.DumpToSingleSlice(&slice).ok()) {
        call->answer.message.assign(reinterpret_cast<const char*>(slice.begin()), slice.size());
      }
      call->promise.set_value(std::move(call->answer));
    }
  }

  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericStub> stub_;
  std::thread events_;
};

}  // namespace sonde::transport
