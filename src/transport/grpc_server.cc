#include "transport/grpc_server.h"

#include <grpc/support/log.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <future>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "transport/grpc_server_call.h"

namespace sonde::transport {
namespace {

/// gRPC writes to stderr what is reported as errors already, or is of no use to a user.
void silence_grpc() {
  static std::once_flag once;
  std::call_once(once, [] { gpr_set_log_function([](gpr_log_func_args*) {}); });
}

void configure(grpc::ServerBuilder& builder, const GrpcServerOptions& options) {
  builder.SetMaxReceiveMessageSize(static_cast<int>(options.max_message_bytes));
  // Two servers on one port would each get a part of the calls; the second is to fail instead.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Decompression is done in GrpcCall, within limits. Of the codings only gzip is offered there.
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  // Each call may hold a whole message, so one client does not get to open any number at once; it waits.
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 256);
  // Exporters keep their connections alive as they like; none is cut off for asking often.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
}

/// As gRPC and people write it: an IPv6 address stands in brackets before its port.
std::string joined(const std::string& address, std::uint16_t port) {
  const bool is_ipv6 = address.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

/// gRPC says only that it could not listen. Trying the same by hand tells why.
Error why_not_listening(const std::string& address, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    return {ErrorCode::invalid_argument,
            "cannot listen on '" + address + "': it is neither an address nor a name that resolves"};
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, &freeaddrinfo);
  const int probe = socket(addresses->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);  // as gRPC does
  const bool bound = bind(probe, addresses->ai_addr, addresses->ai_addrlen) == 0 && listen(probe, 1) == 0;
  const int reason = bound ? 0 : errno;
  close(probe);
  return {reason == EACCES ? ErrorCode::permission_denied : ErrorCode::unavailable,
          "cannot listen on " + joined(address, port) + ": " +
              (bound ? "gRPC could not start its server" : std::strerror(reason))};
}

}  // namespace

class GrpcServer::Impl {
 public:
  explicit Impl(GrpcServerOptions options) : options_(std::move(options)) {}

  void handle(std::string method, GrpcHandler handler) {
    handlers_.insert_or_assign(std::move(method), std::move(handler));
  }

  Expected<void> start() {
    silence_grpc();
    grpc::ServerBuilder builder;
    configure(builder, options_);
    int bound_port = 0;
    builder.AddListeningPort(joined(options_.address, options_.port), grpc::InsecureServerCredentials(),
                             &bound_port);
    builder.RegisterAsyncGenericService(&service_);
    for (std::size_t i = 0; i < std::max<std::size_t>(1, options_.threads); ++i) {
      queues_.push_back(std::make_unique<GrpcQueue>(
          GrpcQueue{service_, handlers_, options_.max_message_bytes, builder.AddCompletionQueue()}));
    }
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || bound_port == 0) {
      discard_queues();
      return why_not_listening(options_.address, options_.port);
    }
    port_ = static_cast<std::uint16_t>(bound_port);
    for (const auto& queue : queues_) threads_.emplace_back([&queue = *queue] { serve(queue); });
    return {};
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

  void stop(std::chrono::milliseconds grace) {
    const std::scoped_lock lock(stop_mutex_);
    if (std::exchange(is_stopped_, true) || server_ == nullptr) return;
    const auto deadline = std::chrono::system_clock::now() + grace;
    // Shutdown() waits for every call, also for those at handlers that never answer, so those are abandoned
    // from here once the time is up.
    auto shutdown = std::async(std::launch::async, [&] { server_->Shutdown(deadline); });
    shutdown.wait_until(deadline);
    for (const auto& queue : queues_) queue->gate->close();
    shutdown.wait();
    for (const auto& queue : queues_) queue->completion->Shutdown();
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  static void serve(GrpcQueue& queue) {
    GrpcCall::await(queue);
    void* call = nullptr;
    bool ok = false;
    while (queue.completion->Next(&call, &ok)) static_cast<GrpcCall*>(call)->proceed(ok);
  }

  void discard_queues() {
    void* event = nullptr;
    bool ok = false;
    for (const auto& queue : queues_) {
      queue->completion->Shutdown();
      while (queue->completion->Next(&event, &ok)) {
      }
    }
    server_.reset();
    queues_.clear();
  }

  GrpcServerOptions options_;
  std::unordered_map<std::string, GrpcHandler> handlers_;
  grpc::AsyncGenericService service_;
  std::vector<std::unique_ptr<GrpcQueue>> queues_;
  std::unique_ptr<grpc::Server> server_;
  std::uint16_t port_ = 0;
  std::vector<std::thread> threads_;
  std::mutex stop_mutex_;
  bool is_stopped_ = false;
};

GrpcServer::GrpcServer(GrpcServerOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

GrpcServer::~GrpcServer() { stop(); }

void GrpcServer::handle(std::string method, GrpcHandler handler) {
  impl_->handle(std::move(method), std::move(handler));
}

Expected<void> GrpcServer::start() { return impl_->start(); }

std::uint16_t GrpcServer::port() const noexcept { return impl_->port(); }

void GrpcServer::stop(std::chrono::milliseconds grace) { impl_->stop(grace); }

}  // namespace sonde::transport
