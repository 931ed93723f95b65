#include "sonde/environment_carrier.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace sonde {
namespace {

/// "X-B3-TraceId" is X_B3_TRACEID.
std::string variable_name(std::string_view key) {
  std::string name(key);
  for (char& c : name) {
    const bool stays = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (c >= 'a' && c <= 'z') {
      c = static_cast<char>(c - 'a' + 'A');
    } else if (!stays) {
      c = '_';
    }
  }
  return name;
}

}  // namespace

std::string EnvironmentGetter::get(std::string_view key) const {
  const char* const value = std::getenv(variable_name(key).c_str());
  return value == nullptr ? std::string() : std::string(value);
}

ChildEnvironment::ChildEnvironment() {
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    variables_.emplace_back(*variable);
  }
}

void ChildEnvironment::set(std::string_view key, std::string_view value) {
  const std::string prefix = variable_name(key) + "=";
  std::erase_if(variables_, [&](const std::string& variable) { return variable.starts_with(prefix); });
  // A value ends at its first zero byte, there as everywhere in C.
  variables_.push_back(prefix + std::string(value.substr(0, value.find('\0'))));
}

char* const* ChildEnvironment::data() {
  pointers_.clear();
  for (std::string& variable : variables_) pointers_.push_back(variable.data());
  pointers_.push_back(nullptr);
  return pointers_.data();
}

}  // namespace sonde
