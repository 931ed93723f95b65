// What a span costs on its way through the codecs: requests of 512 spans, four kinds of LLM work in turn. The
// counter "span" is the time for one span.

#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "otlp/decode.h"
#include "otlp/encode.h"

namespace sonde::otlp {
namespace {

constexpr std::size_t span_count = 512;

constexpr std::array resource_attributes = std::to_array<Attribute>({
    {"service.name", "support-assistant"},
    {"service.version", "2.14.0"},
    {"telemetry.sdk.language", "cpp"},
    {"telemetry.sdk.name", "sonde"},
    {"host.name", "assistant-7c9d6f5b8-x2x7q"},
    {"process.pid", 4711},
});

constexpr std::array finish_reasons = std::to_array<AttributeValue>({"stop"});
constexpr std::array chat_attributes = std::to_array<Attribute>({
    {"gen_ai.operation.name", "chat"},
    {"gen_ai.provider.name", "openai"},
    {"gen_ai.request.model", "gpt-4o"},
    {"gen_ai.request.temperature", 0.2},
    {"gen_ai.request.max_tokens", 1024},
    {"gen_ai.response.id", "chatcmpl-9J3mVKd0lYQ2ZkXn"},
    {"gen_ai.response.model", "gpt-4o-2024-08-06"},
    {"gen_ai.response.finish_reasons", AttributeValue::array(finish_reasons)},
    {"gen_ai.usage.input_tokens", 1873},
    {"gen_ai.usage.output_tokens", 241},
    {"gen_ai.conversation.id", "conv_5j66UpCpwteGg4YSxUnt7lPY"},
    {"server.address", "api.openai.com"},
    {"server.port", 443},
});
constexpr std::array embedding_attributes = std::to_array<Attribute>({
    {"gen_ai.operation.name", "embeddings"},
    {"gen_ai.provider.name", "openai"},
    {"gen_ai.request.model", "text-embedding-3-small"},
    {"gen_ai.embeddings.dimension.count", 1536},
    {"gen_ai.usage.input_tokens", 96},
    {"server.address", "api.openai.com"},
    {"http.response.status_code", 200},
});
constexpr std::array tool_attributes = std::to_array<Attribute>({
    {"gen_ai.operation.name", "execute_tool"},
    {"gen_ai.tool.name", "lookup_order"},
    {"gen_ai.tool.type", "function"},
    {"gen_ai.tool.call.id", "call_mszuSIzqtI65i1wAUOE8w5H4"},
    {"gen_ai.tool.description", "Finds an order by its number and returns its lines and its state"},
    {"gen_ai.tool.call.arguments", R"({"order_number":"A-100234","include_lines":true})"},
    {"gen_ai.tool.call.result", R"({"state":"shipped","carrier":"post","lines":[{"sku":"K-17","count":2}]})"},
    {"code.function.name", "OrderTools::lookup"},
});
constexpr std::array retrieval_attributes = std::to_array<Attribute>({
    {"gen_ai.operation.name", "retrieval"},
    {"gen_ai.data_source.id", "handbook-2025"},
    {"db.system.name", "postgresql"},
    {"db.operation.name", "SELECT"},
    {"db.collection.name", "passages"},
    {"db.query.text", "SELECT id, text FROM passages ORDER BY embedding <=> $1 LIMIT 8"},
    {"doc_count", 8},
    {"top_score", 0.8734},
    {"cache.hit", false},
    {"tenant", "acme"},
    {"user.id", "u-20931"},
    {"session.id", "0f9c4a7e-61c7-4d1b-9a1a-3b1f6f0f5a11"},
});
constexpr std::array event_attributes = std::to_array<Attribute>({
    {"gen_ai.token.index", 1},
    {"time_to_first_token", 0.381},
});

struct Kind {
  const char* name;
  SpanKind kind;
  std::span<const Attribute> attributes;
};
constexpr std::array<Kind, 4> kinds{
    {{"chat gpt-4o", SpanKind::client, chat_attributes},
     {"embeddings text-embedding-3-small", SpanKind::client, embedding_attributes},
     {"execute_tool lookup_order", SpanKind::internal, tool_attributes},
     {"retrieve_documents", SpanKind::internal, retrieval_attributes}}};

std::shared_ptr<TraceBatch> make_batch() {
  auto batch = std::make_shared<TraceBatch>();
  Resource& resource = batch->arena.array<Resource>(1)[0];
  resource.attributes = resource_attributes;
  Scope& scope = batch->arena.array<Scope>(1)[0];
  scope.name = "support.assistant";
  scope.version = "1.0.0";
  for (std::size_t i = 0; i < span_count; ++i) {
    const Kind& kind = kinds[i % kinds.size()];
    Span& span = batch->items.emplace_back();
    span.resource = &resource;
    span.scope = &scope;
    for (std::size_t byte = 0; byte < 16; ++byte)
      span.trace_id.bytes[byte] = static_cast<std::uint8_t>(i / 8 * 31 + byte * 7 + 1);
    for (std::size_t byte = 0; byte < 8; ++byte)
      span.span_id.bytes[byte] = static_cast<std::uint8_t>(i * 13 + byte * 5 + 1);
    if (i % 8 != 0) span.parent_span_id.bytes = {1, 2, 3, 4, 5, 6, 7, static_cast<std::uint8_t>(i)};
    span.name = kind.name;
    span.kind = kind.kind;
    span.flags = 0x101;
    span.start_time = 1'760'000'000'000'000'000 + i * 1'000'000;
    span.end_time = span.start_time + 812'345'678;
    span.attributes = kind.attributes;
    std::span<SpanEvent> events = batch->arena.array<SpanEvent>(1);
    events[0] = {span.start_time + 381'000'000, "gen_ai.first_token", event_attributes, 0};
    span.events = events;
  }
  return batch;
}

template <class Decode>
void decode_all(benchmark::State& state, Encoding encoding, Decode decode) {
  const std::string body = encode(*make_batch(), encoding);
  for ([[maybe_unused]] const auto _ : state) {
    auto decoded = decode(body);
    if (!decoded || decoded->batch->items.size() != span_count) state.SkipWithError("not decoded");
    benchmark::DoNotOptimize(decoded);
  }
  state.counters["bytes_per_span"] = static_cast<double>(body.size()) / span_count;
  state.counters["span"] = benchmark::Counter(
      span_count, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void BM_DecodeTracesProtobuf(benchmark::State& state) {
  decode_all(state, Encoding::protobuf, decode_traces_protobuf);
}
BENCHMARK(BM_DecodeTracesProtobuf);

void BM_DecodeTracesJson(benchmark::State& state) { decode_all(state, Encoding::json, decode_traces_json); }
BENCHMARK(BM_DecodeTracesJson);

void encode_all(benchmark::State& state, Encoding encoding) {
  const auto batch = make_batch();
  for ([[maybe_unused]] const auto _ : state) {
    std::string body = encode(*batch, encoding);
    benchmark::DoNotOptimize(body);
  }
  state.counters["span"] = benchmark::Counter(
      span_count, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void BM_EncodeTracesProtobuf(benchmark::State& state) { encode_all(state, Encoding::protobuf); }
BENCHMARK(BM_EncodeTracesProtobuf);

void BM_EncodeTracesJson(benchmark::State& state) { encode_all(state, Encoding::json); }
BENCHMARK(BM_EncodeTracesJson);

}  // namespace
}  // namespace sonde::otlp
