#pragma once

// Context in environment variables, from a process to those it starts: TRACEPARENT, TRACESTATE and BAGGAGE,
// or what the global propagator's keys become in upper case, with _ for whatever is neither letter nor digit.
//
//     const sonde::ContextScope scope(sonde::extract(sonde::EnvironmentGetter()));  // at a program's start
//     ...
//     sonde::ChildEnvironment environment;
//     sonde::inject(environment);
//     posix_spawnp(&pid, "tool", nullptr, nullptr, arguments, environment.data());
//
// Source: specification context/env-carriers.md.

#include <string>
#include <string_view>
#include <vector>

#include "sonde/propagator.hpp"

namespace sonde {

/// This process's environment. Reading it is not safe while another thread changes it with setenv().
class EnvironmentGetter final : public CarrierGetter {
 public:
  [[nodiscard]] std::string get(std::string_view key) const override;
};

/// An environment for a child process: a copy of this one's, to be changed and passed on. This process's own
/// stays as it is.
class ChildEnvironment final : public CarrierSetter {
 public:
  ChildEnvironment();
  explicit ChildEnvironment(std::vector<std::string> variables) : variables_(std::move(variables)) {}

  /// `key` in any spelling: "traceparent" sets TRACEPARENT.
  void set(std::string_view key, std::string_view value) override;

  /// As "NAME=value".
  [[nodiscard]] const std::vector<std::string>& variables() const noexcept { return variables_; }
  /// As execve() and posix_spawn() want it; valid until the next call of any member.
  [[nodiscard]] char* const* data();

 private:
  std::vector<std::string> variables_;
  std::vector<char*> pointers_;
};

}  // namespace sonde
