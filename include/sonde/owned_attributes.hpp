#pragma once

#include <memory>
#include <vector>

#include "sonde/attribute.hpp"

namespace sonde {

/// Attributes that own what they point at, for those who keep them longer than a call. Immutable; copying
/// counts a reference.
class OwnedAttributes {
 public:
  OwnedAttributes() noexcept = default;
  /// Copies keys and values, to any depth.
  explicit OwnedAttributes(Attributes attributes);

  [[nodiscard]] Attributes view() const noexcept;

 private:
  struct Storage;
  std::shared_ptr<const Storage> storage_;
};

}  // namespace sonde
