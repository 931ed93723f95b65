#include "sdk/diagnostics.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace sonde {
namespace {

using detail::diagnose;
using detail::set_diagnostic_handler;

/// What the handler was told.
class Told {
 public:
  void add(std::string_view message) {
    const std::lock_guard lock(mutex_);
    messages_.emplace_back(message);
  }
  [[nodiscard]] std::vector<std::string> messages() const {
    const std::lock_guard lock(mutex_);
    return messages_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> messages_;
};

TEST(Diagnostics, SaysTenThingsAMinute) {
  Told told;
  set_diagnostic_handler([&](std::string_view message) { told.add(message); });
  for (int i = 0; i < 100; ++i) diagnose(std::to_string(i));
  set_diagnostic_handler({});
  EXPECT_EQ(told.messages(), (std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}));
}

TEST(Diagnostics, LetsNoExceptionOfTheHandlerOut) {
  int calls = 0;
  set_diagnostic_handler([&](std::string_view) {
    ++calls;
    throw std::runtime_error("the handler's own");
  });
  EXPECT_NO_THROW(diagnose("first"));
  EXPECT_NO_THROW(diagnose("second"));
  set_diagnostic_handler({});
  EXPECT_EQ(calls, 2);
}

TEST(Diagnostics, HoldsUpOneThreadOnlyWhileTheHandlerHangs) {
  Told told;
  std::promise<void> entered;
  std::promise<void> let_go;
  set_diagnostic_handler([&, until = let_go.get_future().share()](std::string_view message) {
    told.add(message);
    if (message != "first") return;
    entered.set_value();
    until.wait();
  });
  std::thread held_up([] { diagnose("first"); });
  entered.get_future().wait();
  diagnose("second");  // would never return if it waited for the first
  EXPECT_EQ(told.messages(), std::vector<std::string>{"first"});
  let_go.set_value();
  held_up.join();
  set_diagnostic_handler({});
  EXPECT_EQ(told.messages(), (std::vector<std::string>{"first", "second"})) << "nothing is lost by waiting";
}

TEST(Diagnostics, MayComeFromTheHandlerItself) {
  Told told;
  set_diagnostic_handler([&](std::string_view message) {
    told.add(message);
    if (message == "first") diagnose("from the handler");
  });
  diagnose("first");
  set_diagnostic_handler({});
  EXPECT_EQ(told.messages(), (std::vector<std::string>{"first", "from the handler"}));
}

}  // namespace
}  // namespace sonde
