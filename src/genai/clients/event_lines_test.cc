#include "genai/clients/event_lines.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace sonde::genai::detail {
namespace {

using testing::ElementsAre;

/// The events of a body that arrives in pieces of that size.
std::vector<std::string> split(std::string_view body, std::size_t size, bool are_plain_lines = false) {
  EventLines lines(are_plain_lines);
  std::vector<std::string> events;
  for (; !body.empty(); body.remove_prefix(std::min(size, body.size()))) {
    EXPECT_TRUE(lines.feed(body.substr(0, size), [&](std::string_view data) {
      events.emplace_back(data);
      return true;
    }));
  }
  return events;
}

TEST(EventLines, AreTheSameHoweverTheBytesArrive) {
  constexpr std::string_view body =
      ": a comment\nevent: delta\nid: 1\ndata: one\n\ndata:two\r\ndata: lines\r\n\r\n\n\ndata: unfinished";
  for (std::size_t size = 1; size <= body.size(); ++size) {
    EXPECT_THAT(split(body, size), ElementsAre("one", "two\nlines")) << size;
  }
}

TEST(EventLines, OfJsonAreAnEventEach) {
  EXPECT_THAT(split("{}\n\n{\"a\":1}\r\n{\"unfinished", 3, true), ElementsAre("{}", "{\"a\":1}"));
}

TEST(EventLines, EndWhenNoMoreAreWanted) {
  EventLines lines(true);
  int count = 0;
  EXPECT_FALSE(lines.feed("1\n2\n3\n", [&](std::string_view) { return ++count < 2; }));
  EXPECT_EQ(count, 2);
  EXPECT_FALSE(lines.is_too_long());
}

TEST(EventLines, AreBounded) {
  const std::string piece(1 << 20, 'x');
  for (const bool are_plain_lines : {false, true}) {
    EventLines lines(are_plain_lines);
    int pieces = 0;
    while (lines.feed(piece, [](std::string_view) { return true; })) ++pieces;
    EXPECT_TRUE(lines.is_too_long());
    EXPECT_EQ(pieces, 16);
  }
}

}  // namespace
}  // namespace sonde::genai::detail
