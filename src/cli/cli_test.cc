#include <gtest/gtest.h>

#include <array>
#include <string>

#include "base/nearest.h"
#include "cli/terminal.h"

namespace sonde::cli {
namespace {

const std::array<std::string, 4> commands = {"serve", "show", "traces", "mock-llm"};

TEST(Nearest, FindsTheCommandBehindATypingError) {
  EXPECT_EQ(base::nearest("serv", commands), "serve");
  EXPECT_EQ(base::nearest("sevre", commands), "serve");
  EXPECT_EQ(base::nearest("trace", commands), "traces");
  EXPECT_EQ(base::nearest("mockllm", commands), "mock-llm");
}

TEST(Nearest, SuggestsNothingForAnotherWord) {
  EXPECT_EQ(base::nearest("banana", commands), "");
  EXPECT_EQ(base::nearest(std::string(100'000, 's'), commands), "");
}

TEST(Terminal, StylesOnlyWhereColoursAreOn) {
  EXPECT_EQ(Terminal().styled("x", Style::red), "x");
  EXPECT_EQ((Terminal{.is_terminal = true, .colours = true, .width = 80}.styled("x", Style::red)),
            "\x1b[31mx\x1b[0m");
}

TEST(Terminal, MeasuresColumnsNotBytes) {
  EXPECT_EQ(display_width("chat"), 4U);
  EXPECT_EQ(display_width("naïve…"), 6U);
  EXPECT_EQ(display_width("東京"), 4U);
  EXPECT_EQ(display_width("e\xCC\x81"), 1U);  // e and a combining acute
  EXPECT_EQ(display_width("\xFF\xFE"), 2U);   // not UTF-8
}

TEST(Terminal, CutsAtAColumnAndNeverInsideACharacter) {
  EXPECT_EQ(truncated("generate_response", 8), "generat…");
  EXPECT_EQ(truncated("generate", 8), "generate");
  EXPECT_EQ(truncated("東京都庁", 5), "東京…");
  EXPECT_EQ(truncated("東京都庁", 4), "東…");
  EXPECT_EQ(truncated("chat", 0), "");
}

}  // namespace
}  // namespace sonde::cli
