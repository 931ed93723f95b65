#include "genai/content.h"

#include <gmock/gmock.h>

#include <stdexcept>
#include <string>

#include "genai/json_values.h"

namespace sonde::genai::detail {
namespace {

std::string json(const AttributeValue& value) {
  std::string out;
  append_json(value, out);
  return out;
}

std::string input(const Messages& messages, const InstrumentationOptions& options = {}) {
  ContentEncoder encoder(options);
  return json(encoder.messages(ContentKind::input_message, messages));
}

TEST(Content, IsTheConventionsOwnExample) {
  Messages messages;
  messages.add("user").text("Weather in Paris?");
  messages.add("assistant").tool_call("call_1", "get_weather", messages.json(R"({"location":"Paris"})"));
  messages.add("tool").tool_call_response("call_1", "rainy, 57°F");
  EXPECT_EQ(
      input(messages),
      R"([{"role":"user","parts":[{"type":"text","content":"Weather in Paris?"}]},)"
      R"({"role":"assistant","parts":[{"type":"tool_call","id":"call_1","name":"get_weather","arguments":{"location":"Paris"}}]},)"
      R"({"role":"tool","parts":[{"type":"tool_call_response","id":"call_1","response":"rainy, 57°F"}]}])");
}

TEST(Content, HasEveryTypeOfPart) {
  const std::uint8_t image[] = {0xFF, 0xD8, 0xFF};
  const Attribute search[] = {{"type", "web_search"}};  // parts are views: what they show must outlive them
  const Attribute title[] = {{"title", "RFC 9110"}};
  Messages messages;
  messages.add("assistant", "planner")
      .reasoning("think")
      .part(Part::server_tool_call("s1", "web_search", AttributeValue::map(Attributes(search))))
      .part(Part::server_tool_call_response("s1", AttributeValue::map(Attributes(search))))
      .part(Part::blob(Modality::image, "image/jpeg", image))
      .part(Part::file(Modality::document, "file-1", "application/pdf"))
      .part(Part::uri(Modality::audio, "https://example.org/a.ogg"))
      .part(Part::compaction("c1", "so far"))
      .part(Part::generic("citation", Attributes(title)))
      .finish_reason("stop");
  EXPECT_EQ(
      input(messages),
      R"([{"role":"assistant","name":"planner","parts":[{"type":"reasoning","content":"think"},)"
      R"({"type":"server_tool_call","id":"s1","name":"web_search","server_tool_call":{"type":"web_search"}},)"
      R"({"type":"server_tool_call_response","id":"s1","server_tool_call_response":{"type":"web_search"}},)"
      R"({"type":"blob","modality":"image","mime_type":"image/jpeg","content":"/9j/"},)"
      R"({"type":"file","modality":"document","mime_type":"application/pdf","file_id":"file-1"},)"
      R"({"type":"uri","modality":"audio","uri":"https://example.org/a.ogg"},)"
      R"({"type":"compaction","id":"c1","content":"so far"},)"
      R"({"type":"citation","title":"RFC 9110"}],"finish_reason":"stop"}])");
}

TEST(Content, OfTextWithoutAMessageIsTheUsers) {
  Messages messages;
  messages.text("hello");
  EXPECT_EQ(input(messages), R"([{"role":"user","parts":[{"type":"text","content":"hello"}]}])");
}

TEST(Content, OfInstructionsHasNoRoles) {
  Messages messages;
  messages.text("Be brief.").text("Answer in French.");
  const InstrumentationOptions options;
  ContentEncoder encoder(options);
  EXPECT_EQ(json(encoder.system_instructions(messages)),
            R"([{"type":"text","content":"Be brief."},{"type":"text","content":"Answer in French."}])");
}

TEST(Content, OfToolsAndDocumentsLeavesOutWhatIsNotGiven) {
  const Attribute schema[] = {{"type", "object"}};
  const ToolDefinition tools[] = {{.name = "now"},
                                  {.name = "get_weather", .parameters = AttributeValue::map(schema)}};
  const RetrievedDocument documents[] = {{.id = "doc_123", .score = 0.95},
                                         {.id = "doc_7", .score = 0.5, .content = "text"}};
  const InstrumentationOptions options;
  ContentEncoder encoder(options);
  EXPECT_EQ(json(encoder.tool_definitions(tools)),
            R"([{"type":"function","name":"now"},)"
            R"({"type":"function","name":"get_weather","parameters":{"type":"object"}}])");
  EXPECT_EQ(json(encoder.documents(documents)),
            R"([{"id":"doc_123","score":0.95},{"id":"doc_7","score":0.5,"content":"text"}])");
}

TEST(Content, IsCutInsideItsPartsSoThatItStaysWhole) {
  Messages messages;
  messages.add("user").text("Übermäßig").text("kurz");
  const Attribute arguments[] = {{"a", "abcdefgh"}, {"n", 1}};
  messages.add("assistant").tool_call("1", "f", AttributeValue::map(Attributes(arguments)));
  EXPECT_EQ(
      input(messages, {.max_text_length = 4}),
      R"([{"role":"user","parts":[{"type":"text","content":"Über…"},{"type":"text","content":"kurz"}]},)"
      R"({"role":"assistant","parts":[{"type":"tool_call","id":"1","name":"f","arguments":{"a":"abcd…","n":1}}]}])");
}

TEST(Content, PassesTheRedactionHookWithEveryText) {
  const std::string_view names[] = {"Ada", "Grace"};
  InstrumentationOptions options;
  options.redact = [](ContentKind kind, std::string& text) {
    EXPECT_EQ(kind, ContentKind::input_message);
    if (text.find("Ada") != std::string::npos) text = "[name]";
  };
  Messages messages;
  messages.add("user").text("I am Ada");
  const AttributeValue deeper[] = {"Ada", 2};
  const Attribute arguments[] = {{"names", AttributeValue::strings(names)},
                                 {"deeper", AttributeValue::array(std::span(deeper))}};
  messages.add("assistant").tool_call("1", "f", AttributeValue::map(Attributes(arguments)));
  EXPECT_EQ(
      input(messages, options),
      R"([{"role":"user","parts":[{"type":"text","content":"[name]"}]},)"
      R"({"role":"assistant","parts":[{"type":"tool_call","id":"1","name":"f","arguments":{"names":["[name]","Grace"],"deeper":["[name]",2]}}]}])");
}

TEST(Content, IsNotShownWhenItsRedactionFails) {
  InstrumentationOptions options;
  options.redact = [](ContentKind, std::string&) { throw std::runtime_error("no dictionary"); };
  Messages messages;
  messages.text("secret");
  EXPECT_EQ(input(messages, options),
            R"([{"role":"user","parts":[{"type":"text","content":"[redaction failed]"}]}])");
}

TEST(Content, OfAnyLengthOutgrowsTheStack) {
  Messages messages;
  for (int i = 0; i < 1000; ++i) messages.add("user").text("hello");
  const std::string text = input(messages);
  EXPECT_EQ(text.size(), 2 + 1000 * 60 - 1);
}

}  // namespace
}  // namespace sonde::genai::detail
