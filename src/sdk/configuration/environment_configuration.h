#pragma once

#include <string>
#include <vector>

#include "sonde/configuration.hpp"

namespace sonde::detail {

struct EnvironmentConfiguration {
  Configuration configuration = {};
  // How exporters are fed that the program brings along itself.
  BatchOptions span_batch = {};
  PeriodicReaderOptions metric_reader = {};
  BatchOptions log_record_batch = default_log_record_batch();
};

/// What the environment says, and the specification's defaults where it says nothing. What cannot be
/// understood is left out, with a line in `problems`. OTLP's own variables are left to the exporters, which
/// read them when they are made.
[[nodiscard]] EnvironmentConfiguration configuration_from_environment(std::vector<std::string>& problems);

}  // namespace sonde::detail
