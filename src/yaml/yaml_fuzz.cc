// Any bytes as a document: parsed, its references replaced, all of it read as every type.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "yaml/parse.h"
#include "yaml/substitution.h"

namespace {

void read(const sonde::yaml::Node& node, std::size_t depth) {
  if (depth > sonde::yaml::Limits{}.depth) std::abort();
  const bool has_type = sonde::yaml::is_null(node) || sonde::yaml::as_text(node) ||
                        node.kind != sonde::yaml::Node::Kind::scalar;
  if (!has_type || sonde::yaml::type_name(node).empty()) std::abort();
  if (sonde::yaml::as_integer(node) && !sonde::yaml::as_number(node)) std::abort();
  for (const auto& item : node.items) read(item, depth + 1);
  for (const auto& entry : node.entries) read(entry.value, depth + 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto node = sonde::yaml::parse({reinterpret_cast<const char*>(data), size}, "fuzz.yaml");
  if (!node) {
    if (!node.error().message.starts_with("fuzz.yaml:")) std::abort();
    return 0;
  }
  const auto done = sonde::yaml::substitute(*node, "fuzz.yaml", [](std::string_view name) {
    return name.size() % 2 == 0 ? std::optional<std::string>("${A}: [1") : std::nullopt;
  });
  if (done) read(*node, 0);
  return 0;
}
