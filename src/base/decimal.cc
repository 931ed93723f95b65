#include "base/decimal.h"

#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>

#include <clocale>

namespace sonde::base {
namespace {

/// While it lives, this thread's numbers have a point and not what the program's locale says.
class PlainNumbers {
 public:
  PlainNumbers() noexcept {
    static const locale_t plain = newlocale(LC_NUMERIC_MASK, "C", nullptr);
    previous_ = plain != nullptr ? uselocale(plain) : nullptr;
  }
  ~PlainNumbers() {
    if (previous_ != nullptr) uselocale(previous_);
  }
  PlainNumbers(const PlainNumbers&) = delete;
  PlainNumbers& operator=(const PlainNumbers&) = delete;

 private:
  locale_t previous_;
};

}  // namespace

std::string_view write_decimal(double value, DecimalBuffer& buffer) noexcept {
  const PlainNumbers plain_numbers;
  constexpr int least = std::numeric_limits<double>::digits10;
  constexpr int most = std::numeric_limits<double>::max_digits10;
  int size = 0;
  for (int digits = least; digits <= most; ++digits) {
    size = std::snprintf(buffer.data(), buffer.size(), "%.*g", digits, value);
    if (std::strtod(buffer.data(), nullptr) == value) break;
  }
  return {buffer.data(), static_cast<std::size_t>(size)};
}

std::optional<double> read_decimal(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789.eE+-") != std::string_view::npos)
    return std::nullopt;
  const PlainNumbers plain_numbers;
  const std::string terminated(text);
  char* end = nullptr;
  const double value = std::strtod(terminated.c_str(), &end);
  if (end != terminated.c_str() + terminated.size()) return std::nullopt;
  return value;
}

}  // namespace sonde::base
