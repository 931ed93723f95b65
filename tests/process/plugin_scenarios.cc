#include <dlfcn.h>

#include <cstring>
#include <thread>
#include <vector>

#include "tests/process/scenario.h"

namespace sonde::test {
namespace {

class Plugin {
 public:
  explicit Plugin(const char* path) : library_(dlopen(path, RTLD_NOW | RTLD_LOCAL)) {
    if (library_ == nullptr) std::fprintf(stderr, "%s\n", dlerror());
    require(library_ != nullptr, "the plugin can be loaded");
  }
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  ~Plugin() { dlclose(library_); }

  template <class Function>
  Function* function(const char* name) const {
    void* const found = dlsym(library_, name);
    require(found != nullptr, "the plugin has its functions");
    return reinterpret_cast<Function*>(found);
  }
  void set_up(const char* path) const { function<void(const char*)>("plugin_set_up")(path); }
  void record(const char* name) const { function<void(const char*)>("plugin_record")(name); }
  void leave_open() const { function<void()>("plugin_leave_open")(); }

 private:
  void* library_;
};

/// The plugin has its own copy, shuts it down, and comes again.
void own_copy_is_unloaded(const Arguments& arguments) {
  for (int round = 0; round < 3; ++round) {
    {
      const Plugin plugin(arguments.plugin);
      plugin.set_up(arguments.path);
      std::thread([&] {
        plugin.record("plugin");
        plugin.record("plugin");
        plugin.leave_open();
      }).join();
      plugin.function<void()>("plugin_shut_down")();
    }
    require(dlopen(arguments.plugin, RTLD_NOW | RTLD_NOLOAD) == nullptr, "nothing of it is left");
  }
}

/// The same without a word of goodbye.
void own_copy_is_forgotten(const Arguments& arguments) {
  for (int round = 0; round < 3; ++round) {
    const Plugin plugin(arguments.plugin);
    plugin.set_up(arguments.path);
    plugin.record("plugin");
    std::thread([&] { plugin.record("plugin"); }).join();
    plugin.leave_open();
  }
}

/// A thread that recorded goes on after the plugin has gone, and ends.
void own_copy_is_unloaded_before_thread_ends(const Arguments& arguments) {
  std::atomic<int> phase{0};
  const auto reach = [&](int next) {
    phase = next;
    phase.notify_all();
  };
  const auto await = [&](int wanted) {
    for (int now = phase; now < wanted; now = phase) phase.wait(now);
  };
  std::optional<Plugin> plugin;
  plugin.emplace(arguments.plugin);
  plugin->set_up(arguments.path);
  std::thread thread([&] {
    plugin->record("thread");
    reach(1);
    await(2);
  });
  await(1);
  plugin.reset();
  reach(2);
  thread.join();
}

/// Nothing stops the plugin's worker, which must not lose the code that it runs.
void own_copy_is_left_running(const Arguments& arguments) {
  {
    const Plugin plugin(arguments.plugin);
    plugin.function<void(const char*)>("plugin_set_up_for_good")(arguments.path);
    std::thread([&] { plugin.record("plugin"); }).join();  // this thread's own would hold the plugin
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (read_span_lines(arguments.path).empty() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void shared_copy_is_kept(const Arguments& arguments) {
  const Telemetry telemetry = setup_to_file(arguments);
  Span* span = nullptr;
  {
    const Plugin plugin(arguments.plugin);
    plugin.record("plugin");
    plugin.leave_open();
    span = plugin.function<Span*(const char*)>("plugin_start_span")("handed-over");
  }
  record("application");
  span->set_attribute("plugin", false);
  delete span;
}

/// Two copies in one process do not see each other's spans, current ones included.
void two_copies(const Arguments& arguments) {
  const Telemetry telemetry = setup_to_file(arguments);
  const Plugin plugin(arguments.plugin);
  plugin.set_up((std::string(arguments.path) + ".plugin").c_str());
  auto span = get_tracer("process").start_as_current_span("application");
  require(std::strlen(plugin.function<const char*()>("plugin_current_trace")()) == 0,
          "the plugin's copy has a current span of its own");
  plugin.record("plugin");
  record("child");
}

}  // namespace

void add_plugin_scenarios(std::vector<Scenario>& scenarios) {
  scenarios.insert(scenarios.end(), {{"plugin_own_copy_is_unloaded", own_copy_is_unloaded},
                                     {"plugin_own_copy_is_forgotten", own_copy_is_forgotten},
                                     {"plugin_own_copy_is_unloaded_before_thread_ends",
                                      own_copy_is_unloaded_before_thread_ends},
                                     {"plugin_own_copy_is_left_running", own_copy_is_left_running},
                                     {"plugin_shared_copy_is_kept", shared_copy_is_kept},
                                     {"plugin_two_copies", two_copies}});
}

}  // namespace sonde::test
