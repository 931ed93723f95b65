// A llama.cpp server's own API, called with cpp-httplib. The call is not Sonde's and stays as it was; an
// InferenceStream beside it is told what was asked, each token as it comes, and how it ended.

#include <httplib.h>
#include <sonde/genai/stream.hpp>
#include <sonde/propagator.hpp>
#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace {

namespace genai = sonde::genai;
using Json = nlohmann::json;

constexpr const char* host = "127.0.0.1";

/// Calls back for each event of a stream of server-sent events, however it is cut into pieces.
class EventReader {
 public:
  template <class OnEvent>
  void feed(std::string_view piece, OnEvent on_event) {
    buffer_ += piece;
    for (std::size_t end = buffer_.find("\n\n"); end != std::string::npos; end = buffer_.find("\n\n")) {
      if (buffer_.starts_with("data: ")) on_event(Json::parse(buffer_.substr(6, end - 6)));
      buffer_.erase(0, end + 2);
    }
  }
  [[nodiscard]] const std::string& rest() const { return buffer_; }

 private:
  std::string buffer_;
};

/// The last event of a stream, in the convention's words.
genai::InferenceResponse describe(const Json& last, const std::string& model, std::string_view& reason) {
  reason = last.value("stop_type", "") == "limit" ? "length" : "stop";
  return {.model = model,
          .finish_reasons = genai::Strings(&reason, 1),
          .usage = {.input_tokens = last.value("tokens_evaluated", 0),
                    .output_tokens = last.value("tokens_predicted", 0),
                    .cache_read_input_tokens = last.value("/timings/cache_n"_json_pointer, 0)}};
}

void complete(std::uint16_t port, const std::string& prompt, int max_tokens) {
  genai::InferenceStream stream(genai::Inference({.provider = "llama_cpp",
                                                  .operation = genai::operation::text_completion,
                                                  .server_address = host,
                                                  .server_port = port,
                                                  .stream = true,
                                                  .max_tokens = max_tokens}));
  const auto scope = stream.inference().make_current();
  stream.inference().record_input([&](genai::Messages& messages) { messages.add("user").text(prompt); });

  httplib::Request request;
  request.method = "POST";
  request.path = "/completion";
  request.set_header("Content-Type", "application/json");
  sonde::inject([&](std::string_view name, std::string_view value) {
    request.set_header(std::string(name),
                       std::string(value));  // so that the server's spans continue the trace
  });
  request.body = Json{{"prompt", prompt}, {"n_predict", max_tokens}, {"stream", true}}.dump();
  EventReader events;
  Json last;
  request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
    events.feed({data, size}, [&](const Json& event) {
      const std::string token = event.value("content", "");
      stream.on_chunk();
      stream.append_text(token);
      std::printf("%s", token.c_str());
      if (event.value("stop", false)) last = event;
    });
    return true;
  };

  const httplib::Result result = httplib::Client(host, port).send(request);
  std::printf("\n");
  if (!result) return stream.fail("connection_error", httplib::to_string(result.error()));
  if (result->status != 200) return stream.fail(std::to_string(result->status), events.rest());
  if (last.is_null()) return stream.fail("stream_truncated");
  std::string_view reason;
  const std::string model = last.value("model", "");
  stream.finish(describe(last, model, reason));
}

}  // namespace

int main() {
  auto telemetry = sonde::setup({.service_name = "llama-client"});
  const char* const port_text = std::getenv("LLAMA_SERVER_PORT");
  const auto port = static_cast<std::uint16_t>(port_text == nullptr ? 8080 : std::atoi(port_text));

  auto span = sonde::get_tracer("example").start_as_current_span("story");
  complete(port, "Once upon a time", 16);
  complete(port, "", 16);  // which the server refuses
}
