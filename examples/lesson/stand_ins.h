#pragma once

// What the lesson's code calls without saying how it works.

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

inline std::vector<std::string> retrieve(const std::string& /*query*/) {
  return {"spans form a tree", "a trace has one id", "events mark points in time"};
}

inline std::string generate(const std::string& query, const std::vector<std::string>& docs) {
  return query + ": " + docs.front();
}

struct Response {
  std::string content;
  std::int64_t total_tokens = 0;
};

inline Response call_llm(const std::string& prompt, const std::string& model) {
  return {model + " says: " + prompt, static_cast<std::int64_t>(prompt.size())};
}

/// Works the first time.
inline int do_something_risky() {
  static int calls = 0;
  if (++calls > 1) throw std::runtime_error("the model is overloaded");
  return calls;
}
