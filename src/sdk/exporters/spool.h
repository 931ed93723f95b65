#pragma once

// A spool of any signal: see spool.hpp for what it promises.

#include <cstddef>
#include <memory>
#include <string_view>

#include "sdk/exporters/spool_directory.h"
#include "sdk/exporters/spool_sender.h"
#include "sdk/fork.h"
#include "sdk/request_sink.h"
#include "sonde/spool.hpp"

namespace sonde::sdk {

class Spool {
 public:
  /// `directory` is open.
  Spool(SpoolDirectory directory, Signal signal, std::shared_ptr<detail::RequestSink> sink,
        const SpoolOptions& options);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  // As the members of Exporter.
  [[nodiscard]] ExportResult put(std::string_view request, std::size_t items, Deadline deadline) noexcept;
  void cancel() noexcept;
  void after_fork() noexcept { sink_->after_fork(); }

 private:
  [[nodiscard]] ExportResult write(SpoolSender& sender, std::string_view request, std::size_t items,
                                   Deadline deadline);
  /// Says whether nothing is waiting to be sent.
  [[nodiscard]] bool make_room(std::size_t bytes) const;
  [[nodiscard]] std::shared_ptr<SpoolSender> make_sender() const;

  SpoolDirectory directory_;
  const SpoolOptions options_;
  const SpoolAccount account_;
  const std::shared_ptr<detail::RequestSink> sink_;
  detail::ProcessLocal<SpoolSender> sender_;  ///< A forked child has one of its own.
};

}  // namespace sonde::sdk
