#include <gmock/gmock.h>

#include <utility>

#include "genai/test_genai.h"
#include "sonde/genai/genai.hpp"

namespace sonde::genai {
namespace {

/// The attributes of a chat of which the provider told that usage.
test::Map estimated(InstrumentationOptions options, const Usage& usage) {
  const test::Tracing tracing;
  options.capture = ContentCapture::none;
  const Instrumentation instrumentation(std::move(options));
  {
    Inference chat({.provider = provider::openai, .model = "m"}, instrumentation);
    chat.record_system_instructions([](Messages& messages) { messages.text("Be brief."); });
    chat.record_input([](Messages& messages) {
      messages.add("user").text("The quick brown fox jumps over the lazy dog.");
    });
    chat.record_output([](Messages& messages) { messages.add("assistant").text("Indeed it does."); });
    chat.set_response({.usage = usage});
  }
  return tracing.attributes("chat m");
}

TEST(GenAiEstimate, StandsApartFromUsageAndOnlyWhereNoneWasReported) {
  const test::Map guessed = estimated({.estimate_tokens = true}, {});
  EXPECT_EQ(guessed.at("sonde.usage.estimated_input_tokens"), "14");
  EXPECT_EQ(guessed.at("sonde.usage.estimated_output_tokens"), "4");
  EXPECT_FALSE(guessed.contains("gen_ai.usage.input_tokens"));
  EXPECT_FALSE(guessed.contains("gen_ai.usage.output_tokens"));
  EXPECT_FALSE(guessed.contains("gen_ai.input.messages"));
  const test::Map reported = estimated({.estimate_tokens = true}, {.input_tokens = 12});
  EXPECT_EQ(reported.at("gen_ai.usage.input_tokens"), "12");
  EXPECT_FALSE(reported.contains("sonde.usage.estimated_input_tokens"));
  EXPECT_EQ(reported.at("sonde.usage.estimated_output_tokens"), "4");
  EXPECT_FALSE(estimated({}, {}).contains("sonde.usage.estimated_input_tokens"));
}

TEST(GenAiEstimate, OfAStreamIsOfWhatCame) {
  const test::Tracing tracing;
  const Instrumentation instrumentation({.capture = ContentCapture::none, .estimate_tokens = true});
  {
    InferenceStream stream(Inference({.provider = provider::openai, .model = "m"}, instrumentation));
    stream.append_text("Indeed ");
    stream.append_text("it does.");
    stream.append_tool_call(0, "c1", "now", R"({"zone":"UTC"})");
  }
  EXPECT_EQ(tracing.attributes("chat m").at("sonde.usage.estimated_output_tokens"), "9");
  EXPECT_FALSE(tracing.attributes("chat m").contains("gen_ai.output.messages"));
}

}  // namespace
}  // namespace sonde::genai
