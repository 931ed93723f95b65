#pragma once

// What must hold of anything that an OTLP decoder accepts, whoever made it up. The fuzz targets look for a
// counterexample; corpus_test.cc tries the inputs that were kept.

#include <string>
#include <utility>

#include "otlp/batch_equality.h"
#include "otlp/decode.h"
#include "otlp/encode.h"
#include "sdk/exporters/otlp_json.h"

namespace sonde::otlp {

template <class Item>
struct Decoders {
  sdk::Signal signal;
  Expected<Decoded<Batch<Item>>> (*protobuf)(std::string);
  Expected<Decoded<Batch<Item>>> (*json)(std::string);
};

inline constexpr Decoders<Span> traces{sdk::Signal::traces, decode_traces_protobuf, decode_traces_json};
inline constexpr Decoders<LogRecord> logs{sdk::Signal::logs, decode_logs_protobuf, decode_logs_json};
inline constexpr Decoders<Metric> metrics{sdk::Signal::metrics, decode_metrics_protobuf, decode_metrics_json};

/// Without the unknown fields of the original, the same items may be too many for their bytes.
inline bool is_too_dense(const Error& error) {
  return error.message.find("times its size in memory") != std::string::npos;
}

/// Encodes what `body` holds and decodes it again, through both encodings. Empty if that loses nothing, or if
/// `body` is refused with an error that says why; else what went wrong.
template <class Item>
[[nodiscard]] std::string round_trip_fault(const Decoders<Item>& decoders, Encoding encoding,
                                           std::string body) {
  const auto decode = encoding == Encoding::protobuf ? decoders.protobuf : decoders.json;
  const auto first = decode(std::move(body));
  if (!first) {
    const bool is_explained =
        first.error().code == ErrorCode::invalid_argument && !first.error().message.empty();
    return is_explained ? "" : "refused without a reason";
  }
  if (first->receipt.rejected > 0 && first->receipt.message.empty()) return "rejects without a reason";

  const std::string protobuf = encode(*first->batch, Encoding::protobuf);
  const std::string json = encode(*first->batch, Encoding::json);

  std::string transcoded;  // As the SDK writes JSON, straight from the bytes.
  if (!sdk::append_otlp_json(decoders.signal, protobuf, transcoded) || transcoded != json) {
    return "the SDK makes other JSON of its protobuf";
  }

  const auto from_protobuf = decoders.protobuf(protobuf);
  if (!from_protobuf) return is_too_dense(from_protobuf.error()) ? "" : from_protobuf.error().message;
  if (from_protobuf->receipt.rejected != 0) return "its protobuf: " + from_protobuf->receipt.message;
  if (!same_items(*first->batch, *from_protobuf->batch)) return "its protobuf says something else";

  // JSON replaces what is not UTF-8, so what comes back is compared as JSON.
  const auto from_json = decoders.json(json);
  if (!from_json) return is_too_dense(from_json.error()) ? "" : from_json.error().message;
  if (from_json->receipt.rejected != 0) return "its JSON: " + from_json->receipt.message;
  if (encode(*from_json->batch, Encoding::json) != json) return "its JSON says something else";
  return {};
}

}  // namespace sonde::otlp
