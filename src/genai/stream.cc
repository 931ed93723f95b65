#include "sonde/genai/stream.hpp"

#include <new>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "genai/operation_end.h"
#include "genai/operation_state.h"
#include "genai/recording.h"

namespace sonde::genai {
namespace {

/// A stream that numbers its choices or tool calls higher is broken.
constexpr std::uint32_t most_choices = 128;

struct ToolCallPieces {
  std::string id;
  std::string name;
  std::string arguments;
};

struct Choice {
  std::string text;
  std::string reasoning;
  std::vector<ToolCallPieces> tool_calls;
};

/// The item of that index, made if need be; null if the index is absurd.
template <class Item>
Item* item_at(std::vector<Item>& items, std::uint32_t index) {
  if (index >= most_choices) return nullptr;
  if (index >= items.size()) items.resize(index + 1);
  return &items[index];
}

}  // namespace

/// What has been received, and where chunks are measured.
struct InferenceStream::Progress {
  bool records_content = false;
  std::uint64_t start_time = 0;
  std::uint64_t last_chunk_time = 0;
  const detail::StreamSeries* series = nullptr;
  std::vector<Choice> choices;
};

InferenceStream::InferenceStream(Inference inference) : inference_(std::move(inference)) {
  const detail::OperationState* const state = inference_.state();
  if (state == nullptr) return;
  progress_.reset(new (std::nothrow) Progress);
  if (progress_ == nullptr) return;
  progress_->records_content = inference_.records_content();
  progress_->start_time = state->start_time;
}

InferenceStream::InferenceStream(InferenceStream&&) noexcept = default;

InferenceStream& InferenceStream::operator=(InferenceStream&& other) noexcept {
  if (this == &other) return *this;
  cancel();
  inference_ = std::move(other.inference_);
  progress_ = std::move(other.progress_);
  return *this;
}

InferenceStream::~InferenceStream() { cancel(); }

void InferenceStream::on_chunk() noexcept {
  if (progress_ == nullptr) return;
  const std::uint64_t now = base::Clock::now();
  const std::uint64_t before = std::exchange(progress_->last_chunk_time, now);
  detail::OperationState& state = *inference_.state();
  const detail::OperationMetrics& metrics = state.instrumentation->metrics;
  if (before != 0) {
    const std::uint64_t after = now > before ? now - before : 0;
    if (progress_->series != nullptr) return progress_->series->record_next(after);
    const std::lock_guard lock(state.mutex);
    return metrics.on_next_chunk(state, after);
  }
  const std::uint64_t after = now > progress_->start_time ? now - progress_->start_time : 0;
  const std::lock_guard lock(state.mutex);
  const Attribute time{attribute::response_time_to_first_chunk, static_cast<double>(after) * 1e-9};
  detail::set_attributes(state, std::span(&time, 1));
  progress_->series = metrics.stream_series(state);
  if (progress_->series == nullptr) return metrics.on_first_chunk(state, after);
  progress_->series->record_first(after);
}

void InferenceStream::append_text(std::string_view text, std::uint32_t choice) noexcept {
  append(choice, [&](Choice& output) { output.text += text; });
}

void InferenceStream::append_reasoning(std::string_view text, std::uint32_t choice) noexcept {
  append(choice, [&](Choice& output) { output.reasoning += text; });
}

void InferenceStream::append_tool_call(std::uint32_t index, std::string_view id, std::string_view name,
                                       std::string_view arguments, std::uint32_t choice) noexcept {
  append(choice, [&](Choice& output) {
    ToolCallPieces* const call = item_at(output.tool_calls, index);
    if (call == nullptr) return;
    if (!id.empty()) call->id = id;
    if (!name.empty()) call->name = name;
    call->arguments += arguments;
  });
}

template <class Append>
void InferenceStream::append(std::uint32_t choice, Append append_to) noexcept {
  if (progress_ == nullptr || !progress_->records_content) return;
  try {
    if (Choice* const output = item_at(progress_->choices, choice); output != nullptr) append_to(*output);
  } catch (const std::bad_alloc&) {
    progress_->records_content = false;  // rather none than one with a hole
    progress_->choices.clear();
  }
}

void InferenceStream::record_output() noexcept {
  if (progress_ == nullptr || progress_->choices.empty()) return;
  const std::vector<Choice> choices = std::exchange(progress_->choices, {});
  try {
    inference_.record_output([&](Messages& messages) {
      for (const Choice& choice : choices) {
        messages.add("assistant");
        if (!choice.reasoning.empty()) messages.reasoning(choice.reasoning);
        if (!choice.text.empty()) messages.text(choice.text);
        for (const ToolCallPieces& call : choice.tool_calls) {
          messages.tool_call(call.id, call.name, messages.json(call.arguments));
        }
      }
    });
  } catch (const std::bad_alloc&) {
    return;
  }
}

void InferenceStream::finish(const InferenceResponse& response) noexcept {
  close(response, [] {});
}

void InferenceStream::fail(std::string_view error_type, std::string_view message,
                           const InferenceResponse& so_far) noexcept {
  constexpr std::string_view broken_off = "error";
  InferenceResponse response = so_far;
  if (response.finish_reasons.empty()) response.finish_reasons = Strings(&broken_off, 1);
  close(response, [&] { inference_.fail(error_type, message); });
}

void InferenceStream::cancel(const InferenceResponse& so_far) noexcept {
  close(so_far, [] {});
}

template <class Mark>
void InferenceStream::close(const InferenceResponse& response, Mark mark) noexcept {
  if (progress_ == nullptr) return;
  record_output();
  inference_.set_response(response);
  mark();
  inference_.end();
  progress_ = nullptr;
}

}  // namespace sonde::genai
