#pragma once

// The names of the GenAI semantic conventions, written down once. The convention is still moving; these are
// its newest names. Older ones that a profile asks for stand beside them, marked by the release they are of.
//
// Source: open-telemetry/semantic-conventions-genai (model/gen-ai, model/mcp), October 2026; semantic
// conventions v1.41 for the older names.

#include <string_view>

namespace sonde::genai {

namespace attribute {
// What was done, by whom.
inline constexpr std::string_view operation_name = "gen_ai.operation.name";
inline constexpr std::string_view provider_name = "gen_ai.provider.name";
inline constexpr std::string_view conversation_id = "gen_ai.conversation.id";
inline constexpr std::string_view conversation_compacted = "gen_ai.conversation.compacted";
inline constexpr std::string_view output_type = "gen_ai.output.type";
inline constexpr std::string_view error_type = "error.type";
inline constexpr std::string_view server_address = "server.address";
inline constexpr std::string_view server_port = "server.port";
inline constexpr std::string_view client_address = "client.address";
inline constexpr std::string_view client_port = "client.port";

// The request.
inline constexpr std::string_view request_model = "gen_ai.request.model";
inline constexpr std::string_view request_choice_count = "gen_ai.request.choice.count";
inline constexpr std::string_view request_seed = "gen_ai.request.seed";
inline constexpr std::string_view request_stream = "gen_ai.request.stream";
inline constexpr std::string_view request_top_k = "gen_ai.request.top_k";
inline constexpr std::string_view request_max_tokens = "gen_ai.request.max_tokens";
inline constexpr std::string_view request_temperature = "gen_ai.request.temperature";
inline constexpr std::string_view request_top_p = "gen_ai.request.top_p";
inline constexpr std::string_view request_frequency_penalty = "gen_ai.request.frequency_penalty";
inline constexpr std::string_view request_presence_penalty = "gen_ai.request.presence_penalty";
inline constexpr std::string_view request_stop_sequences = "gen_ai.request.stop_sequences";
inline constexpr std::string_view request_reasoning_level = "gen_ai.request.reasoning.level";
inline constexpr std::string_view request_previous_response_id = "gen_ai.request.previous_response.id";
inline constexpr std::string_view request_encoding_formats = "gen_ai.request.encoding_formats";
inline constexpr std::string_view request_stream_cursor = "gen_ai.request.stream_cursor";
inline constexpr std::string_view prompt_name = "gen_ai.prompt.name";
inline constexpr std::string_view prompt_version = "gen_ai.prompt.version";
inline constexpr std::string_view prompt_variable_prefix = "gen_ai.prompt.variable.";

// The response.
inline constexpr std::string_view response_id = "gen_ai.response.id";
inline constexpr std::string_view response_model = "gen_ai.response.model";
inline constexpr std::string_view response_status = "gen_ai.response.status";
inline constexpr std::string_view response_finish_reasons = "gen_ai.response.finish_reasons";
inline constexpr std::string_view response_time_to_first_chunk = "gen_ai.response.time_to_first_chunk";
inline constexpr std::string_view usage_input_tokens = "gen_ai.usage.input_tokens";
inline constexpr std::string_view usage_output_tokens = "gen_ai.usage.output_tokens";
inline constexpr std::string_view usage_cache_read_input_tokens = "gen_ai.usage.cache_read.input_tokens";
inline constexpr std::string_view usage_cache_write_input_tokens = "gen_ai.usage.cache_write.input_tokens";
inline constexpr std::string_view usage_reasoning_output_tokens = "gen_ai.usage.reasoning.output_tokens";
inline constexpr std::string_view usage_text_input_tokens = "gen_ai.usage.text.input_tokens";
inline constexpr std::string_view usage_text_output_tokens = "gen_ai.usage.text.output_tokens";
inline constexpr std::string_view usage_image_input_tokens = "gen_ai.usage.image.input_tokens";
inline constexpr std::string_view usage_image_output_tokens = "gen_ai.usage.image.output_tokens";
inline constexpr std::string_view usage_audio_input_tokens = "gen_ai.usage.audio.input_tokens";
inline constexpr std::string_view usage_audio_output_tokens = "gen_ai.usage.audio.output_tokens";
inline constexpr std::string_view usage_text_cache_read_input_tokens =
    "gen_ai.usage.text.cache_read.input_tokens";
inline constexpr std::string_view usage_image_cache_read_input_tokens =
    "gen_ai.usage.image.cache_read.input_tokens";
inline constexpr std::string_view usage_audio_cache_read_input_tokens =
    "gen_ai.usage.audio.cache_read.input_tokens";
inline constexpr std::string_view openai_api_type = "openai.api.type";
inline constexpr std::string_view openai_request_service_tier = "openai.request.service_tier";
inline constexpr std::string_view openai_response_service_tier = "openai.response.service_tier";
inline constexpr std::string_view openai_response_system_fingerprint = "openai.response.system_fingerprint";

// Ours: guesses, for where no usage was reported.
inline constexpr std::string_view estimated_input_tokens = "sonde.usage.estimated_input_tokens";
inline constexpr std::string_view estimated_output_tokens = "sonde.usage.estimated_output_tokens";

// Content, recorded only when capture is on, and where it went when it was uploaded instead.
inline constexpr std::string_view system_instructions = "gen_ai.system_instructions";
inline constexpr std::string_view input_messages = "gen_ai.input.messages";
inline constexpr std::string_view output_messages = "gen_ai.output.messages";
inline constexpr std::string_view tool_definitions = "gen_ai.tool.definitions";
inline constexpr std::string_view system_instructions_ref = "gen_ai.system_instructions_ref";
inline constexpr std::string_view input_messages_ref = "gen_ai.input.messages_ref";
inline constexpr std::string_view output_messages_ref = "gen_ai.output.messages_ref";
inline constexpr std::string_view tool_definitions_ref = "gen_ai.tool.definitions_ref";

// Embeddings, retrieval, memory.
inline constexpr std::string_view embeddings_dimension_count = "gen_ai.embeddings.dimension.count";
inline constexpr std::string_view data_source_id = "gen_ai.data_source.id";
inline constexpr std::string_view retrieval_top_k = "gen_ai.retrieval.top_k";
inline constexpr std::string_view retrieval_query_text = "gen_ai.retrieval.query.text";
inline constexpr std::string_view retrieval_documents = "gen_ai.retrieval.documents";
inline constexpr std::string_view memory_store_id = "gen_ai.memory.store.id";
inline constexpr std::string_view memory_record_id = "gen_ai.memory.record.id";
inline constexpr std::string_view memory_record_count = "gen_ai.memory.record.count";
inline constexpr std::string_view memory_query_text = "gen_ai.memory.query.text";
inline constexpr std::string_view memory_records = "gen_ai.memory.records";

// Tools, agents, workflows.
inline constexpr std::string_view tool_name = "gen_ai.tool.name";
inline constexpr std::string_view tool_type = "gen_ai.tool.type";
inline constexpr std::string_view tool_description = "gen_ai.tool.description";
inline constexpr std::string_view tool_call_id = "gen_ai.tool.call.id";
inline constexpr std::string_view tool_call_arguments = "gen_ai.tool.call.arguments";
inline constexpr std::string_view tool_call_result = "gen_ai.tool.call.result";
inline constexpr std::string_view agent_id = "gen_ai.agent.id";
inline constexpr std::string_view agent_name = "gen_ai.agent.name";
inline constexpr std::string_view agent_description = "gen_ai.agent.description";
inline constexpr std::string_view agent_version = "gen_ai.agent.version";
inline constexpr std::string_view workflow_name = "gen_ai.workflow.name";

// Evaluation.
inline constexpr std::string_view evaluation_name = "gen_ai.evaluation.name";
inline constexpr std::string_view evaluation_score_value = "gen_ai.evaluation.score.value";
inline constexpr std::string_view evaluation_score_label = "gen_ai.evaluation.score.label";
inline constexpr std::string_view evaluation_explanation = "gen_ai.evaluation.explanation";

// The Model Context Protocol.
inline constexpr std::string_view mcp_method_name = "mcp.method.name";
inline constexpr std::string_view mcp_session_id = "mcp.session.id";
inline constexpr std::string_view mcp_protocol_version = "mcp.protocol.version";
inline constexpr std::string_view mcp_resource_uri = "mcp.resource.uri";
inline constexpr std::string_view jsonrpc_request_id = "jsonrpc.request.id";
inline constexpr std::string_view jsonrpc_protocol_version = "jsonrpc.protocol.version";
inline constexpr std::string_view rpc_response_status_code = "rpc.response.status_code";
inline constexpr std::string_view network_transport = "network.transport";
inline constexpr std::string_view network_protocol_name = "network.protocol.name";
inline constexpr std::string_view network_protocol_version = "network.protocol.version";

// Of metrics only.
inline constexpr std::string_view token_modality = "gen_ai.token.modality";
inline constexpr std::string_view token_type = "gen_ai.token.type";  ///< v1.41
}  // namespace attribute

namespace event {
inline constexpr std::string_view inference_details = "gen_ai.client.inference.operation.details";
inline constexpr std::string_view evaluation_result = "gen_ai.evaluation.result";
inline constexpr std::string_view operation_exception = "gen_ai.client.operation.exception";
}  // namespace event

/// Values of gen_ai.operation.name. Others are allowed.
namespace operation {
inline constexpr std::string_view chat = "chat";
inline constexpr std::string_view generate_content = "generate_content";
inline constexpr std::string_view text_completion = "text_completion";
inline constexpr std::string_view embeddings = "embeddings";
inline constexpr std::string_view retrieval = "retrieval";
inline constexpr std::string_view fetch_response = "fetch_response";
inline constexpr std::string_view create_agent = "create_agent";
inline constexpr std::string_view invoke_agent = "invoke_agent";
inline constexpr std::string_view execute_tool = "execute_tool";
inline constexpr std::string_view invoke_workflow = "invoke_workflow";
inline constexpr std::string_view plan = "plan";
inline constexpr std::string_view search_memory = "search_memory";
inline constexpr std::string_view create_memory = "create_memory";
inline constexpr std::string_view update_memory = "update_memory";
inline constexpr std::string_view upsert_memory = "upsert_memory";
inline constexpr std::string_view delete_memory = "delete_memory";
inline constexpr std::string_view create_memory_store = "create_memory_store";
inline constexpr std::string_view delete_memory_store = "delete_memory_store";
}  // namespace operation

/// Values of gen_ai.provider.name. Others are allowed.
namespace provider {
inline constexpr std::string_view openai = "openai";
inline constexpr std::string_view anthropic = "anthropic";
inline constexpr std::string_view ollama = "ollama";  ///< Ours: the convention has none.
inline constexpr std::string_view aws_bedrock = "aws.bedrock";
inline constexpr std::string_view azure_ai_inference = "azure.ai.inference";
inline constexpr std::string_view azure_ai_openai = "azure.ai.openai";
inline constexpr std::string_view cohere = "cohere";
inline constexpr std::string_view deepseek = "deepseek";
inline constexpr std::string_view gcp_gemini = "gcp.gemini";
inline constexpr std::string_view gcp_gen_ai = "gcp.gen_ai";
inline constexpr std::string_view gcp_vertex_ai = "gcp.vertex_ai";
inline constexpr std::string_view groq = "groq";
inline constexpr std::string_view ibm_watsonx_ai = "ibm.watsonx.ai";
inline constexpr std::string_view mistral_ai = "mistral_ai";
inline constexpr std::string_view moonshot_ai = "moonshot_ai";
inline constexpr std::string_view perplexity = "perplexity";
inline constexpr std::string_view x_ai = "x_ai";
}  // namespace provider

}  // namespace sonde::genai
