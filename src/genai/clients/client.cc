#include "sonde/genai/client.hpp"

#include <optional>
#include <utility>

#include "genai/clients/background_loop.h"
#include "genai/clients/chat_stream_state.h"
#include "genai/clients/dialect.h"
#include "genai/clients/http_attempts.h"
#include "genai/clients/recorded_chat.h"
#include "genai/clients/stream_reading.h"
#include "genai/instrumentation_state.h"
#include "sdk/fork.h"
#include "sonde/genai/embeddings.hpp"

namespace sonde::genai {
using detail::BackgroundLoop;
using detail::ChatStreamState;
using detail::HttpCall;
using detail::record_output;
using detail::record_request;
using detail::RecordedResponse;
using detail::StreamReading;
using transport::HttpLoop;

namespace {

/// As std::function wants them, callbacks can be copied; what they own is shared.
using OnChat = std::function<void(Result<ChatResponse>)>;
using OnEmbeddings = std::function<void(Result<EmbeddingsResponse>)>;
using OnChunk = std::function<bool(const ChatChunk&)>;

std::vector<std::string_view> views(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

ApiError from(const Error& error) { return {.type = "invalid_request", .message = error.message}; }

void fail(Operation& operation, const ApiError& error) {
  if (error.type != "cancelled") operation.fail(error.type, error.message);
}

}  // namespace

/// Every call is made of the same steps, on a loop: that of the client's thread, or one that the caller runs
/// until the call is over.
class Client::Impl {
 public:
  Impl(std::unique_ptr<detail::Dialect> dialect, ClientOptions options,
       const Instrumentation& instrumentation)
      : endpoint_(std::make_shared<const detail::Endpoint>(std::move(dialect), std::move(options),
                                                           instrumentation.state()->tracer)),
        instrumentation_(instrumentation) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { closing_.request_stop(); }

  Result<ChatResponse> chat(const ChatRequest& request, const std::stop_token& stop) {
    return wait<ChatResponse>(
        [&](HttpLoop& loop, OnChat on_done) { start_chat(loop, request, stop, std::move(on_done)); });
  }
  Result<ChatResponse> stream_chat(const ChatRequest& request, const OnChunk& on_chunk,
                                   const std::stop_token& stop) {
    return wait<ChatResponse>([&](HttpLoop& loop, OnChat on_done) {
      start_stream(loop, request, stop, on_chunk, std::move(on_done));
    });
  }
  Result<EmbeddingsResponse> embed(const EmbeddingsInput& input, const std::stop_token& stop) {
    return wait<EmbeddingsResponse>(
        [&](HttpLoop& loop, OnEmbeddings on_done) { start_embed(loop, input, stop, std::move(on_done)); });
  }

  void start_chat(const ChatRequest& request, OnChat on_done, const std::stop_token& stop) {
    start_chat(*background(), request, stop, std::move(on_done));
  }
  void start_embed(const EmbeddingsInput& input, OnEmbeddings on_done, const std::stop_token& stop) {
    start_embed(*background(), input, stop, std::move(on_done));
  }
  ChatStream open_stream(const ChatRequest& request, const std::stop_token& stop);

 private:
  [[nodiscard]] std::shared_ptr<HttpLoop> background() {
    return background_.get_or_make([&] { return std::make_shared<BackgroundLoop>(loop_options()); })->loop();
  }
  [[nodiscard]] HttpLoop& foreground() {
    if (foreground_ == nullptr || foreground_->is_inherited()) {
      foreground_ = std::make_unique<HttpLoop>(loop_options());
    }
    return *foreground_;
  }
  [[nodiscard]] transport::HttpClientOptions loop_options() const {
    return {.user_agent = "sonde",
            .certificate_authority_file = endpoint_->options.certificate_authority_file};
  }

  /// Runs what start(loop, on_done) starts until it is done.
  template <class Answer, class Start>
  Result<Answer> wait(Start start) {
    std::optional<Result<Answer>> result;
    HttpLoop& loop = foreground();
    start(loop, [&](Result<Answer> answer) { result.emplace(std::move(answer)); });
    loop.run_until([&] { return result.has_value(); });
    return *std::move(result);
  }

  /// Sends the request, if there is one; its outcome, or why there is none, goes to options.on_done, on the
  /// loop's thread.
  std::shared_ptr<HttpCall> send(HttpLoop& loop, Expected<detail::ApiRequest> request,
                                 detail::CallOptions options) const {
    if (!request) {
      loop.post([on_done = std::move(options.on_done), error = from(request.error())] { on_done(error); });
      return nullptr;
    }
    options.closing = closing_.get_token();
    return HttpCall::start(endpoint_, loop, *std::move(request), std::move(options));
  }

  void start_chat(HttpLoop& loop, const ChatRequest& request, const std::stop_token& stop, OnChat on_done);
  void start_stream(HttpLoop& loop, const ChatRequest& request, const std::stop_token& stop,
                    const OnChunk& on_chunk, OnChat on_done);
  void start_embed(HttpLoop& loop, const EmbeddingsInput& input, const std::stop_token& stop,
                   OnEmbeddings on_done);

  [[nodiscard]] const detail::Dialect& dialect() const noexcept { return *endpoint_->dialect; }
  [[nodiscard]] std::string_view provider() const noexcept {
    const std::string& given = endpoint_->options.provider;
    return given.empty() ? dialect().provider() : std::string_view(given);
  }
  [[nodiscard]] Inference start(const ChatRequest& request, bool stream) const;

  const std::shared_ptr<const detail::Endpoint> endpoint_;
  const Instrumentation& instrumentation_;
  std::stop_source closing_;
  std::unique_ptr<HttpLoop> foreground_;
  sonde::detail::ProcessLocal<BackgroundLoop> background_{nullptr};  // last, to be gone first
};

void Client::Impl::start_chat(HttpLoop& loop, const ChatRequest& request, const std::stop_token& stop,
                              OnChat on_done) {
  const auto inference = std::make_shared<Inference>(start(request, false));
  record_request(*inference, request);
  const auto finish = [endpoint = endpoint_, inference,
                       on_done = std::move(on_done)](const Result<std::string>& body) {
    auto response = body ? endpoint->dialect->read_chat(*body) : body.error();
    if (response) {
      inference->set_response(RecordedResponse(*response).recorded);
      record_output(*inference, *response);
    } else {
      fail(*inference, response.error());
    }
    inference->end();
    on_done(std::move(response));
  };
  send(loop, dialect().chat_request(request, false),
       {.context = inference->inside(), .stop = stop, .timeout = request.timeout, .on_done = finish});
}

void Client::Impl::start_stream(HttpLoop& loop, const ChatRequest& request, const std::stop_token& stop,
                                const OnChunk& on_chunk, OnChat on_done) {
  const auto reading = std::make_shared<StreamReading>(start(request, true), dialect());
  record_request(reading->inference(), request);
  const auto finish = [reading, on_done = std::move(on_done)](const Result<std::string>& body) {
    reading->end(body);
    on_done(reading->close());
  };
  send(loop, dialect().chat_request(request, true),
       {.context = reading->inference().inside(),
        .stop = stop,
        .timeout = request.timeout,
        .on_data = [reading, on_chunk](std::string_view bytes) { return reading->feed(bytes, on_chunk); },
        .on_done = finish});
}

void Client::Impl::start_embed(HttpLoop& loop, const EmbeddingsInput& input, const std::stop_token& stop,
                               OnEmbeddings on_done) {
  const auto embeddings =
      std::make_shared<Embeddings>(EmbeddingsRequest{.provider = provider(),
                                                     .model = input.model,
                                                     .server_address = endpoint_->server_address,
                                                     .server_port = endpoint_->server_port,
                                                     .dimension_count = input.dimensions},
                                   instrumentation_);
  const auto finish = [endpoint = endpoint_, embeddings,
                       on_done = std::move(on_done)](const Result<std::string>& body) {
    auto response = body ? endpoint->dialect->read_embeddings(*body) : body.error();
    if (response) {
      embeddings->set_response(response->model, response->input_tokens,
                               static_cast<std::int64_t>(response->vectors.front().size()));
    } else {
      fail(*embeddings, response.error());
    }
    embeddings->end();
    on_done(std::move(response));
  };
  send(loop, dialect().embeddings_request(input),
       {.context = embeddings->inside(), .stop = stop, .on_done = finish});
}

ChatStream Client::Impl::open_stream(const ChatRequest& request, const std::stop_token& stop) {
  const std::shared_ptr<HttpLoop> loop = background();
  StreamReading reading(start(request, true), dialect());
  record_request(reading.inference(), request);
  const Context inside = reading.inference().inside();
  const auto state = std::make_shared<ChatStreamState>(std::move(reading), loop);
  state->set_call(send(*loop, dialect().chat_request(request, true),
                       {.context = inside,
                        .stop = stop,
                        .timeout = request.timeout,
                        .on_data = [state](std::string_view bytes) { return state->feed(bytes); },
                        .on_done = [state](const Result<std::string>& body) { state->end(body); }}));
  return ChatStream(state);
}

Inference Client::Impl::start(const ChatRequest& request, bool stream) const {
  const std::vector<std::string_view> stops = views(request.stop_sequences);
  return Inference({.provider = provider(),
                    .model = request.model,
                    .server_address = endpoint_->server_address,
                    .server_port = endpoint_->server_port,
                    .conversation_id = request.conversation_id,
                    .output_type = request.response_schema_json.empty() ? "" : "json",
                    .stream = stream,
                    .max_tokens = request.max_tokens,
                    .temperature = request.temperature,
                    .top_p = request.top_p,
                    .seed = request.seed,
                    .choice_count = request.choice_count,
                    .stop_sequences = stops,
                    .reasoning_level = request.reasoning_effort,
                    .openai_api_type = dialect().api_type()},
                   instrumentation_);
}

Client::Client(std::unique_ptr<detail::Dialect> dialect, ClientOptions options,
               const Instrumentation& instrumentation)
    : impl_(std::make_unique<Impl>(std::move(dialect), std::move(options), instrumentation)) {}

Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

Result<ChatResponse> Client::chat(const ChatRequest& request, const std::stop_token& stop) {
  return impl_->chat(request, stop);
}

Result<ChatResponse> Client::stream_chat(const ChatRequest& request,
                                         const std::function<bool(const ChatChunk&)>& on_chunk,
                                         const std::stop_token& stop) {
  return impl_->stream_chat(request, on_chunk, stop);
}

Result<EmbeddingsResponse> Client::embed(const EmbeddingsInput& input, const std::stop_token& stop) {
  return impl_->embed(input, stop);
}

void Client::start_chat(const ChatRequest& request, std::function<void(Result<ChatResponse>)> on_done,
                        const std::stop_token& stop) {
  impl_->start_chat(request, std::move(on_done), stop);
}

void Client::start_embed(const EmbeddingsInput& input,
                         std::function<void(Result<EmbeddingsResponse>)> on_done,
                         const std::stop_token& stop) {
  impl_->start_embed(input, std::move(on_done), stop);
}

ChatStream Client::open_stream(const ChatRequest& request, const std::stop_token& stop) {
  return impl_->open_stream(request, stop);
}

}  // namespace sonde::genai
