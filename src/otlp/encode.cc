#include "otlp/encode.h"

#include <string>
#include <string_view>

#include "base/json_writer.h"
#include "otlp/backward_writer.h"
#include "otlp/encoding.h"
#include "otlp/fields.h"
#include "otlp/grouping.h"

namespace sonde::otlp {
namespace {

template <class Item>
std::string encode_batch(const Batch<Item>& batch, Encoding encoding) {
  const auto groups = group(batch.items);
  return encoding == Encoding::protobuf ? encode_protobuf(groups) : encode_json(groups);
}

std::string_view rejected_name(Signal signal) {
  switch (signal) {
    case Signal::traces: return "rejectedSpans";
    case Signal::logs: return "rejectedLogRecords";
    case Signal::metrics: return "rejectedDataPoints";
  }
  return {};
}

}  // namespace

std::string encode(const TraceBatch& batch, Encoding encoding) { return encode_batch(batch, encoding); }
std::string encode(const LogBatch& batch, Encoding encoding) { return encode_batch(batch, encoding); }
std::string encode(const MetricBatch& batch, Encoding encoding) { return encode_batch(batch, encoding); }

std::string encode_response(const Receipt& receipt, Signal signal, Encoding encoding) {
  const bool is_complete = receipt.rejected == 0 && receipt.message.empty();
  if (encoding == Encoding::protobuf) {
    if (is_complete) return {};
    BackwardWriter writer;
    writer.message(fields::export_response::partial_success, [&] {
      writer.text(fields::partial_success::error_message, receipt.message);
      writer.varint(fields::partial_success::rejected, static_cast<std::uint64_t>(receipt.rejected));
    });
    return writer.take();
  }
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  if (!is_complete) {
    json.key("partialSuccess").begin_object();
    if (receipt.rejected != 0) json.key(rejected_name(signal)).quoted_integer(receipt.rejected);
    if (!receipt.message.empty()) json.key("errorMessage").string(receipt.message);
    json.end_object();
  }
  json.end_object();
  return out;
}

std::string encode_status(int grpc_code, std::string_view message, Encoding encoding) {
  if (encoding == Encoding::protobuf) {
    BackwardWriter writer;
    writer.text(fields::rpc_status::message, message);
    writer.varint(fields::rpc_status::code, static_cast<std::uint64_t>(grpc_code));
    return writer.take();
  }
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  json.key("code").integer(grpc_code);
  json.key("message").string(message);
  json.end_object();
  return out;
}

}  // namespace sonde::otlp
