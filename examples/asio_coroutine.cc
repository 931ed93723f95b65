#include <sonde/bridge/asio.hpp>
#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>
#include <sonde/traced.hpp>

#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstdio>
#include <string>

namespace {

namespace asio = boost::asio;
using asio::experimental::awaitable_operators::operator&&;  // NOLINT(misc-unused-using-decls): it is used

/// Stands for a call over the network.
asio::awaitable<void> wait_for_answer() {
  asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(5));
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<int> search(std::string index) {
  co_await wait_for_answer();
  // Whichever thread this goes on on, the span that traced() made is current.
  sonde::get_tracer("example").start_span("rank " + index).end();
  co_return 3;
}

asio::awaitable<void> answer(std::string question) {
  auto tracer = sonde::get_tracer("example");
  auto traced_search = sonde::traced("search", search);

  // Concurrent children: each has its own span, and all of them the same parent.
  const auto [papers, notes] = co_await (traced_search("papers") && traced_search("notes"));

  auto span = tracer.start_span("generate");
  span.set_attribute("doc_count", papers + notes);
  co_await sonde::with_span(span, wait_for_answer());
  std::printf("answered '%s' from %d documents\n", question.c_str(), papers + notes);
}

}  // namespace

int main() {
  auto telemetry = sonde::setup({.service_name = "asio-example"});
  asio::thread_pool pool(2);

  auto request = sonde::get_tracer("example").start_as_current_span("request");
  asio::co_spawn(sonde::bridge::carry_context(pool.get_executor()), answer("How fast is it?"),
                 asio::detached);
  pool.join();
}
