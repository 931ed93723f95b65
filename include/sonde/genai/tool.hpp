#pragma once

// Source: semantic-conventions-genai, gen_ai.execute_tool.internal.

#include "sonde/genai/inference.hpp"

namespace sonde::genai {

/// Views, for the length of the call; what is empty is not recorded.
struct ToolRequest {
  std::string_view name = {};          ///< Required.
  std::string_view type = "function";  ///< function, extension, datastore
  std::string_view call_id = {};       ///< The model's id of the call.
  std::string_view description = {};
  std::string_view agent_name = {};  ///< Else that of the agent it runs in.
  std::string_view conversation_id = {};
  Parent parent = {};
  AttributeValue arguments = {};         ///< Content: recorded only when captured.
  std::string_view arguments_json = {};  ///< In their place: as the model wrote them.
  Attributes attributes = {};
};

/// A tool that the application runs because a model asked for it.
class ToolExecution : public Operation {
 public:
  explicit ToolExecution(const ToolRequest& request,
                         const Instrumentation& instrumentation = Instrumentation::global());

  /// Content: recorded only when captured.
  void record_result(const AttributeValue& result) noexcept;
};

}  // namespace sonde::genai
