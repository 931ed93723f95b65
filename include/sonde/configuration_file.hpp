#pragma once

// Configuration from a file, in YAML or JSON, by OpenTelemetry's declarative schema. Link
// sonde::configuration beside sonde::sdk to have it; the SDK itself reads no files. Either say so once, first
// thing in main(),
//
//     sonde::enable_configuration_file();
//     auto telemetry = sonde::setup({.service_name = "my-llm-app"});  // by OTEL_CONFIG_FILE, if that is set
//
// or read a file of your own, and change what you like before it is checked:
//
//     auto configuration = sonde::read_configuration_file("telemetry.yaml");
//     if (!configuration) return report(configuration.error());
//     auto finalized = sonde::finalize(*std::move(configuration));
//
// Source: specification configuration/data-model.md and sdk.md; schema of file_format 1.0 and later,
// github.com/open-telemetry/opentelemetry-configuration.

#include <string>
#include <string_view>

#include "sonde/configuration.hpp"
#include "sonde/expected.hpp"

namespace sonde {

/// Lets setup() read the file that OTEL_CONFIG_FILE names.
void enable_configuration_file() noexcept;

/// Reads a .yaml, .yml or .json file of at most 1 MiB; references such as ${NAME:-default} are replaced by
/// what the environment has. Fails with not_found if it cannot be read, and with invalid_argument if anything
/// in it is wrong or is not supported; the message then has a line for every problem, with file, line, column
/// and key. Blocks on the file. Reads the environment: not while another thread writes it.
[[nodiscard]] Expected<Configuration> read_configuration_file(const std::string& path);

/// The same of a text, whose messages call it `name`.
[[nodiscard]] Expected<Configuration> parse_configuration(std::string_view text, std::string_view name);

}  // namespace sonde
