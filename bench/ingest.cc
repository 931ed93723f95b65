// How fast a running `sonde serve` takes spans in: sends batches of realistic LLM spans over one connection,
// with some requests in flight, and counts what was acknowledged, which means written to disk. See
// serve_bench, which starts a server for it.

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "llm_requests.h"
#include "transport/http_client.h"

namespace sonde::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::string grpc = "127.0.0.1:4317";
  std::string http;  ///< Set: OTLP/HTTP there instead.
  std::size_t in_flight = 8;
  std::uint64_t spans = 2'000'000;
  RequestShape shape;
  int server_process = 0;
};

/// What a run did, added up by whoever sends.
struct Tally {
  std::atomic<std::uint64_t> acknowledged_spans = 0;
  std::atomic<std::uint64_t> put_off = 0;  ///< Requests the server asked to send again.
  std::atomic<std::uint64_t> bytes = 0;
};

/// The requests of a run, each given out once.
class Source {
 public:
  explicit Source(const Options& options)
      : shape_(options.shape), requests_((options.spans + shape_.spans - 1) / shape_.spans) {
    constexpr std::uint64_t variants = 32;
    for (std::uint64_t i = 0; i < variants; ++i) templates_.emplace_back(shape_, i);
  }

  /// The next request, or nothing once all are given out. Thread-safe.
  std::optional<std::string> next() {
    const std::uint64_t number = given_.fetch_add(1);
    if (number >= requests_) return std::nullopt;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto start_time = static_cast<std::uint64_t>(std::chrono::nanoseconds(now).count());
    return templates_[number % templates_.size()].with(run_ + number, start_time);
  }

  [[nodiscard]] std::size_t spans_of_a_request() const { return shape_.spans; }
  [[nodiscard]] std::size_t bytes_of_a_request() const { return templates_.front().size(); }

 private:
  RequestShape shape_;
  std::uint64_t requests_;
  std::vector<RequestTemplate> templates_;
  std::atomic<std::uint64_t> given_ = 0;
  /// So that two runs against one server do not send the same ids.
  std::uint64_t run_ = static_cast<std::uint64_t>(Clock::now().time_since_epoch().count()) << 20;
};

struct GrpcCall {
  std::string request;
  std::unique_ptr<grpc::ClientContext> context;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
  grpc::ByteBuffer response;
  grpc::Status status;
};

void start(GrpcCall& call, grpc::GenericStub& stub, grpc::CompletionQueue& queue) {
  const std::string method = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
  call.context = std::make_unique<grpc::ClientContext>();
  const grpc::Slice slice(call.request.data(), call.request.size(), grpc::Slice::STATIC_SLICE);
  call.reader = stub.PrepareUnaryCall(call.context.get(), method, grpc::ByteBuffer(&slice, 1), &queue);
  call.reader->StartCall();
  call.reader->Finish(&call.response, &call.status, &call);
}

/// One connection, `in_flight` calls on it at any time. False if the server refused for good.
bool send_by_grpc(const Options& options, Source& source, Tally& tally) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxSendMessageSize(-1);
  grpc::GenericStub stub(
      grpc::CreateCustomChannel(options.grpc, grpc::InsecureChannelCredentials(), arguments));
  grpc::CompletionQueue queue;
  std::vector<GrpcCall> calls(options.in_flight);
  std::size_t running = 0;
  const auto start_next = [&](GrpcCall& call) {
    std::optional<std::string> request = source.next();
    if (!request) return;
    call.request = *std::move(request);
    start(call, stub, queue);
    ++running;
  };
  for (GrpcCall& call : calls) start_next(call);
  void* event = nullptr;
  bool ok = false;
  while (running > 0 && queue.Next(&event, &ok)) {
    GrpcCall& call = *static_cast<GrpcCall*>(event);
    --running;
    if (call.status.ok()) {
      tally.acknowledged_spans += source.spans_of_a_request();
      tally.bytes += call.request.size();
      start_next(call);
    } else if (call.status.error_code() == grpc::StatusCode::UNAVAILABLE && ++tally.put_off < 100'000) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      start(call, stub, queue);
      ++running;
    } else {
      std::cerr << "refused: " << call.status.error_code() << " " << call.status.error_message() << '\n';
      return false;
    }
  }
  return true;
}

/// HTTP/1.1 has one request in flight on a connection, so this takes a connection for each.
bool send_by_http(const Options& options, Source& source, Tally& tally) {
  std::atomic<bool> good = true;
  const auto work = [&] {
    transport::HttpClient client({.timeout = std::chrono::seconds(60)});
    while (std::optional<std::string> request = source.next()) {
      const std::size_t size = request->size();
      const transport::HttpRequest post{.method = "POST",
                                        .target = options.http + "/v1/traces",
                                        .headers = {{"Content-Type", "application/x-protobuf"}},
                                        .body = *std::move(request)};
      auto response = client.perform(post);
      while (response && response->status == 503 && ++tally.put_off < 100'000) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        response = client.perform(post);
      }
      if (!response || response->status != 200) {
        std::cerr << "refused: " << (response ? response->body : response.error().message) << '\n';
        good = false;
        return;
      }
      tally.acknowledged_spans += source.spans_of_a_request();
      tally.bytes += size;
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < options.in_flight; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  return good;
}

/// User and system time of a process in seconds (proc(5), stat: fields 14 and 15), or zero.
double processor_seconds(int process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t name_end = text.rfind(')');  // a name may hold spaces
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(text.substr(name_end + 2));
  std::string skipped;
  for (int i = 3; i < 14; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

int run(const Options& options) {
  Source source(options);
  Tally tally;
  std::cout << options.spans << " spans, " << options.shape.spans << " to a request of "
            << source.bytes_of_a_request() << " bytes (" << source.bytes_of_a_request() / options.shape.spans
            << " a span), " << options.in_flight << " in flight over "
            << (options.http.empty() ? "one gRPC connection" : "as many HTTP connections") << std::endl;
  const double processor_before = processor_seconds(options.server_process);
  const double own_before = processor_seconds(getpid());
  const Clock::time_point began = Clock::now();
  const bool good =
      options.http.empty() ? send_by_grpc(options, source, tally) : send_by_http(options, source, tally);
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  const double millions = static_cast<double>(tally.acknowledged_spans) / 1e6;
  std::cout << "acknowledged:  " << tally.acknowledged_spans << " spans in " << seconds
            << " s = " << static_cast<std::uint64_t>(millions * 1e6 / seconds) << " spans/s, "
            << static_cast<double>(tally.bytes) / seconds / 1e6 << " MB/s\n"
            << "put off:       " << tally.put_off << " requests\n";
  if (options.server_process != 0) {
    std::cout << "server CPU:    "
              << (processor_seconds(options.server_process) - processor_before) / millions
              << " s per million spans\n";
  }
  std::cout << "client CPU:    " << (processor_seconds(getpid()) - own_before) / millions
            << " s per million spans" << std::endl;
  return good ? 0 : 1;
}

}  // namespace
}  // namespace sonde::bench

int main(int argument_count, char** arguments) {
  sonde::bench::Options options;
  CLI::App app("Sends LLM spans to a running `sonde serve` and says how fast it acknowledged them.");
  app.add_option("--grpc", options.grpc, "Where OTLP/gRPC is")->capture_default_str();
  app.add_option("--http", options.http, "Where OTLP/HTTP is, as http://127.0.0.1:4318; instead of gRPC");
  app.add_option("--in-flight", options.in_flight, "Requests under way at any time")->capture_default_str();
  app.add_option("--spans", options.spans, "How many to send")->capture_default_str();
  app.add_option("--batch", options.shape.spans, "Spans to a request")->capture_default_str();
  app.add_option("--content", options.shape.content_bytes, "Bytes of prompt and answer in each chat span")
      ->capture_default_str();
  app.add_option("--server-pid", options.server_process, "The server's process, to read its CPU time");
  CLI11_PARSE(app, argument_count, arguments);
  return sonde::bench::run(options);
}
