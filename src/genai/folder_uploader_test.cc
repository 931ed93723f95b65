#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/sha256.h"
#include "genai/test_genai.h"
#include "sonde/genai/content_uploader.hpp"
#include "sonde/genai/inference.hpp"

namespace sonde::genai {
namespace {

/// A folder of the test's own that goes with it.
class Folder {
 public:
  Folder() {
    std::string path = (std::filesystem::temp_directory_path() / "sonde-uploads-XXXXXX").string();
    EXPECT_NE(::mkdtemp(path.data()), nullptr);
    path_ = path;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string read(const std::string& uri) {
  EXPECT_TRUE(uri.starts_with("file:///")) << uri;
  std::ifstream file(uri.substr(7));
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string unquoted(const std::string& json) { return json.substr(1, json.size() - 2); }

TEST(FolderUploader, TakesContentWhetherOrNotItIsCapturedAndLeavesReferences) {
  const test::Tracing tracing;
  const Folder folder;
  auto uploader = make_folder_uploader({.folder = folder.path()});
  ASSERT_TRUE(uploader) << uploader.error().message;
  const Instrumentation instrumentation({.capture = ContentCapture::none,
                                         .redact = [](ContentKind, std::string& text) { text += " (read)"; },
                                         .uploader = *uploader});
  {
    Inference chat({.provider = provider::openai, .model = "m"}, instrumentation);
    chat.record_system_instructions([](Messages& messages) { messages.text("Be brief."); });
    chat.record_input([](Messages& messages) { messages.add("user").text("Hi"); });
    chat.record_output([](Messages& messages) { messages.add("assistant").text("Hello"); });
  }
  ASSERT_TRUE((*uploader)->force_flush(10'000));
  const test::Map attributes = tracing.attributes("chat m");
  EXPECT_FALSE(attributes.contains("gen_ai.input.messages"));
  EXPECT_EQ(read(unquoted(attributes.at("gen_ai.input.messages_ref"))),
            R"json([{"role":"user","parts":[{"type":"text","content":"Hi (read)"}]}])json");
  EXPECT_EQ(read(unquoted(attributes.at("gen_ai.output.messages_ref"))),
            R"json([{"role":"assistant","parts":[{"type":"text","content":"Hello (read)"}]}])json");
  const std::string instructions = R"json([{"type":"text","content":"Be brief. (read)"}])json";
  EXPECT_EQ(unquoted(attributes.at("gen_ai.system_instructions_ref")),
            "file://" + folder.path() + "/" + base::sha256_hex(instructions) + "_system_instruction.json");
  EXPECT_EQ(read(unquoted(attributes.at("gen_ai.system_instructions_ref"))), instructions);
  EXPECT_FALSE(attributes.contains("gen_ai.tool.definitions_ref"));
}

TEST(FolderUploader, WritesALineAMessageIfAsked) {
  const Folder folder;
  auto uploader = make_folder_uploader({.folder = folder.path(), .json_lines = true});
  ASSERT_TRUE(uploader);
  const auto references =
      (*uploader)->upload({.input_messages = R"([{"role":"user"},{"role":"assistant"}])"}, SpanContext());
  ASSERT_TRUE((*uploader)->force_flush(10'000));
  EXPECT_TRUE(references.input_messages.ends_with("_inputs.jsonl"));
  EXPECT_EQ(read(references.input_messages),
            "{\"role\":\"user\",\"index\":0}\n{\"role\":\"assistant\",\"index\":1}\n");
}

TEST(FolderUploader, RefusesWhatItHasNoRoomFor) {
  const Folder folder;
  auto uploader = make_folder_uploader({.folder = folder.path(), .max_queue_size = 0});
  ASSERT_TRUE(uploader);
  EXPECT_EQ((*uploader)->upload({.input_messages = "[]"}, SpanContext()).input_messages, "");
  EXPECT_TRUE((*uploader)->force_flush(10'000));
}

TEST(FolderUploader, OfAFolderThatCannotBeIsAnError) {
  const auto uploader = make_folder_uploader({.folder = "/proc/nowhere"});
  ASSERT_FALSE(uploader);
  EXPECT_THAT(uploader.error().message, testing::HasSubstr("'/proc/nowhere'"));
}

}  // namespace
}  // namespace sonde::genai
