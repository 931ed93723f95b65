#include "store/duckdb/group_writer.h"

#include <string>
#include <utility>

namespace sonde::store::duckdb {

GroupWriter::GroupWriter(Engine& engine, const DuckDbOptions& options)
    : engine_(engine),
      max_pending_bytes_(options.max_pending_bytes),
      checkpoint_bytes_(options.checkpoint_bytes),
      next_checkpoint_(options.checkpoint_bytes),
      thread_([this] { run(); }) {}

bool GroupWriter::has_room(std::size_t bytes) const {
  return pending_bytes_ == 0 || (bytes <= max_pending_bytes_ && pending_bytes_ <= max_pending_bytes_ - bytes);
}

void GroupWriter::add(Batch batch, std::size_t bytes, otlp::Done done) {
  Error refusal{ErrorCode::unavailable, {}};
  {
    const std::lock_guard lock(mutex_);
    if (!is_closed_ && has_room(bytes)) {
      pending_bytes_ += bytes;
      queued_.batches.push_back(std::move(batch));
      queued_.dones.push_back(std::move(done));
      queued_.bytes += bytes;
      queued_changed_.notify_one();
      return;
    }
    refusal.message = is_closed_ ? "the store is closed"
                                 : "the store is behind: " + std::to_string(pending_bytes_) +
                                       " bytes wait to be written, and no more than " +
                                       std::to_string(max_pending_bytes_) + " may";
  }
  done(std::move(refusal));
}

void GroupWriter::close() {
  {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
  }
  queued_changed_.notify_one();
  std::call_once(joined_, [this] { thread_.join(); });
}

bool GroupWriter::take(Group& group) {
  std::unique_lock lock(mutex_);
  queued_changed_.wait(lock, [this] { return is_closed_ || !queued_.batches.empty(); });
  group = std::exchange(queued_, {});
  return !group.batches.empty();
}

void GroupWriter::run() {
  Group group;
  while (take(group)) {
    write(group);
    group = {};
    checkpoint_if_due();
  }
}

void GroupWriter::write(const Group& group) {
  const Expected<void> all = write(group.batches);
  std::vector<Expected<void>> each(group.batches.size(), all);
  if (!all && each.size() > 1) {
    // One of them may be at fault; the others must not suffer for it.
    for (std::size_t i = 0; i < each.size(); ++i) each[i] = write(std::span(group.batches).subspan(i, 1));
  }
  {
    const std::lock_guard lock(mutex_);
    pending_bytes_ -= group.bytes;
  }
  for (std::size_t i = 0; i < each.size(); ++i) {
    if (each[i]) {
      group.dones[i](otlp::Receipt{});
    } else {
      group.dones[i](each[i].error());
    }
  }
}

Expected<void> GroupWriter::write(std::span<const Batch> batches) {
  return engine_.write([batches](Session& session) { return session.write(batches); });
}

void GroupWriter::checkpoint_if_due() {
  const std::uintmax_t size = engine_.log_size();
  if (size < next_checkpoint_) return;
  // A checkpoint that fails loses nothing and is tried again, but not at once: the disk may be full.
  const Expected<void> done = engine_.write([](Session& session) { return session.checkpoint(); });
  next_checkpoint_ = done ? checkpoint_bytes_ : size + checkpoint_bytes_ / 4;
}

}  // namespace sonde::store::duckdb
