#include "sdk_support/grpc_test_server.h"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include "sdk_support/raw_http_server.h"

namespace sonde::test {
namespace {

std::string text_of(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string text;
  if (!buffer.Dump(&slices).ok()) return text;
  for (const grpc::Slice& slice : slices)
    text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return text;
}

grpc::ByteBuffer buffer_of(const std::string& text) {
  const grpc::Slice slice(text);
  return {&slice, 1};
}

/// Reads one message, answers it, and ends the call.
class Reactor final : public grpc::ServerGenericBidiReactor {
 public:
  using Answer = std::function<std::optional<GrpcReply>(std::string message)>;

  explicit Reactor(Answer answer) : answer_(std::move(answer)) { StartRead(&request_); }

  void OnReadDone(bool ok) override {
    const std::optional<GrpcReply> reply =
        ok ? answer_(text_of(request_))
           : GrpcReply{.code = grpc::StatusCode::INTERNAL, .status_message = "no message"};
    if (!reply || ended_.exchange(true)) return;  // Never answered: the call lasts until OnCancel().
    const grpc::Status status(static_cast<grpc::StatusCode>(reply->code), reply->status_message,
                              reply->details);
    if (!status.ok()) return Finish(status);
    reply_ = buffer_of(reply->message);
    StartWriteAndFinish(&reply_, {}, status);
  }
  void OnCancel() override {
    if (!ended_.exchange(true)) Finish(grpc::Status::CANCELLED);
  }
  void OnDone() override { delete this; }

 private:
  Answer answer_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer reply_;
  std::atomic<bool> ended_ = false;
};

GrpcCall call_of(const grpc::GenericCallbackServerContext& context) {
  GrpcCall call{.method = context.method(), .peer = context.peer(), .deadline = context.deadline()};
  for (const auto& [name, value] : context.client_metadata()) {
    call.metadata.emplace_back(std::string(name.data(), name.size()),
                               std::string(value.data(), value.size()));
  }
  return call;
}

}  // namespace

class GrpcTestServer::Impl final : public grpc::CallbackGenericService {
 public:
  Impl(Answer answer, const GrpcTestServerOptions& options) : answer_(std::move(answer)) {
    grpc::ServerBuilder builder;
    builder.RegisterCallbackGenericService(this);
    builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, options.decompress ? 1 : 0);
    builder.AddChannelArgument(GRPC_ARG_ENABLE_DEADLINE_CHECKS, options.enforce_deadlines ? 1 : 0);
    builder.SetMaxReceiveMessageSize(options.max_receive_bytes);
    if (options.max_connection_age_milliseconds > 0) {
      builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, options.max_connection_age_milliseconds);
    }
    std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials();
    if (!options.private_key.empty()) {
      const bool ask = !options.client_authority.empty();
      grpc::SslServerCredentialsOptions tls(ask ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                                                : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
      tls.pem_root_certs = options.client_authority;
      tls.pem_key_cert_pairs.push_back({options.private_key, options.certificate_chain});
      credentials = grpc::SslServerCredentials(tls);
    }
    builder.AddListeningPort("127.0.0.1:" + std::to_string(options.port), credentials, &port);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port == 0) throw std::runtime_error("the gRPC test server cannot listen");
  }

  ~Impl() override { server_->Shutdown(std::chrono::system_clock::now()); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
    return new Reactor([this, call = call_of(*context)](std::string message) mutable {
      call.message = std::move(message);
      {
        const std::lock_guard lock(mutex);
        calls.push_back(call);
      }
      changed.notify_all();
      return answer_(call);
    });
  }

  int port = 0;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<GrpcCall> calls;

 private:
  Answer answer_;
  std::unique_ptr<grpc::Server> server_;
};

GrpcTestServer::GrpcTestServer(Answer answer, const GrpcTestServerOptions& options)
    : impl_(std::make_unique<Impl>(std::move(answer), options)) {}
GrpcTestServer::~GrpcTestServer() = default;

std::uint16_t GrpcTestServer::port() const { return static_cast<std::uint16_t>(impl_->port); }

std::string GrpcTestServer::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port()) + path;
}

std::vector<GrpcCall> GrpcTestServer::calls() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->calls;
}

bool GrpcTestServer::wait_for_calls(std::size_t count) {
  std::unique_lock lock(impl_->mutex);
  return impl_->changed.wait_for(lock, patience, [&] { return impl_->calls.size() >= count; });
}

}  // namespace sonde::test
