#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sdk/diagnostics.h"
#include "sonde/setup.hpp"
#include "sonde/sonde.hpp"

namespace sonde {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// One test, because it is about what a process does first.
TEST(FirstUse, OfSpansBeforeSetupIsToldOnceAndLeavesNoTrace) {
  std::vector<std::string> said;
  detail::set_diagnostic_handler([&said](std::string_view line) { said.emplace_back(line); });
  const Tracer tracer = get_tracer("library");
  EXPECT_FALSE(tracer.is_enabled());
  EXPECT_THAT(said, IsEmpty()) << "to have a tracer is no use of it";

  const SpanContext remote(TraceId{{1}}, SpanId{{2}}, TraceFlags{TraceFlags::sampled}, true);
  const Span child = tracer.start_span("too early", {.parent = remote});
  EXPECT_FALSE(child.is_recording());
  EXPECT_EQ(child.context().span_id(), remote.span_id()) << "as without a provider, the parent goes through";
  EXPECT_THAT(said, ElementsAre(HasSubstr("before there was a tracer provider")));
  const Span root = tracer.start_span("too early as well");
  EXPECT_FALSE(root.context().is_valid());
  EXPECT_FALSE(get_tracer("another").start_span("and this").context().is_valid());
  EXPECT_THAT(said, ElementsAre(HasSubstr("sonde::setup()")));

  TracerProvider provider(TracerProviderOptions{});
  provider.set_as_global();
  EXPECT_TRUE(tracer.start_span("in time").context().is_valid());
  EXPECT_TRUE(get_tracer("a third").start_span("too").context().is_valid());
  provider.shutdown();
  EXPECT_FALSE(tracer.start_span("too late").context().is_valid());
  EXPECT_EQ(said.size(), 1u);
  detail::set_diagnostic_handler({});
}

}  // namespace
}  // namespace sonde
