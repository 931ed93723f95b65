#pragma once

// What the protobuf and the JSON decoder share: the bound on memory, the words for what is wrong and where,
// and the batch under construction with the verdict on each of its spans.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "otlp/decode.h"
#include "otlp/model.h"
#include "otlp/schema.h"

namespace sonde::otlp {

inline constexpr std::size_t no_index = static_cast<std::size_t>(-1);

/// Thrown inside the decoders, never out of them: the input is not OTLP. The path grows on the way up.
struct Malformed {
  std::string reason;
  std::string path = {};  ///< Below the item or enclosing message: "attributes[2]".

  /// Puts a member's name, and its index if it is one of several, before the path.
  void prepend(std::string_view name, std::size_t index);
};

/// Calls `read()`; what is malformed in there is under `name`.
template <class Read>
void within(std::string_view name, Read read) {
  try {
    read();
  } catch (Malformed& malformed) {
    malformed.prepend(name, no_index);
    throw;
  }
}

[[noreturn]] void throw_too_deep();

/// Puts the name of the field of `object` that `is_current(field)` picks before the path.
template <class Table, class T, class IsCurrent>
void prepend_member(const Table& table, const T& object, IsCurrent is_current, Malformed& malformed) {
  const auto prepend = [&](const auto& field) {
    if (!is_current(field)) return;
    std::size_t index = no_index;
    if constexpr (std::remove_cvref_t<decltype(field)>::is_repeated_message) {
      index = (object.*field.member).size() - 1;  // the one added last; no_index if there is none yet
    }
    malformed.prepend(field.json_name, index);
  };
  std::apply([&](const auto&... field) { (prepend(field), ...); }, table);
}

/// Memory for what one request holds, in proportion to its size.
class BoundedArena {
 public:
  BoundedArena(Arena& arena, std::size_t body_size)
      : arena_(arena), bytes_left_(64 * 1024 + max_expansion * body_size) {}

  /// Takes `count * size` bytes from what the request may use. Throws Malformed if that much is not left.
  void charge(std::size_t count, std::size_t size) {
    if (count > bytes_left_ / size) throw_exhausted();
    bytes_left_ -= count * size;
  }

  /// `count` value-initialised items.
  template <class T>
  [[nodiscard]] std::span<T> array(std::size_t count) {
    charge(count, sizeof(T));
    return arena_.array<T>(count);
  }

  /// One item more at the end of `items`. The first call makes room for as many as `count()` says will come,
  /// itself included; so `items` starts empty and is filled from one message only.
  template <class T, class Count>
  [[nodiscard]] T& append(std::span<const T>& items, Count count) {
    // NOLINTBEGIN(cppcoreguidelines-pro-type-const-cast): the items are this arena's, and only their view is
    // const
    T* const first = items.empty() ? array<T>(count()).data() : const_cast<T*>(items.data());
    // NOLINTEND(cppcoreguidelines-pro-type-const-cast)
    items = {first, items.size() + 1};
    return first[items.size() - 1];
  }

  [[nodiscard]] std::string_view copy(std::string_view text) { return arena_.copy(text); }
  [[nodiscard]] std::string_view keep(std::string body) { return arena_.keep(std::move(body)); }

 private:
  [[noreturn]] static void throw_exhausted();

  Arena& arena_;
  std::size_t bytes_left_;
};

/// The ids of the wrong length in one request.
struct IdFaults {
  std::string_view own;    ///< The JSON name of an id of the current item, or empty.
  std::size_t others = 0;  ///< How many ids that items refer to, in the whole request.

  void report(kind::OwnId, std::string_view json_name) { own = json_name; }
  void report(kind::OtherId, std::string_view) { ++others; }
};

/// Builds one signal's batch while a decoder walks the request: each begin_ has its end_, properly nested.
template <class Item>
class BatchBuilder {
 public:
  explicit BatchBuilder(std::size_t body_size) : arena_(batch_->arena, body_size) {}

  [[nodiscard]] BoundedArena& arena() { return arena_; }
  [[nodiscard]] IdFaults& id_faults() { return id_faults_; }

  /// Must be told how many items will come, before the first.
  void reserve(std::size_t items) {
    arena_.charge(items, sizeof(Item));
    batch_->items.reserve(items);
  }

  [[nodiscard]] Resource& begin_resource() {
    begin(0);
    return *(resource_ = arena_.array<Resource>(1).data());
  }
  void end_resource() {
    level_ = 0;
    const AttributeValue* const name = find(resource_->attributes, "service.name");
    if (name != nullptr && name->type() == AttributeValue::Type::string) {
      resource_->service_name = name->as_string();
    }
  }
  [[nodiscard]] Scope& begin_scope() {
    begin(1);
    return *(scope_ = arena_.array<Scope>(1).data());
  }
  void end_scope() { level_ = 1; }

  [[nodiscard]] Item& begin_item() {
    begin(2);
    id_faults_.own = {};
    Item& item = batch_->items.emplace_back();
    item.resource = resource_;
    item.scope = scope_;
    return item;
  }
  /// Keeps the item that begin_item() gave, or leaves it out.
  void end_item() {
    if constexpr (std::is_same_v<Item, Span>) {
      if (const std::string_view wrong = wrong_id(batch_->items.back()); !wrong.empty()) refuse(wrong);
    }
    level_ = 2;
  }

  [[nodiscard]] Decoded<Batch<Item>> finish() &&;

  /// For the sender: what is wrong with the request, and where in it.
  [[nodiscard]] Error error(std::string_view format, Malformed malformed) const;

 private:
  void begin(std::size_t level) {
    ++begun_[level];
    for (std::size_t below = level + 1; below < begun_.size(); ++below) begun_[below] = 0;
    level_ = level + 1;
  }

  /// The JSON name of an id without which the span cannot be placed, or empty.
  [[nodiscard]] std::string_view wrong_id(const Span& span) const;
  void refuse(std::string_view wrong_id_name);
  void prepend_position(Malformed& malformed) const;

  std::shared_ptr<Batch<Item>> batch_ = std::make_shared<Batch<Item>>();
  BoundedArena arena_;
  IdFaults id_faults_;
  Resource* resource_ = nullptr;
  Scope* scope_ = nullptr;
  std::array<std::size_t, 3>
      begun_{};            ///< Resource items, scope items and items, each within the one before.
  std::size_t level_ = 0;  ///< How many of these the decoder is inside of.
  Receipt receipt_;
};

}  // namespace sonde::otlp
