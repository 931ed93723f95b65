#include "cli/trace_source.h"

#include <utility>

#include "cli/http_trace_source.h"
#include "query/trace_lookup.h"
#include "store/duckdb/duckdb_store.h"

namespace sonde::cli {
namespace {

class StoreTraceSource final : public TraceSource {
 public:
  explicit StoreTraceSource(std::unique_ptr<store::Store> store) : store_(std::move(store)) {}

  Expected<std::vector<store::TraceSummary>> find(const store::TraceFilter& filter) override {
    return store_->find_traces(filter);
  }

  Expected<std::shared_ptr<const otlp::TraceBatch>> trace(std::string_view text) override {
    const Expected<TraceId> id = query::find_trace_id(*store_, text);
    if (!id) return id.error();
    return store_->trace(*id);
  }

 private:
  std::unique_ptr<store::Store> store_;
};

}  // namespace

Expected<std::unique_ptr<TraceSource>> open_trace_source(const TraceSourceOptions& options) {
  if (options.data_directory.empty()) {
    return std::unique_ptr<TraceSource>(std::make_unique<HttpTraceSource>(options.url));
  }
  store::DuckDbOptions store_options;
  store_options.directory = options.data_directory;
  store_options.read_only = true;
  auto store = store::open_duckdb(store_options);
  if (!store && store.error().code == ErrorCode::unavailable) {
    return Error{ErrorCode::unavailable,
                 store.error().message +
                     "\nWhile `sonde serve` runs, ask it: leave out --data, or name it with --url."};
  }
  if (!store) return store.error();
  return std::unique_ptr<TraceSource>(std::make_unique<StoreTraceSource>(*std::move(store)));
}

}  // namespace sonde::cli
