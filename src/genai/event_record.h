#pragma once

// What an operation's event will say: all that its span says, and the content that goes there. Gathered as it
// becomes known, only if such events are wanted at all.

#include <vector>

#include "sonde/attribute.hpp"
#include "sonde/genai/message.hpp"

namespace sonde::genai::detail {

/// Attributes with all they point at. May throw std::bad_alloc.
class EventRecord {
 public:
  /// Copies the attributes; of a key that is there already, the value is replaced.
  void set(Attributes attributes);
  [[nodiscard]] Attributes attributes() const noexcept { return std::span<const Attribute>(attributes_); }

 private:
  [[nodiscard]] AttributeValue copy(const AttributeValue& value);

  ValueStore values_;
  std::vector<Attribute> attributes_;
};

}  // namespace sonde::genai::detail
