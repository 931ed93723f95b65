#pragma once

// What is being observed: the service, its version, the process. Stands once on every batch that leaves.
//
// Source: specification resource/sdk.md; semantic conventions, resource.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sonde/attribute.hpp"

namespace sonde {

/// An immutable set of attributes that owns its strings. A regular value.
class Resource {
 public:
  using Value = std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>>;
  using Attribute = std::pair<std::string, Value>;

  Resource() = default;
  explicit Resource(std::vector<Attribute> attributes) : attributes_(std::move(attributes)) {}

  /// What every process knows of itself: service.name as unknown_service:<program>, telemetry.sdk.*,
  /// process.pid, process.executable.name and host.name.
  [[nodiscard]] static Resource detect();

  /// OTEL_RESOURCE_ATTRIBUTES, OTEL_SERVICE_NAME and OTEL_ENTITIES. A variable that cannot be decoded is left
  /// out whole, and a line that says so is appended to `problems`.
  [[nodiscard]] static Resource from_environment(std::vector<std::string>& problems);

  /// The attributes of both; where a key is in both, the other's value.
  [[nodiscard]] Resource merged_with(const Resource& other) const;

  [[nodiscard]] const std::vector<Attribute>& attributes() const noexcept { return attributes_; }
  /// The value of a string attribute, or empty.
  [[nodiscard]] std::string_view string(std::string_view key) const noexcept;

 private:
  std::vector<Attribute> attributes_;
};

}  // namespace sonde
