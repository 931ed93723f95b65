#pragma once

// Reads the query parameters of a request into the types a question needs. The first thing wrong is kept, in
// a sentence that names the parameter, so a handler reads all it wants and asks once:
//
//     Parameters parameters(request.target);
//     filter.service = parameters.text("service");
//     filter.limit = parameters.limit(50, 1'000);
//     if (parameters.error()) return error_answer(*parameters.error());

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sonde/expected.hpp"
#include "sonde/ids.hpp"

namespace sonde::query {

using KeyAndValue = std::pair<std::string, std::string>;

/// An empty parameter counts as absent: forms send every field. Of a parameter given twice the first counts,
/// except where several are asked for.
class Parameters {
 public:
  explicit Parameters(std::string_view target);

  /// Any other parameter is an error: a misspelt filter that is ignored answers the wrong question.
  void expect_only(std::initializer_list<std::string_view> names);

  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;

  /// "true" or "false"; absent is false.
  [[nodiscard]] bool flag(std::string_view name);
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name);
  /// Nanoseconds; see parse_duration().
  [[nodiscard]] std::optional<std::uint64_t> duration(std::string_view name);
  [[nodiscard]] std::optional<TraceId> trace_id(std::string_view name);
  /// Every `name=key:value`; the first colon divides.
  [[nodiscard]] std::vector<KeyAndValue> key_values(std::string_view name);
  /// The parameter "limit", from 1 to `most`.
  [[nodiscard]] std::size_t limit(std::size_t otherwise, std::size_t most);

  /// Records that what the parameter holds is not `expected` ("a number").
  void fail(std::string_view name, std::string_view value, std::string_view expected);
  void fail(std::string message);

  /// The first failure.
  [[nodiscard]] const std::optional<Error>& error() const noexcept { return error_; }

 private:
  std::vector<KeyAndValue> parameters_;
  std::optional<Error> error_;
};

}  // namespace sonde::query
