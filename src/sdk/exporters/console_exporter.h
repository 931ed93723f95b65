#pragma once

#include <cstdio>
#include <new>

#include "sdk/exporters/console_text.h"
#include "sdk/exporters/signal.h"

namespace sonde::sdk {

/// Prints batches as `render(batch, text)` makes them.
template <class Batch, void (*render)(const Batch&, ConsoleText&)>
class ConsoleExporter final : public ExporterOf<Batch> {
 public:
  explicit ConsoleExporter(std::FILE* stream) noexcept : stream_(stream), in_colour_(wants_colour(stream)) {}

  ExportResult export_batch(const Batch& batch, Deadline /*deadline*/) noexcept override {
    try {
      ConsoleText text(in_colour_);
      render(batch, text);
      return print(text, stream_);
    } catch (const std::bad_alloc&) {
      return {.delivered = false, .message = "out of memory"};
    }
  }

 private:
  std::FILE* const stream_;
  const bool in_colour_;
};

}  // namespace sonde::sdk
