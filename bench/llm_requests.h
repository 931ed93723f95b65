#pragma once

// OTLP requests as an LLM application sends them, encoded beforehand, so that a load generator costs next to
// nothing: before each sending only the ids and the times are changed, in place.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sonde::bench {

struct RequestShape {
  std::size_t spans = 512;
  std::size_t content_bytes = 0;  ///< Of prompt and answer in each chat span; 0 leaves them out.
};

/// One ExportTraceServiceRequest. Its traces have eight spans each: an agent that retrieves passages, embeds
/// the question, calls a model and a tool, and the model again.
class RequestTemplate {
 public:
  /// `variant` chooses the texts, so that not all requests are alike.
  RequestTemplate(const RequestShape& shape, std::uint64_t variant);

  /// The request with ids that no other `number` has, and times that begin at `start_time` (nanoseconds since
  /// the Unix epoch).
  [[nodiscard]] std::string with(std::uint64_t number, std::uint64_t start_time) const;

  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }

 private:
  /// A place in the bytes, and which of its kind it is.
  struct Place {
    std::size_t offset;
    std::uint32_t index;
  };
  void find_places();

  std::string bytes_;
  std::vector<Place> trace_ids_;
  std::vector<Place> span_ids_;  ///< Also where a span names its parent.
  std::vector<Place> times_;     ///< The index is microseconds after the start.
};

}  // namespace sonde::bench
