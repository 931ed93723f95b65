#include <sonde/coroutine.hpp>
#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>
#include <sonde/traced.hpp>

#include <coroutine>
#include <cstdio>
#include <exception>
#include <string>
#include <thread>
#include <utility>

namespace {

// A task type of one's own. It differs from any other in its base and in starting(...) and finishing(...).
class Task {
 public:
  struct Promise : sonde::ContextPromise {
    Task get_return_object() { return Task(std::coroutine_handle<Promise>::from_promise(*this)); }
    auto initial_suspend() noexcept { return starting(std::suspend_always{}); }
    auto final_suspend() noexcept { return finishing(ResumeAwaiting{}); }
    void return_value(std::string returned) { value = std::move(returned); }
    void unhandled_exception() noexcept { exception = std::current_exception(); }

    std::coroutine_handle<> awaiting = std::noop_coroutine();
    std::string value;
    std::exception_ptr exception;
  };
  using promise_type = Promise;

  struct ResumeAwaiting {
    bool await_ready() noexcept { return false; }
    auto await_suspend(std::coroutine_handle<Promise> task) noexcept { return task.promise().awaiting; }
    void await_resume() noexcept {}
  };

  explicit Task(std::coroutine_handle<Promise> task) : task_(task) {}
  Task(Task&& other) noexcept : task_(std::exchange(other.task_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (task_ != nullptr) task_.destroy();
  }

  bool await_ready() noexcept { return false; }
  auto await_suspend(std::coroutine_handle<> awaiting) noexcept {
    task_.promise().awaiting = awaiting;
    return task_;
  }
  std::string await_resume() {
    if (task_.promise().exception) std::rethrow_exception(task_.promise().exception);
    return std::move(task_.promise().value);
  }
  void start() { task_.resume(); }

 private:
  std::coroutine_handle<Promise> task_;
};

/// Goes on on a new thread, as if a pool or a network library had called back.
struct SwitchThread {
  bool await_ready() noexcept { return false; }
  void await_suspend(std::coroutine_handle<> coroutine) { *thread = std::thread(coroutine); }
  void await_resume() noexcept {}
  std::thread* thread;
};

Task retrieve(std::string question, std::thread* thread) {
  auto span = sonde::get_tracer("example").start_as_current_span("retrieve");
  co_await SwitchThread{thread};
  span.set_attribute("doc_count", 3);  // the span is still current, on another thread
  co_return "documents about " + question;
}

}  // namespace

int main() {
  auto telemetry = sonde::setup({.service_name = "coroutine-example"});
  auto answer = sonde::traced("answer", [](std::string question, std::thread* thread) -> Task {
    auto documents = co_await retrieve(std::move(question), thread);
    sonde::get_tracer("example").start_as_current_span("generate").set_attribute("model", "gpt-4o-mini");
    std::printf("answered from %s\n", documents.c_str());
    co_return "answer";
  });

  std::thread thread;
  Task task = answer("spans", &thread);
  task.start();
  thread.join();
}
