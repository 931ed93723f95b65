#pragma once

#include <memory>

#include "sonde/context.hpp"

namespace sonde::genai::detail {

struct OperationState;

/// The innermost operation that a context is inside of; the ones around it hang on its state.
struct CurrentOperation {
  std::shared_ptr<OperationState> state;
};
inline constexpr ContextKey<CurrentOperation> current_operation_key("sonde.genai.operation");

}  // namespace sonde::genai::detail
