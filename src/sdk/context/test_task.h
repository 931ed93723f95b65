#pragma once

// Coroutine types for the tests: a task as people write it, with or without context, a generator, and a
// thread that resumes what awaits it.

#include <coroutine>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "sonde/coroutine.hpp"
#include "sonde/with_span.hpp"

namespace sonde::test {

/// A promise without context: what ContextPromise offers, as if it were not there.
class PlainPromise {
 protected:
  static auto starting(auto awaitable) noexcept { return awaitable; }
  static auto finishing(auto awaitable) noexcept { return awaitable; }
};

/// A lazy task with symmetric transfer.
template <class Result, class Base>
class BasicTask {
 public:
  struct promise_type : Base, detail::TaskResult<Result> {
    struct FinalAwaiter {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> task) noexcept {
        const auto continuation = task.promise().continuation;
        return continuation == nullptr ? std::noop_coroutine() : continuation;
      }
      void await_resume() noexcept {}
    };
    BasicTask get_return_object() {
      return BasicTask(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    auto initial_suspend() noexcept { return this->starting(std::suspend_always{}); }
    auto final_suspend() noexcept { return this->finishing(FinalAwaiter{}); }

    std::coroutine_handle<> continuation;
  };

  explicit BasicTask(std::coroutine_handle<promise_type> task) noexcept : task_(task) {}
  BasicTask(BasicTask&& other) noexcept : task_(std::exchange(other.task_, nullptr)) {}
  BasicTask& operator=(BasicTask&& other) noexcept {
    std::swap(task_, other.task_);
    return *this;
  }
  ~BasicTask() {
    if (task_ != nullptr) task_.destroy();
  }

  auto operator co_await() && noexcept {
    struct Awaiter {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<> continuation) noexcept {
        task.promise().continuation = continuation;
        return task;
      }
      Result await_resume() { return task.promise().take(); }
      std::coroutine_handle<promise_type> task;
    };
    return Awaiter{task_};
  }

  void resume() { task_.resume(); }
  [[nodiscard]] bool is_done() const { return task_.done(); }
  Result result() { return task_.promise().take(); }

 private:
  std::coroutine_handle<promise_type> task_;
};

template <class Result = void>
using Task = BasicTask<Result, ContextPromise>;
template <class Result = void>
using PlainTask = BasicTask<Result, PlainPromise>;

/// Suspends until somebody calls resume().
class Gate {
 public:
  bool await_ready() noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) noexcept { waiting_ = waiting; }
  void await_resume() noexcept {}

  void resume() { std::exchange(waiting_, nullptr).resume(); }
  void resume_on_new_thread() {
    std::thread([this] { resume(); }).join();
  }
  [[nodiscard]] bool is_waited_at() const { return waiting_ != nullptr; }

 private:
  std::coroutine_handle<> waiting_;
};

/// Joins its threads at its end.
class Threads {
 public:
  Threads() = default;
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  ~Threads() {
    for (std::size_t i = 0;; ++i) {
      std::thread thread;
      {
        const std::lock_guard lock(mutex_);
        if (i == threads_.size()) return;
        thread = std::move(threads_[i]);
      }
      thread.join();
    }
  }

  /// An awaitable that goes on at once on a new thread, while the old one may still be suspending it.
  [[nodiscard]] auto hop() noexcept {
    struct Awaiter {
      bool await_ready() noexcept { return false; }
      void await_suspend(std::coroutine_handle<> waiting) { threads.start(waiting); }
      void await_resume() noexcept {}
      Threads& threads;
    };
    return Awaiter{*this};
  }

 private:
  void start(std::coroutine_handle<> coroutine) {
    const std::lock_guard lock(mutex_);
    threads_.emplace_back([coroutine] { coroutine.resume(); });
  }

  std::mutex mutex_;
  std::vector<std::thread> threads_;
};

template <class Value>
class Generator {
 public:
  struct promise_type : ContextPromise {
    Generator get_return_object() {
      return Generator(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    auto initial_suspend() noexcept { return starting(std::suspend_always{}); }
    auto final_suspend() noexcept { return finishing(std::suspend_always{}); }
    auto yield_value(Value value) {
      current = std::move(value);
      return suspending(std::suspend_always{});
    }
    void return_void() noexcept { current.reset(); }
    void unhandled_exception() {
      leave();
      throw;
    }
    std::optional<Value> current;
  };

  explicit Generator(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}
  Generator(Generator&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
  Generator& operator=(Generator&&) = delete;
  ~Generator() {
    if (coroutine_ != nullptr) coroutine_.destroy();
  }

  std::optional<Value> next() {
    coroutine_.resume();
    return coroutine_.promise().current;
  }

 private:
  std::coroutine_handle<promise_type> coroutine_;
};

}  // namespace sonde::test
