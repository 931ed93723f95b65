#include "store/duckdb/engine.h"

#include <array>
#include <filesystem>
#include <system_error>

#include "store/duckdb/schema.h"

namespace sonde::store::duckdb {
namespace {

constexpr std::size_t most_idle_readers = 4;

std::string file_of(const DuckDbOptions& options) { return (options.directory / "sonde.duckdb").string(); }

Error cannot_open(const DuckDbOptions& options, ErrorCode code, const std::string& why) {
  const std::string what =
      options.directory.empty() ? "the store in memory" : "the store in " + options.directory.string();
  return {code, "cannot open " + what + ": " + why};
}

Expected<void> prepare_directory(const DuckDbOptions& options) {
  if (options.directory.empty()) return {};
  std::error_code error;
  if (options.read_only) {
    if (std::filesystem::exists(file_of(options), error)) return {};
    return cannot_open(options, ErrorCode::not_found, "there is no sonde.duckdb");
  }
  std::filesystem::create_directories(options.directory, error);
  if (!error) return {};
  const bool is_denied = error == std::errc::permission_denied || error == std::errc::read_only_file_system;
  return cannot_open(options, is_denied ? ErrorCode::permission_denied : ErrorCode::invalid_argument,
                     "the directory cannot be made: " + error.message());
}

Expected<OwnedConfig> configuration(const DuckDbOptions& options) {
  const std::array<std::pair<const char*, std::string>, 9> settings{{
      {"access_mode", options.read_only ? "READ_ONLY" : "READ_WRITE"},
      {"memory_limit", std::to_string(options.memory_limit) + "B"},
      {"threads", std::to_string(options.threads)},
      // The order of rows means nothing here, and keeping it costs.
      {"preserve_insertion_order", "false"},
      // Needed for zstd; such a file is read by this version of DuckDB and later ones.
      {"storage_compatibility_version", "latest"},
      // Checkpoints are ours to start, after the acknowledgements and not before them.
      {"checkpoint_threshold", "1TB"},
      // Nothing comes from the network, ever.
      {"autoinstall_known_extensions", "false"},
      {"autoload_known_extensions", "false"},
      {"allow_community_extensions", "false"},
  }};
  OwnedConfig config;
  if (duckdb_create_config(config.out()) == DuckDBError) {
    return Error{ErrorCode::internal, "DuckDB gave no configuration"};
  }
  for (const auto& [name, value] : settings) {
    if (duckdb_set_config(config.get(), name, value.c_str()) == DuckDBError) {
      return Error{ErrorCode::invalid_argument,
                   "the database does not take '" + value + "' as its " + std::string(name)};
    }
  }
  return config;
}

/// What DuckDB says of opening a file, whose meaning is only in its words.
ErrorCode code_of(std::string_view message) {
  if (message.find("Could not set lock") != std::string_view::npos) return ErrorCode::unavailable;
  if (message.find("Permission denied") != std::string_view::npos) return ErrorCode::permission_denied;
  return ErrorCode::invalid_argument;
}

}  // namespace

Expected<std::unique_ptr<Engine>> Engine::open(const DuckDbOptions& options) {
  const Expected<void> directory = prepare_directory(options);
  if (!directory) return directory.error();
  std::unique_ptr<Engine> engine(new Engine(options));
  Expected<std::unique_ptr<Database>> database = engine->open_database();
  if (!database) return cannot_open(options, database.error().code, database.error().message);
  engine->database_ = std::move(*database);
  return engine;
}

Expected<std::unique_ptr<Engine::Database>> Engine::open_database() const {
  const Expected<OwnedConfig> config = configuration(options_);
  if (!config) return config.error();
  auto database = std::make_unique<Database>();
  const std::string file = options_.directory.empty() ? ":memory:" : file_of(options_);
  char* message = nullptr;
  if (duckdb_open_ext(file.c_str(), database->handle.out(), config->get(), &message) == DuckDBError) {
    const std::string why = message == nullptr ? "no reason given" : message;
    duckdb_free(message);
    return Error{code_of(why), why};
  }
  OwnedConnection connection;
  if (duckdb_connect(database->handle.get(), connection.out()) == DuckDBError) {
    return Error{ErrorCode::internal, "the database gave no connection"};
  }
  Connection writer(std::move(connection), database->is_invalid);
  const Expected<void> prepared = prepare_schema(writer, options_.read_only);
  if (!prepared) return prepared.error();
  if (options_.read_only) return database;
  Expected<std::unique_ptr<Session>> session = Session::create(std::move(writer));
  if (!session) return session.error();
  database->session = std::move(*session);
  return database;
}

Expected<void> Engine::open_again() {
  const std::unique_lock lock(mutex_);
  if (is_closed_) return closed();
  if (database_ != nullptr && !database_->is_invalid) return {};
  database_.reset();  // first, because a process can have a file open once only
  Expected<std::unique_ptr<Database>> database = open_database();
  if (!database) return cannot_open(options_, ErrorCode::unavailable, database.error().message);
  database_ = std::move(*database);
  return {};
}

Expected<Connection> Engine::take_reader(Database& database) {
  {
    const std::lock_guard lock(database.readers_mutex);
    if (!database.idle_readers.empty()) {
      Connection connection = std::move(database.idle_readers.back());
      database.idle_readers.pop_back();
      return connection;
    }
  }
  OwnedConnection connection;
  if (duckdb_connect(database.handle.get(), connection.out()) == DuckDBError) {
    return Error{ErrorCode::unavailable, "the store's database gave no connection"};
  }
  return Connection(std::move(connection), database.is_invalid);
}

void Engine::give_back(Database& database, Connection connection) {
  const std::lock_guard lock(database.readers_mutex);
  if (database.idle_readers.size() < most_idle_readers) {
    database.idle_readers.push_back(std::move(connection));
  }
}

std::uintmax_t Engine::log_size() const {
  if (options_.directory.empty()) return 0;
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file_of(options_) + ".wal", error);
  return error ? 0 : size;
}

void Engine::close() {
  is_closed_ = true;
  const std::unique_lock lock(mutex_);
  database_.reset();
}

}  // namespace sonde::store::duckdb
