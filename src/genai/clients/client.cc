#include "sonde/genai/client.hpp"

#include <cstdlib>
#include <utility>

#include "genai/clients/dialect.h"
#include "genai/clients/event_lines.h"
#include "genai/clients/http_attempts.h"
#include "genai/clients/recorded_chat.h"
#include "genai/instrumentation_state.h"
#include "sonde/genai/anthropic.hpp"
#include "sonde/genai/embeddings.hpp"
#include "sonde/genai/ollama.hpp"
#include "sonde/genai/openai.hpp"
#include "sonde/genai/stream.hpp"

namespace sonde::genai {
using detail::record_output;
using detail::record_request;
using detail::RecordedResponse;

namespace {

std::vector<std::string_view> views(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

ApiError from(const Error& error) { return {.type = "invalid_request", .message = error.message}; }

}  // namespace

class Client::Impl {
 public:
  Impl(std::unique_ptr<detail::Dialect> dialect, ClientOptions options,
       const Instrumentation& instrumentation)
      : dialect_(std::move(dialect)),
        options_(std::move(options)),
        instrumentation_(instrumentation),
        http_(*dialect_, options_, instrumentation.state()->tracer) {}

  Result<ChatResponse> chat(const ChatRequest& request, const std::stop_token& stop) {
    Inference inference = start(request, false);
    const auto scope = inference.make_current();
    record_request(inference, request);
    auto response = ask(request, stop);
    if (response) {
      inference.set_response(RecordedResponse(*response).recorded);
      record_output(inference, *response);
    } else if (response.error().type != "cancelled") {
      inference.fail(response.error().type, response.error().message);
    }
    return response;
  }

  Result<ChatResponse> stream_chat(const ChatRequest& request,
                                   const std::function<bool(const ChatChunk&)>& on_chunk,
                                   const std::stop_token& stop) {
    InferenceStream stream(start(request, true));
    const auto scope = stream.inference().make_current();
    record_request(stream.inference(), request);
    const auto api_request = dialect_->chat_request(request, true);
    if (!api_request) {
      ApiError error = from(api_request.error());
      stream.fail(error.type, error.message);
      return error;
    }
    const auto decoder = dialect_->stream_decoder();
    return read_stream(stream, *decoder, *api_request, request, on_chunk, stop);
  }

  Result<EmbeddingsResponse> embed(const EmbeddingsInput& input, const std::stop_token& stop) {
    Embeddings embeddings({.provider = provider(),
                           .model = input.model,
                           .server_address = http_.server_address(),
                           .server_port = http_.server_port(),
                           .dimension_count = input.dimensions},
                          instrumentation_);
    const auto scope = embeddings.make_current();
    auto response = ask_for_embeddings(input, stop);
    if (response) {
      embeddings.set_response(response->model, response->input_tokens,
                              static_cast<std::int64_t>(response->vectors.front().size()));
    } else if (response.error().type != "cancelled") {
      embeddings.fail(response.error().type, response.error().message);
    }
    return response;
  }

 private:
  [[nodiscard]] std::string_view provider() const noexcept {
    return options_.provider.empty() ? dialect_->provider() : std::string_view(options_.provider);
  }

  [[nodiscard]] Inference start(const ChatRequest& request, bool stream) const {
    const std::vector<std::string_view> stops = views(request.stop_sequences);
    return Inference({.provider = provider(),
                      .model = request.model,
                      .server_address = http_.server_address(),
                      .server_port = http_.server_port(),
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
                      .openai_api_type = dialect_->api_type()},
                     instrumentation_);
  }

  Result<ChatResponse> ask(const ChatRequest& request, const std::stop_token& stop) {
    const auto api_request = dialect_->chat_request(request, false);
    if (!api_request) return from(api_request.error());
    const auto body = http_.post(*api_request, {.stop = stop, .timeout = request.timeout});
    if (!body) return body.error();
    return dialect_->read_chat(*body);
  }

  Result<EmbeddingsResponse> ask_for_embeddings(const EmbeddingsInput& input, const std::stop_token& stop) {
    const auto api_request = dialect_->embeddings_request(input);
    if (!api_request) return from(api_request.error());
    const auto body = http_.post(*api_request, {.stop = stop});
    if (!body) return body.error();
    return dialect_->read_embeddings(*body);
  }

  Result<ChatResponse> read_stream(InferenceStream& stream, detail::StreamDecoder& decoder,
                                   const detail::ApiRequest& api_request, const ChatRequest& request,
                                   const std::function<bool(const ChatChunk&)>& on_chunk,
                                   const std::stop_token& stop) {
    detail::EventLines lines(dialect_->streams_lines());
    std::optional<ApiError> failure;
    bool is_wanted = true;
    const auto take_event = [&](std::string_view data) {
      auto taken = decoder.take(data, [&](const ChatChunk& chunk) {
        stream.on_chunk();
        is_wanted = is_wanted && on_chunk(chunk);
      });
      if (!taken) failure = taken.error();
      return is_wanted && !failure && !decoder.is_complete();
    };
    const auto body =
        http_.post(api_request, {.stop = stop, .timeout = request.timeout, .on_data = [&](auto bytes) {
                                   return lines.feed(bytes, take_event);
                                 }});
    if (!failure && !body) failure = body.error();
    if (!failure && lines.is_too_long()) {
      failure =
          ApiError{.type = "invalid_response", .message = "an event of the stream is longer than 16 MiB"};
    }
    if (!failure && is_wanted && !decoder.is_complete()) {
      failure = ApiError{.type = "stream_truncated", .message = "the stream ended before the answer did"};
    }
    return close(stream, decoder.response(), failure, is_wanted);
  }

  static Result<ChatResponse> close(InferenceStream& stream, const ChatResponse& response,
                                    const std::optional<ApiError>& failure, bool is_wanted) {
    record_output(stream.inference(), response);
    const RecordedResponse recorded(response);
    InferenceResponse so_far = recorded.recorded;
    if (!failure && is_wanted) {
      stream.finish(so_far);
      return response;
    }
    so_far.finish_reasons = {};
    if (failure && failure->type != "cancelled") {
      stream.fail(failure->type, failure->message, so_far);
    } else {
      stream.cancel(so_far);
    }
    if (failure) return *failure;
    return response;
  }

  const std::unique_ptr<detail::Dialect> dialect_;
  const ClientOptions options_;
  const Instrumentation& instrumentation_;
  detail::HttpAttempts http_;
};

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

}  // namespace sonde::genai
