#include "sonde/console_exporter.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <regex>
#include <string>

#include "sonde/sonde.hpp"

namespace sonde {
namespace {

TEST(ConsoleExporter, PrintsSpansAsATree) {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* const stream = open_memstream(&text, &size);
  {
    TracerProviderOptions options;
    options.processors.push_back(std::make_unique<BatchSpanProcessor>(make_console_exporter(stream)));
    TracerProvider provider(std::move(options));
    const Tracer tracer = provider.get_tracer("test");
    Span pipeline = tracer.start_span("rag_pipeline", {.start_time = 1'000'000});
    Span chat = tracer.start_span("chat gpt", {.parent = pipeline, .start_time = 2'000'000});
    chat.set_attribute("message",
                       AttributeValue::map({{"role", "user"}, {"parts", AttributeValue::array({1, 2.0})}}));
    chat.add_event("sent", {{"bytes", 42}}, 2'500'000);
    chat.set_status(StatusCode::error, "rate limited");
    chat.end(4'000'000);
    pipeline.set_status(StatusCode::ok);
    pipeline.end(1'500'000'000'000);
  }
  std::fclose(stream);
  std::string output(text, size);
  std::free(text);  // NOLINT(cppcoreguidelines-no-malloc): open_memstream() gives it so
  output = std::regex_replace(output, std::regex("[0-9a-f]{16,32}"), "ID");
  EXPECT_EQ(output,
            "rag_pipeline  1500 s  ok  [trace ID span ID]\n"
            "  chat gpt  2 ms  ERROR rate limited  [trace ID span ID parent ID]\n"
            "      message: {\"role\":\"user\",\"parts\":[1,2.0]}\n"
            "    + 500 µs  sent\n"
            "        bytes: 42\n");
}

}  // namespace
}  // namespace sonde
