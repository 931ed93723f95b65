#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sonde/genai/content_uploader.hpp"

namespace sonde::genai::detail {

/// The uploader that the environment asks for (OTEL_INSTRUMENTATION_GENAI_COMPLETION_HOOK), or null. One a
/// process, made when first asked for; as nobody else can flush it, what it has taken is written out at the
/// process's end, for five seconds at most. What cannot be done is added to `problems`.
[[nodiscard]] std::shared_ptr<ContentUploader> environment_uploader(std::vector<std::string>& problems);

}  // namespace sonde::genai::detail
