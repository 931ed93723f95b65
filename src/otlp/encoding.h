#pragma once

// The two encoders of grouped items, each in its own file. Instantiated for Span, LogRecord and Metric.

#include <string>
#include <vector>

#include "otlp/grouping.h"
#include "otlp/model.h"

namespace sonde::otlp {

template <class Item>
[[nodiscard]] std::string encode_protobuf(const std::vector<ResourceGroup<Item>>& groups);

template <class Item>
[[nodiscard]] std::string encode_json(const std::vector<ResourceGroup<Item>>& groups);

}  // namespace sonde::otlp
