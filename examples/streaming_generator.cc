#include <sonde/coroutine.hpp>
#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>

#include <coroutine>
#include <cstdio>
#include <string>
#include <utility>

namespace {

// A generator of tokens, as they come from a model. Its span lives as long as the stream, but is current only
// while the generator itself runs: between the tokens, the consumer's is.
class TokenStream {
 public:
  struct Promise : sonde::ContextPromise {
    TokenStream get_return_object() {
      return TokenStream(std::coroutine_handle<Promise>::from_promise(*this));
    }
    auto initial_suspend() noexcept { return starting(std::suspend_always{}); }
    auto final_suspend() noexcept { return finishing(std::suspend_always{}); }
    auto yield_value(std::string next) {
      token = std::move(next);
      return suspending(std::suspend_always{});
    }
    void return_void() noexcept {}
    void unhandled_exception() {
      leave();  // the exception skips final_suspend()
      throw;
    }
    std::string token;
  };
  using promise_type = Promise;

  explicit TokenStream(std::coroutine_handle<Promise> stream) : stream_(stream) {}
  TokenStream(TokenStream&& other) noexcept : stream_(std::exchange(other.stream_, nullptr)) {}
  TokenStream& operator=(TokenStream&&) = delete;
  ~TokenStream() {
    if (stream_ != nullptr) stream_.destroy();
  }

  const std::string* next() {
    stream_.resume();
    return stream_.done() ? nullptr : &stream_.promise().token;
  }

 private:
  std::coroutine_handle<Promise> stream_;
};

TokenStream chat(std::string prompt) {
  auto span = sonde::get_tracer("example").start_as_current_span("chat gpt-4o-mini");
  span.set_attribute("gen_ai.request.model", "gpt-4o-mini");
  int tokens = 0;
  for (const char* const token : {"It", " depends", "."}) {
    ++tokens;
    co_yield token;
  }
  span.set_attribute("gen_ai.usage.output_tokens", tokens);
  static_cast<void>(prompt);
}

}  // namespace

int main() {
  auto telemetry = sonde::setup({.service_name = "streaming-example"});
  auto tracer = sonde::get_tracer("example");
  auto request = tracer.start_as_current_span("request");

  auto stream = chat("How fast is it?");
  while (const std::string* const token = stream.next()) {
    auto show = tracer.start_as_current_span("show token");  // a child of the request, not of the chat
    std::printf("%s\n", token->c_str());
  }

  // A stream that is given up before its end has a span with the status error.
  auto abandoned = chat("And now?");
  abandoned.next();
}
