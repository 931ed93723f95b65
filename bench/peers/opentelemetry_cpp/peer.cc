// The work of src/sdk/benchmark_work.h, done with opentelemetry-cpp. See bench/peers/README.md.

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <opentelemetry/exporters/otlp/otlp_http_exporter_factory.h>
#include <opentelemetry/exporters/otlp/otlp_recordable_utils.h>
#include <opentelemetry/sdk/trace/batch_span_processor_factory.h>
#include <opentelemetry/sdk/trace/batch_span_processor_options.h>
#include <opentelemetry/sdk/trace/samplers/always_off_factory.h>
#include <opentelemetry/sdk/trace/samplers/always_on_factory.h>
#include <opentelemetry/sdk/trace/tracer_provider.h>
#include <opentelemetry/sdk/trace/tracer_provider_factory.h>
#include <opentelemetry/trace/scope.h>
#include <opentelemetry/trace/tracer.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>

namespace trace = opentelemetry::trace;
namespace sdk = opentelemetry::sdk;
namespace nostd = opentelemetry::nostd;
namespace otlp = opentelemetry::exporter::otlp;

namespace {

std::atomic<long> exported{0};

/// Turns spans into a complete OTLP request, as the SDK's own exporters do, and counts them.
class EncodingExporter final : public sdk::trace::SpanExporter {
 public:
  std::unique_ptr<sdk::trace::Recordable> MakeRecordable() noexcept override {
    return otlp_->MakeRecordable();
  }

  sdk::common::ExportResult Export(
      const nostd::span<std::unique_ptr<sdk::trace::Recordable>>& spans) noexcept override {
    // The package has no headers of the generated messages, so the request is made through its descriptor.
    using Request = opentelemetry::proto::collector::trace::v1::ExportTraceServiceRequest;
    const std::unique_ptr<google::protobuf::Message> request(prototype_->New());
    otlp::OtlpRecordableUtils::PopulateRequest(spans, reinterpret_cast<Request*>(request.get()));
    request->SerializeToString(&bytes_);
    if (!bytes_.empty()) exported += static_cast<long>(spans.size());
    return sdk::common::ExportResult::kSuccess;
  }
  bool ForceFlush(std::chrono::microseconds) noexcept override { return true; }
  bool Shutdown(std::chrono::microseconds) noexcept override { return true; }

 private:
  std::unique_ptr<sdk::trace::SpanExporter> otlp_ = otlp::OtlpHttpExporterFactory::Create();
  const google::protobuf::Message* prototype_ =
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(
          google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
              "opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest"));
  std::string bytes_;
};

double seconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

constexpr int burst = 512;
constexpr int warm_up = 20;

template <class Work>
void measure(const char* name, double duration, std::unique_ptr<sdk::trace::Sampler> sampler, int spans_each,
             Work work) {
  const sdk::trace::BatchSpanProcessorOptions options;
  auto provider = sdk::trace::TracerProviderFactory::Create(
      sdk::trace::BatchSpanProcessorFactory::Create(std::make_unique<EncodingExporter>(), options),
      sdk::resource::Resource::Create({}), std::move(sampler));
  const auto tracer = provider->GetTracer("peer", "1.0");
  double recording = 0;
  double start = 0;
  long count = 0;
  exported = 0;
  for (int b = 0; b <= warm_up || seconds(CLOCK_PROCESS_CPUTIME_ID) - start < duration; ++b) {
    if (b == warm_up) {
      recording = 0;
      start = seconds(CLOCK_PROCESS_CPUTIME_ID);
    }
    const double before = seconds(CLOCK_THREAD_CPUTIME_ID);
    for (int i = 0; i < burst; ++i) work(*tracer);
    recording += seconds(CLOCK_THREAD_CPUTIME_ID) - before;
    provider->ForceFlush();
    count += burst;
  }
  const double total = seconds(CLOCK_PROCESS_CPUTIME_ID) - start;
  const auto measured = static_cast<double>(count - long{warm_up} * burst);
  std::printf("{\"case\": \"%s\", \"recording_ns\": %.1f, \"total_ns\": %.1f, \"dropped\": %ld}\n", name,
              recording / measured * 1e9, total / measured * 1e9, count * spans_each - exported.load());
}

void start_end_span(trace::Tracer& tracer) { tracer.StartSpan("operation")->End(); }

void start_set_end_span(trace::Tracer& tracer) {
  const auto span = tracer.StartSpan("operation");
  span->SetAttribute("key", 1);
  span->End();
}

void llm_span(trace::Tracer& tracer) {
  trace::StartSpanOptions options;
  options.kind = trace::SpanKind::kClient;
  const auto span = tracer.StartSpan("chat gpt-4o-mini", options);
  const trace::Scope scope(span);
  span->SetAttribute("gen_ai.operation.name", "chat");
  span->SetAttribute("gen_ai.provider.name", "openai");
  span->SetAttribute("gen_ai.request.model", "gpt-4o-mini");
  span->SetAttribute("gen_ai.request.temperature", 0.7);
  span->SetAttribute("gen_ai.usage.input_tokens", 1234);
  span->SetAttribute("gen_ai.usage.output_tokens", 567);
  span->SetAttribute("gen_ai.response.id", "chatcmpl-8WYkqLzKpJ");
  span->AddEvent("Response received", {{"tokens", 1801}});
  span->SetStatus(trace::StatusCode::kOk);
  span->End();
}

void nested_rag(trace::Tracer& tracer) {
  const auto pipeline = tracer.StartSpan("rag_pipeline");
  const trace::Scope pipeline_scope(pipeline);
  {
    const auto retrieval = tracer.StartSpan("retrieve_documents");
    const trace::Scope scope(retrieval);
    retrieval->SetAttribute("doc_count", 5);
    retrieval->End();
  }
  {
    const auto generation = tracer.StartSpan("generate_response");
    const trace::Scope scope(generation);
    generation->SetAttribute("response_length", 1024);
    generation->End();
  }
  pipeline->End();
}

}  // namespace

int main(int, char** words) {
  const double duration = std::atof(words[1]);
  using sdk::trace::AlwaysOffSamplerFactory;
  using sdk::trace::AlwaysOnSamplerFactory;
  measure("StartEndSpan", duration, AlwaysOnSamplerFactory::Create(), 1, start_end_span);
  measure("LlmSpan", duration, AlwaysOnSamplerFactory::Create(), 1, llm_span);
  measure("NestedRag", duration, AlwaysOnSamplerFactory::Create(), 3, nested_rag);
  measure("SampledOut", duration, AlwaysOffSamplerFactory::Create(), 0, start_set_end_span);
}
