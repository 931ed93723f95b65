#pragma once

#include <atomic>
#include <string>

#include "sonde/configuration.hpp"

namespace sonde::detail {

using ConfigurationFileReader = Expected<Configuration> (*)(const std::string& path);

/// How setup() reads the file that OTEL_CONFIG_FILE names; null in programs that do not link
/// sonde::configuration, or have not enabled it.
inline constinit std::atomic<ConfigurationFileReader> configuration_file_reader{nullptr};

}  // namespace sonde::detail
