#include <cstdlib>
#include <optional>
#include <thread>
#include <vector>

#include "tests/process/scenario.h"

namespace sonde::test {
namespace {

struct RecordsWhenDestroyed {
  const char* name;
  ~RecordsWhenDestroyed() { record(name); }
};

/// Destroyed after main() has shut tracing down.
void static_destructor_after_shutdown(const Arguments& arguments) {
  const Telemetry telemetry = setup_to_file(arguments);
  static const RecordsWhenDestroyed late{"late"};
  record("main");
}

/// Tracing outlives main(), and what was made after it is destroyed before it.
void static_destructor_before_shutdown(const Arguments& arguments) {
  static const Telemetry telemetry = setup_to_file(arguments);
  static const RecordsWhenDestroyed in_time{"static"};
  record("main");
}

/// ... and what was made before it is destroyed after it.
void static_destructor_with_static_telemetry_gone(const Arguments& arguments) {
  static const RecordsWhenDestroyed late{"late"};
  static const Telemetry telemetry = setup_to_file(arguments);
  record("main");
}

void thread_local_destructor(const Arguments& arguments) {
  const Telemetry telemetry = setup_to_file(arguments);
  std::thread([] {
    // Destroyed after what the SDK keeps for the thread, which was made later.
    thread_local const RecordsWhenDestroyed before{"first"};
    static_cast<void>(&before);
    record("thread");
    thread_local const RecordsWhenDestroyed after{"second"};
    static_cast<void>(&after);
  }).join();
  record("main");
}

void main_thread_local_destructor(const Arguments& arguments) {
  static const Telemetry telemetry = setup_to_file(arguments);
  thread_local const RecordsWhenDestroyed local{"local"};
  static_cast<void>(&local);
  record("main");
}

void atexit_handler(const Arguments& arguments) {
  static std::optional<Telemetry> telemetry;
  std::atexit([] { record("too-late"); });  // runs after the destructor below is registered: last
  telemetry.emplace(setup_to_file(arguments));
  std::atexit([] {
    record("atexit");
    telemetry.reset();
  });
  record("main");
}

/// Nobody shuts down; the worker is asleep or at work.
void exit_with_worker_alive(const Arguments& arguments) {
  static Telemetry* const telemetry = new Telemetry(setup_to_file(arguments));
  record("main");
  require(telemetry->force_flush(), "flushes");
  for (int i = 0; i < 5'000; ++i) record("unflushed");
  std::exit(3);
}

void exit_from_another_thread(const Arguments& arguments) {
  static Telemetry* const telemetry = new Telemetry(setup_to_file(arguments));
  record("main");
  require(telemetry->force_flush(), "flushes");
  std::thread([] {
    auto open = get_tracer("process").start_as_current_span("open");
    std::exit(3);
  }).join();
}

void underscore_exit(const Arguments& arguments) {
  static Telemetry* const telemetry = new Telemetry(setup_to_file(arguments));
  record("main");
  require(telemetry->force_flush(), "flushes");
  for (int i = 0; i < 5'000; ++i) record("unflushed");
  _exit(3);
}

void quick_exit(const Arguments& arguments) {
  static Telemetry* const telemetry = new Telemetry(setup_to_file(arguments));
  std::at_quick_exit([] {
    record("quick");
    telemetry->force_flush();
  });
  record("main");
  std::quick_exit(3);
}

/// The spans of frames that exit() never unwinds.
void exit_with_open_spans(const Arguments& arguments) {
  static const Telemetry telemetry = setup_to_file(arguments);
  auto outer = get_tracer("process").start_as_current_span("outer");
  auto inner = get_tracer("process").start_as_current_span("inner");
  record("main");
  std::exit(3);
}

}  // namespace

void add_exit_scenarios(std::vector<Scenario>& scenarios) {
  scenarios.insert(
      scenarios.end(),
      {{"exit_static_destructor_after_shutdown", static_destructor_after_shutdown},
       {"exit_static_destructor_before_shutdown", static_destructor_before_shutdown},
       {"exit_static_destructor_with_static_telemetry_gone", static_destructor_with_static_telemetry_gone},
       {"exit_thread_local_destructor", thread_local_destructor},
       {"exit_main_thread_local_destructor", main_thread_local_destructor},
       {"exit_atexit_handler", atexit_handler},
       {"exit_with_worker_alive", exit_with_worker_alive},
       {"exit_from_another_thread", exit_from_another_thread},
       {"exit_underscore", underscore_exit},
       {"exit_quick", quick_exit},
       {"exit_with_open_spans", exit_with_open_spans}});
}

}  // namespace sonde::test
