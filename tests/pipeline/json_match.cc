#include "json_match.h"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>

namespace sonde::pipeline {
namespace {

using nlohmann::json;

class Comparison {
 public:
  explicit Comparison(Match match) : match_(match) {}

  void compare(const json& expected, const json& actual, const std::string& place) {
    if (expected == "<any>") return;
    if (expected.is_object() && actual.is_object()) {
      compare_objects(expected, actual, place);
    } else if (expected.is_array() && actual.is_array()) {
      compare_arrays(expected, actual, place);
    } else if (expected != actual) {
      differences_.push_back(place + ": expected " + expected.dump() + ", got " + actual.dump());
    }
  }

  std::vector<std::string> take() { return std::move(differences_); }

 private:
  void compare_objects(const json& expected, const json& actual, const std::string& place) {
    for (const auto& [key, value] : expected.items()) {
      const std::string there = place + "." + key;
      const auto found = actual.find(key);
      if (value == "<absent>") {
        if (found != actual.end()) differences_.push_back(there + ": expected nothing, got " + found->dump());
      } else if (found == actual.end()) {
        differences_.push_back(there + ": expected " + value.dump() + ", got nothing");
      } else {
        compare(value, *found, there);
      }
    }
    if (match_ == Match::subset) return;
    for (const auto& [key, value] : actual.items()) {
      if (!expected.contains(key))
        differences_.push_back(place + "." + key + ": not expected, got " + value.dump());
    }
  }

  void compare_arrays(const json& expected, const json& actual, const std::string& place) {
    const bool goes_on = !expected.empty() && expected.back() == "...";
    const std::size_t count = expected.size() - (goes_on ? 1 : 0);
    if (goes_on ? actual.size() < count : actual.size() != count) {
      differences_.push_back(place + ": expected " + std::to_string(count) + (goes_on ? " or more" : "") +
                             " elements, got " + std::to_string(actual.size()) + ": " + actual.dump());
    }
    for (std::size_t i = 0; i < std::min(count, actual.size()); ++i) {
      compare(expected[i], actual[i], place + "[" + std::to_string(i) + "]");
    }
  }

  Match match_;
  std::vector<std::string> differences_;
};

}  // namespace

std::vector<std::string> differences(const json& expected, const json& actual, Match match) {
  Comparison comparison(match);
  comparison.compare(expected, actual, "$");
  return comparison.take();
}

}  // namespace sonde::pipeline
