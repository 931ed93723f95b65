#pragma once

// Propagators carry context from one process to another: inject() writes it into what goes out, such as an
// HTTP request's headers, and extract() reads it from what comes in.
//
//     std::map<std::string, std::string> headers;
//     sonde::inject(headers);                                // the current context, by the global propagator
//     ...
//     const sonde::ContextScope scope(sonde::extract(request.headers));
//
// A carrier may be a map or a list of pairs of strings, or a function: one that takes a key and gives its
// value to extract from, one that takes a key and a value to inject into. Keys are header names in lower case
// or, of B3's many headers, in their usual spelling; they are found in any case. What is malformed in a
// carrier is passed over, as if it were not there: it never fails, and what is kept of it is bounded.
//
// Source: specification context/api-propagators.md.

#include <concepts>
#include <cstddef>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "sonde/context.hpp"
#include "sonde/expected.hpp"

namespace sonde {

/// What extract() reads from. Used during the call only.
class CarrierGetter {
 public:
  virtual ~CarrierGetter() = default;
  /// The value of that key, found whatever its case; several of them joined by commas, none as "".
  [[nodiscard]] virtual std::string get(std::string_view key) const = 0;
  /// The keys there are, as far as they are known; Jaeger's baggage is found by them.
  [[nodiscard]] virtual std::vector<std::string> keys() const { return {}; }

 protected:
  CarrierGetter() = default;
  CarrierGetter(const CarrierGetter&) = default;
  CarrierGetter& operator=(const CarrierGetter&) = default;
};

/// What inject() writes into. Used during the call only.
class CarrierSetter {
 public:
  virtual ~CarrierSetter() = default;
  /// Sets or replaces the value of that key.
  virtual void set(std::string_view key, std::string_view value) = 0;

 protected:
  CarrierSetter() = default;
  CarrierSetter(const CarrierSetter&) = default;
  CarrierSetter& operator=(const CarrierSetter&) = default;
};

/// One format of context on the wire. Immutable; any thread may use it at any time.
class TextMapPropagator {
 public:
  virtual ~TextMapPropagator() = default;

  /// `context` with what the carrier holds; the same context if it holds nothing that can be used.
  template <class Carrier>
  [[nodiscard]] Context extract(const Carrier& carrier, const Context& context = Context::current()) const;

  /// Writes `context` into the carrier; nothing of an invalid span, nothing of empty baggage.
  template <class Carrier>
  void inject(Carrier&& carrier, const Context& context = Context::current()) const;

  /// The keys inject() may set, for carriers that are used again and must be cleared of them first.
  [[nodiscard]] virtual std::vector<std::string> fields() const = 0;

  // What a propagator of your own implements.
  [[nodiscard]] virtual Context extract_from(const CarrierGetter& carrier, const Context& context) const = 0;
  virtual void inject_into(CarrierSetter& carrier, const Context& context) const = 0;

 protected:
  TextMapPropagator() = default;
  TextMapPropagator(const TextMapPropagator&) = default;
  TextMapPropagator& operator=(const TextMapPropagator&) = default;
};

/// A propagator of these names, one after the other, as in OTEL_PROPAGATORS: tracecontext and baggage (W3C's
/// both), b3 (one header), b3multi, jaeger; none, alone, for one that does nothing. A name that comes twice
/// counts once; one that is none of these is an error.
[[nodiscard]] Expected<std::unique_ptr<TextMapPropagator>> make_propagator(
    std::span<const std::string> names);

/// Extracts and injects by each in turn; of what two extract alike, the later's counts.
[[nodiscard]] std::unique_ptr<TextMapPropagator> make_composite_propagator(
    std::vector<std::unique_ptr<TextMapPropagator>> propagators);

/// The propagator that libraries should use; it does nothing until one is set, which setup() does. Valid for
/// ever.
[[nodiscard]] const TextMapPropagator& global_propagator() noexcept;
/// Thread-safe. Those set before are kept, so this is for a program's start, not for every request.
void set_global_propagator(std::unique_ptr<TextMapPropagator> propagator);

namespace detail {

[[nodiscard]] bool is_same_header(std::string_view a, std::string_view b) noexcept;

template <class Range>
concept StringPairs = requires(const Range& range) {
  std::string_view(range.begin()->first);
  std::string_view(range.begin()->second);
  range.end();
};

template <StringPairs Range>
class PairsGetter final : public CarrierGetter {
 public:
  explicit PairsGetter(const Range& range) noexcept : range_(range) {}
  [[nodiscard]] std::string get(std::string_view key) const override {
    std::string joined;
    bool is_first = true;
    for (const auto& [name, value] : range_) {
      if (!is_same_header(name, key)) continue;
      if (!std::exchange(is_first, false)) joined += ',';
      joined += std::string_view(value);
    }
    return joined;
  }
  [[nodiscard]] std::vector<std::string> keys() const override {
    std::vector<std::string> all;
    all.reserve(static_cast<std::size_t>(std::distance(range_.begin(), range_.end())));
    for (const auto& [name, value] : range_) all.emplace_back(std::string_view(name));
    return all;
  }

 private:
  const Range& range_;
};

/// The function may return a string of any kind, a null pointer, or an optional one.
template <class Function>
class FunctionGetter final : public CarrierGetter {
 public:
  explicit FunctionGetter(const Function& function) noexcept : function_(function) {}
  [[nodiscard]] std::string get(std::string_view key) const override {
    const auto found = function_(key);
    if constexpr (requires { found.has_value(); }) {
      return found.has_value() ? std::string(*found) : std::string();
    } else if constexpr (std::is_pointer_v<decltype(found)>) {
      return found == nullptr ? std::string() : std::string(found);
    } else {
      return std::string(found);
    }
  }

 private:
  const Function& function_;
};

template <StringPairs Range>
class PairsSetter final : public CarrierSetter {
 public:
  explicit PairsSetter(Range& range) noexcept : range_(range) {}
  void set(std::string_view key, std::string_view value) override {
    if constexpr (requires { range_.insert_or_assign(std::string(key), std::string(value)); }) {
      range_.insert_or_assign(std::string(key), std::string(value));
    } else {
      for (auto& [name, present] : range_) {
        if (!is_same_header(name, key)) continue;
        present = std::string(value);
        return;
      }
      range_.emplace_back(std::string(key), std::string(value));
    }
  }

 private:
  Range& range_;
};

template <class Function>
class FunctionSetter final : public CarrierSetter {
 public:
  explicit FunctionSetter(Function& function) noexcept : function_(function) {}
  void set(std::string_view key, std::string_view value) override { function_(key, value); }

 private:
  Function& function_;
};

}  // namespace detail

template <class Carrier>
Context TextMapPropagator::extract(const Carrier& carrier, const Context& context) const {
  if constexpr (std::derived_from<Carrier, CarrierGetter>) {
    return extract_from(carrier, context);
  } else if constexpr (detail::StringPairs<Carrier>) {
    return extract_from(detail::PairsGetter<Carrier>(carrier), context);
  } else {
    static_assert(std::is_invocable_v<const Carrier&, std::string_view>,
                  "a carrier to extract from is a range of pairs of strings, a function of a key, or a "
                  "CarrierGetter");
    return extract_from(detail::FunctionGetter<Carrier>(carrier), context);
  }
}

template <class Carrier>
void TextMapPropagator::inject(Carrier&& carrier, const Context& context) const {
  using Plain = std::remove_reference_t<Carrier>;
  if constexpr (std::derived_from<Plain, CarrierSetter>) {
    inject_into(carrier, context);
  } else if constexpr (detail::StringPairs<Plain>) {
    detail::PairsSetter<Plain> setter(carrier);
    inject_into(setter, context);
  } else {
    static_assert(
        std::is_invocable_v<Plain&, std::string_view, std::string_view>,
        "a carrier to inject into is a map or a list of pairs of strings, a function of a key and a "
        "value, or a CarrierSetter");
    detail::FunctionSetter<Plain> setter(carrier);
    inject_into(setter, context);
  }
}

/// By the global propagator: `context` with what the carrier holds.
template <class Carrier>
[[nodiscard]] Context extract(const Carrier& carrier, const Context& context = Context::current()) {
  return global_propagator().extract(carrier, context);
}

/// By the global propagator: writes `context` into the carrier.
template <class Carrier>
void inject(Carrier&& carrier, const Context& context = Context::current()) {
  global_propagator().inject(std::forward<Carrier>(carrier), context);
}

}  // namespace sonde
