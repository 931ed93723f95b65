#include "sonde/logger_provider.hpp"

#include <utility>

#include "sdk/logs/logger_core.h"
#include "sdk/scoped_provider.h"
#include "sdk/self_observation.h"

namespace sonde {

using detail::ScopeKey;

class LoggerProvider::Impl
    : public detail::ScopedProvider<detail::LoggerPipeline, detail::LoggerCore, detail::LoggerSlot> {
 public:
  using ScopedProvider::ScopedProvider;
};

LoggerProvider::LoggerProvider(LoggerProviderOptions options)
    : impl_(std::make_unique<Impl>([&](detail::LoggerPipeline& pipeline) {
        detail::encode_resource_core(pipeline.resource, std::move(options.resource));
        pipeline.limits = options.limits;
        pipeline.scope_rules = std::move(options.loggers);
        pipeline.processors = std::move(options.processors);
        if (options.meter_provider != nullptr) {
          pipeline.created = detail::self_observation_meter(*options.meter_provider)
                                 .create_counter("otel.sdk.log.created",
                                                 {.unit = "{log_record}",
                                                  .description = "Log records given to loggers that are on."})
                                 .bind({});
        }
      })) {}

LoggerProvider::~LoggerProvider() { shutdown(); }

Logger LoggerProvider::get_logger(std::string_view name, std::string_view version,
                                  std::string_view schema_url, Attributes attributes) {
  const detail::LoggerSlot* const slot = impl_->slot(ScopeKey(name, version, schema_url, attributes));
  return slot == nullptr ? Logger() : Logger(slot);
}

bool LoggerProvider::force_flush(std::chrono::milliseconds timeout) noexcept {
  const Deadline deadline = std::chrono::steady_clock::now() + timeout;
  bool done = true;
  for (const auto& processor : impl_->pipeline().processors) done = processor->force_flush(deadline) && done;
  return done;
}

bool LoggerProvider::shutdown(std::chrono::milliseconds timeout) noexcept {
  const Deadline deadline = std::chrono::steady_clock::now() + timeout;
  if (!impl_->turn_off()) return true;
  bool done = true;
  for (const auto& processor : impl_->pipeline().processors) done = processor->shutdown(deadline) && done;
  return done;
}

const Resource& LoggerProvider::resource() const noexcept { return impl_->pipeline().resource.resource; }

void LoggerProvider::set_as_global() { impl_->set_as_global(); }

Logger get_logger(std::string_view name, std::string_view version, std::string_view schema_url,
                  Attributes attributes) {
  return Logger(&LoggerProvider::Impl::global_slot(ScopeKey(name, version, schema_url, attributes)));
}

}  // namespace sonde
