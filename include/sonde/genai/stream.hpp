#pragma once

// A streamed answer. The stream owns its inference: the span stays open until the answer has been read to its
// end, is cancelled, fails, or is let go of, and in each case says what had been received by then.
//
//     sonde::genai::InferenceStream stream(std::move(chat));
//     for (const Chunk& chunk : client.stream(question)) {
//       stream.on_chunk();
//       stream.append_text(chunk.text);
//     }
//     stream.finish({.id = id, .model = model, .finish_reasons = {{"stop"}}, .usage = usage});
//
// A stream may be moved to another thread between chunks; it is for one thread at a time.
//
// Source: semantic-conventions-genai, gen_ai.response.time_to_first_chunk and
// gen_ai.client.inference.{time_to_first_chunk,time_per_output_chunk}.

#include <cstdint>
#include <memory>
#include <string_view>

#include "sonde/genai/inference.hpp"

namespace sonde::genai {

class InferenceStream {
 public:
  explicit InferenceStream(Inference inference);
  InferenceStream(InferenceStream&&) noexcept;
  InferenceStream& operator=(InferenceStream&&) noexcept;
  /// A stream that was neither finished, failed nor cancelled by now was abandoned: recorded as cancelled.
  ~InferenceStream();

  [[nodiscard]] Inference& inference() noexcept { return inference_; }

  /// A chunk has arrived: a reading of the clock and a measurement.
  void on_chunk() noexcept;

  /// Output as it arrives, gathered into the output message of that choice, if content is recorded at all.
  void append_text(std::string_view text, std::uint32_t choice = 0) noexcept;
  void append_reasoning(std::string_view text, std::uint32_t choice = 0) noexcept;
  /// A piece of a tool call: its id and name come with the first piece, its arguments in any.
  void append_tool_call(std::uint32_t index, std::string_view id, std::string_view name,
                        std::string_view arguments, std::uint32_t choice = 0) noexcept;

  /// Read to its end. Records the output gathered, and ends the inference.
  void finish(const InferenceResponse& response) noexcept;
  /// It broke off. Output and usage so far are recorded; missing finish reasons become "error".
  void fail(std::string_view error_type, std::string_view message = {},
            const InferenceResponse& so_far = {}) noexcept;
  /// The reader wants no more: no error, and no finish reason.
  void cancel(const InferenceResponse& so_far = {}) noexcept;

 private:
  struct Progress;
  template <class Append>
  void append(std::uint32_t choice, Append append_to) noexcept;
  template <class Mark>
  void close(const InferenceResponse& response, Mark mark) noexcept;
  void record_output() noexcept;

  Inference inference_;
  std::unique_ptr<Progress> progress_;  ///< Null once it is over.
};

}  // namespace sonde::genai
