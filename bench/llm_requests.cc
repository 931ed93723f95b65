#include "llm_requests.h"

#include <cstring>
#include <span>
#include <string_view>

#include "otlp/encode.h"
#include "otlp/model.h"

namespace sonde::bench {
namespace {

// What stands in the encoded request where with() writes: four bytes that no text has, and an index.
constexpr std::uint32_t trace_id_mark = 0xF1E2D3C4;
constexpr std::uint32_t span_id_mark = 0xF1E2D3C5;
constexpr std::uint32_t time_mark = 0xF1E2D3C6;

constexpr std::size_t spans_of_a_trace = 8;

/// Sebastiano Vigna's splitmix64: a good stream of numbers from any seed.
std::uint64_t mix(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15;
  value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9;
  value = (value ^ value >> 27) * 0x94D049BB133111EB;
  return value ^ value >> 31;
}

template <class Id>
Id marked_id(std::uint32_t mark, std::uint32_t index) {
  Id id;
  std::memcpy(id.bytes.data(), &mark, sizeof mark);
  std::memcpy(id.bytes.data() + sizeof mark, &index, sizeof index);
  return id;
}

/// A time is eight bytes, least significant first: the index, then the mark.
std::uint64_t marked_time(std::uint32_t microseconds) {
  return std::uint64_t{time_mark} << 32 | microseconds;
}

std::string some_text(std::size_t size, std::uint64_t seed) {
  static constexpr std::array<std::string_view, 32> words = {
      "the",     "order",    "customer", "shipped", "invoice", "please", "check",  "which",
      "account", "warranty", "return",   "within",  "thirty",  "days",   "of",     "delivery",
      "and",     "policy",   "applies",  "to",      "items",   "bought", "online", "because",
      "carrier", "reports",  "that",     "parcel",  "was",     "left",   "at",     "door"};
  std::string text;
  while (text.size() < size) {
    seed = mix(seed);
    text += words[seed % words.size()];
    text += ' ';
  }
  text.resize(size);
  return text;
}

/// Builds the batch that a template is encoded from.
class Builder {
 public:
  Builder(const RequestShape& shape, std::uint64_t variant) : shape_(shape), seed_(mix(variant)) {
    resource_.attributes = keep({{"service.name", text("support-assistant")},
                                 {"service.version", text("2.14.0")},
                                 {"deployment.environment.name", text("production")},
                                 {"telemetry.sdk.language", text("cpp")},
                                 {"telemetry.sdk.name", text("sonde")},
                                 {"host.name", text("assistant-7c9d6f5b8-x2x7q")},
                                 {"process.pid", 4711}});
    scope_.name = "support-assistant.pipeline";
    scope_.version = "2.14.0";
    for (std::uint32_t i = 0; i < shape.spans; ++i) add_span(i);
  }

  [[nodiscard]] std::string encoded() const { return otlp::encode(batch_, otlp::Encoding::protobuf); }

 private:
  std::string_view text(std::string_view value) { return batch_.arena.copy(value); }
  std::string_view number(std::string_view prefix, std::uint64_t below) {
    seed_ = mix(seed_);
    return text(std::string(prefix) + std::to_string(seed_ % below));
  }

  std::span<const Attribute> keep(std::initializer_list<Attribute> list) {
    const std::span<Attribute> kept = batch_.arena.array<Attribute>(list.size());
    std::copy(list.begin(), list.end(), kept.begin());
    return kept;
  }

  void add_span(std::uint32_t index) {
    const std::uint32_t place = index % spans_of_a_trace;
    const std::uint32_t root = index - place;
    otlp::Span span;
    span.resource = &resource_;
    span.scope = &scope_;
    span.trace_id = marked_id<TraceId>(trace_id_mark, index / spans_of_a_trace);
    span.span_id = marked_id<SpanId>(span_id_mark, index);
    if (place > 0) span.parent_span_id = marked_id<SpanId>(span_id_mark, root);
    span.flags = 0x101;
    span.start_time = marked_time(place * 300);
    span.end_time = marked_time(place == 0 ? 2'500 : place * 300 + 280);
    switch (place) {
      case 0: fill_agent(span); break;
      case 1:
      case 2: fill_retrieval(span); break;
      case 4:
      case 6: fill_tool(span); break;
      default: fill_chat(span); break;
    }
    batch_.items.push_back(span);
  }

  void fill_agent(otlp::Span& span) {
    span.name = "invoke_agent support-assistant";
    span.kind = SpanKind::server;
    span.status = StatusCode::ok;
    span.attributes = keep({{"gen_ai.operation.name", "invoke_agent"},
                            {"gen_ai.agent.name", "support-assistant"},
                            {"gen_ai.conversation.id", number("conv_5j66UpCpwteGg4YSxUnt", 1'000'000)},
                            {"user.id", number("u-", 100'000)},
                            {"session.id", number("0f9c4a7e-61c7-4d1b-9a1a-", 1'000'000'000)},
                            {"http.request.method", "POST"},
                            {"http.route", "/api/answers"},
                            {"http.response.status_code", 200}});
  }

  void fill_retrieval(otlp::Span& span) {
    span.name = "retrieve_documents";
    span.kind = SpanKind::client;
    span.attributes =
        keep({{"gen_ai.operation.name", "retrieval"},
              {"gen_ai.data_source.id", "handbook-2025"},
              {"db.system.name", "postgresql"},
              {"db.collection.name", "passages"},
              {"db.query.text", "SELECT id, text FROM passages ORDER BY embedding <=> $1 LIMIT 8"},
              {"doc_count", 8},
              {"top_score", 0.8734},
              {"cache.hit", false}});
  }

  void fill_tool(otlp::Span& span) {
    span.name = "execute_tool lookup_order";
    span.attributes = keep(
        {{"gen_ai.operation.name", "execute_tool"},
         {"gen_ai.tool.name", "lookup_order"},
         {"gen_ai.tool.type", "function"},
         {"gen_ai.tool.call.id", number("call_mszuSIzqtI65i1wAUOE8", 1'000'000'000)},
         {"gen_ai.tool.call.arguments", R"({"order_number":"A-100234","include_lines":true})"},
         {"gen_ai.tool.call.result", R"({"state":"shipped","carrier":"post","lines":[{"sku":"K-17"}]})"}});
    seed_ = mix(seed_);
    if (seed_ % 20 == 0) add_exception(span);
  }

  void add_exception(otlp::Span& span) {
    span.status = StatusCode::error;
    span.status_message = "order service timed out";
    const std::span<otlp::SpanEvent> events = batch_.arena.array<otlp::SpanEvent>(1);
    events[0].time = span.end_time;
    events[0].name = "exception";
    events[0].attributes = keep({{"exception.type", "OrderServiceTimeout"},
                                 {"exception.message", "no answer within 250 ms"},
                                 {"exception.stacktrace", text(some_text(300, seed_))}});
    span.events = events;
  }

  void fill_chat(otlp::Span& span) {
    span.name = "chat gpt-4o";
    span.kind = SpanKind::client;
    static constexpr std::array finish_reasons = {AttributeValue("stop")};
    std::vector<Attribute> attributes = {
        {"gen_ai.operation.name", "chat"},
        {"gen_ai.provider.name", "openai"},
        {"gen_ai.request.model", "gpt-4o"},
        {"gen_ai.request.temperature", 0.2},
        {"gen_ai.request.max_tokens", 1024},
        {"gen_ai.response.id", number("chatcmpl-9J3mVKd0lYQ2Zk", 1'000'000'000)},
        {"gen_ai.response.model", "gpt-4o-2024-08-06"},
        {"gen_ai.response.finish_reasons", AttributeValue::array(finish_reasons)},
        {"gen_ai.usage.input_tokens", seed_ % 4'000},
        {"gen_ai.usage.output_tokens", seed_ % 700},
        {"server.address", "api.openai.com"},
        {"server.port", 443}};
    if (shape_.content_bytes > 0) {
      attributes.push_back({"gen_ai.input.messages", message("user", shape_.content_bytes * 3 / 4)});
      attributes.push_back({"gen_ai.output.messages", message("assistant", shape_.content_bytes / 4)});
    }
    const std::span<Attribute> kept = batch_.arena.array<Attribute>(attributes.size());
    std::copy(attributes.begin(), attributes.end(), kept.begin());
    span.attributes = kept;
  }

  std::string_view message(std::string_view role, std::size_t size) {
    seed_ = mix(seed_);
    return text(R"([{"role":")" + std::string(role) + R"(","parts":[{"type":"text","content":")" +
                some_text(size, seed_) + R"("}]}])");
  }

  RequestShape shape_;
  std::uint64_t seed_;
  otlp::TraceBatch batch_;
  otlp::Resource resource_;
  otlp::Scope scope_;
};

std::uint32_t read_u32(const std::string& bytes, std::size_t offset) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

void write_u64(std::uint64_t value, std::string& bytes, std::size_t offset) {
  std::memcpy(bytes.data() + offset, &value, sizeof value);
}

}  // namespace

RequestTemplate::RequestTemplate(const RequestShape& shape, std::uint64_t variant)
    : bytes_(Builder(shape, variant).encoded()) {
  find_places();
}

void RequestTemplate::find_places() {
  for (std::size_t i = 0; i + 8 <= bytes_.size(); ++i) {
    switch (read_u32(bytes_, i)) {
      case trace_id_mark: trace_ids_.push_back({i, read_u32(bytes_, i + 4)}); break;
      case span_id_mark: span_ids_.push_back({i, read_u32(bytes_, i + 4)}); break;
      case time_mark: times_.push_back({i - 4, read_u32(bytes_, i - 4)}); break;
      default: break;
    }
  }
}

std::string RequestTemplate::with(std::uint64_t number, std::uint64_t start_time) const {
  std::string request = bytes_;
  const std::uint64_t seed = mix(number);
  for (const Place& place : trace_ids_) {
    write_u64(mix(seed ^ place.index), request, place.offset);
    write_u64(mix(seed + place.index), request, place.offset + 8);
  }
  for (const Place& place : span_ids_) write_u64(mix(seed - place.index - 1), request, place.offset);
  for (const Place& place : times_) {
    write_u64(start_time + std::uint64_t{place.index} * 1'000, request, place.offset);
  }
  return request;
}

}  // namespace sonde::bench
