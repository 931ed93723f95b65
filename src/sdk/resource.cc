#include "sonde/resource.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>
#include <span>
#include <type_traits>

#include "base/percent.h"
#include "otlp/writer.h"
#include "sdk/configuration/environment.h"
#include "sdk/entities.h"
#include "sdk/resource_encoding.h"
#include "sonde/version.hpp"

namespace sonde {
namespace {

std::string executable_name() {
  std::array<char, PATH_MAX> path{};
  const ssize_t size = readlink("/proc/self/exe", path.data(), path.size());
  if (size <= 0) return {};
  const std::string_view text(path.data(), static_cast<std::size_t>(size));
  return std::string(text.substr(text.rfind('/') + 1));
}

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : std::string();
}

}  // namespace

Resource Resource::detect() {
  const std::string program = executable_name();
  std::vector<Attribute> attributes = {
      {"service.name", program.empty() ? std::string("unknown_service") : "unknown_service:" + program},
      {"telemetry.sdk.name", std::string("sonde")},
      {"telemetry.sdk.language", std::string("cpp")},
      {"telemetry.sdk.version", std::string(version())},
      {"process.pid", std::int64_t{getpid()}},
  };
  if (!program.empty()) attributes.emplace_back("process.executable.name", program);
  if (std::string host = host_name(); !host.empty()) attributes.emplace_back("host.name", std::move(host));
  return Resource(std::move(attributes));
}

Resource Resource::from_environment(std::vector<std::string>& problems) {
  std::vector<Attribute> attributes;
  const auto listed = detail::environment(detail::variable("OTEL_RESOURCE_ATTRIBUTES"));
  if (listed && !detail::parse_resource_attributes(*listed, attributes)) {
    attributes.clear();
    problems.emplace_back(
        "OTEL_RESOURCE_ATTRIBUTES is ignored: it must be key=value pairs separated by commas, with ',' and "
        "'=' in "
        "values percent-encoded");
  }
  const auto entities = detail::environment(detail::variable("OTEL_ENTITIES"));
  Resource resource = Resource()
                          .merged_with(Resource(detail::parse_entities(entities.value_or(""), problems)))
                          .merged_with(Resource(std::move(attributes)));
  const auto name = detail::environment(detail::variable("OTEL_SERVICE_NAME"));
  if (!name) return resource;
  return resource.merged_with(Resource({{"service.name", std::string(*name)}}));
}

bool detail::parse_resource_attributes(std::string_view text, std::vector<Resource::Attribute>& attributes) {
  while (!text.empty()) {
    std::string_view value = detail::take_until(',', text);
    if (value.empty()) continue;
    const std::size_t equals = value.find('=');
    const std::string_view key = detail::take_until('=', value);
    std::string decoded;
    if (equals == std::string_view::npos || key.empty()) return false;
    if (!base::percent_decode(detail::trim(value), decoded)) return false;
    attributes.emplace_back(key, std::move(decoded));
  }
  return true;
}

Resource Resource::merged_with(const Resource& other) const {
  std::vector<Attribute> merged = attributes_;
  for (const Attribute& attribute : other.attributes_) {
    const auto same = std::find_if(merged.begin(), merged.end(),
                                   [&](const Attribute& mine) { return mine.first == attribute.first; });
    if (same == merged.end()) {
      merged.push_back(attribute);
    } else {
      same->second = attribute.second;
    }
  }
  return Resource(std::move(merged));
}

std::string_view Resource::string(std::string_view key) const noexcept {
  for (const auto& [name, value] : attributes_) {
    if (name != key) continue;
    const auto* const text = std::get_if<std::string>(&value);
    return text == nullptr ? std::string_view() : std::string_view(*text);
  }
  return {};
}

std::string detail::encode_resource(const Resource& resource) {
  std::string out;
  for (const auto& [key, value] : resource.attributes()) {
    std::vector<std::string_view> strings;
    const AttributeValue view = std::visit(
        [&](const auto& held) {
          if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::vector<std::string>>) {
            strings.assign(held.begin(), held.end());
            return AttributeValue::strings(strings);
          } else {
            return AttributeValue(held);
          }
        },
        value);
    const sonde::Attribute attribute{key, view};
    const Attributes list(&attribute, 1);
    const std::size_t before = out.size();
    out.resize(before + otlp::key_values_size(otlp::fields::resource::attributes, list));
    otlp::write_key_values(reinterpret_cast<std::uint8_t*>(out.data() + before),
                           otlp::fields::resource::attributes, list);
  }
  return out;
}

}  // namespace sonde
