#include <sonde/bind.hpp>
#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>

#include <cstdio>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <vector>

namespace {

/// A client that calls back on a thread of its own, like most of them.
class EmbeddingClient {
 public:
  ~EmbeddingClient() {
    for (std::thread& thread : threads_) thread.join();
  }
  void embed(std::string text, std::function<void(std::size_t)> done) {
    threads_.emplace_back([text = std::move(text), done = std::move(done)] { done(text.size()); });
  }

 private:
  std::vector<std::thread> threads_;
};

}  // namespace

int main() {
  auto telemetry = sonde::setup({.service_name = "threads-example"});
  auto tracer = sonde::get_tracer("example");
  EmbeddingClient client;

  auto request = tracer.start_as_current_span("index documents");
  const sonde::ContextScope scope(
      sonde::Context::current().set_baggage(sonde::Baggage::current().set("user.id", "42")));

  // A callback takes the context of the request along, wherever it is called.
  client.embed("a chunk of text", sonde::bind_current([&](std::size_t dimensions) {
                 auto span = tracer.start_as_current_span("store embedding");
                 span.set_attribute("dimensions", dimensions);
               }));

  // So does what runs on another thread: std::thread, std::async, the jobs of a pool.
  auto summary = std::async(std::launch::async, sonde::bind_current([&] {
                              auto span = tracer.start_as_current_span("summarise");
                              return std::string(*sonde::Baggage::current().get("user.id"));
                            }));
  std::printf("for user %s\n", summary.get().c_str());

  // Work that may outlive its parent keeps the parent's context, which is a value, not the span.
  std::thread detached([tracer, parent = request.context()] {
    tracer.start_span("clean up", {.parent = parent}).set_attribute("removed", 7);
  });
  detached.join();
}
