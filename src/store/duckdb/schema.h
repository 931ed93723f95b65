#pragma once

#include <cstdint>

#include "sonde/expected.hpp"
#include "store/duckdb/connection.h"

namespace sonde::store::duckdb {

/// Goes up with every change that an older Sonde would misread. A change also needs, in prepare_schema(), the
/// way from the version before.
inline constexpr std::uint32_t schema_version = 1;

/// Makes the tables in an empty database; checks that another holds a Sonde store of this version. Fails with
/// unimplemented for one that a newer Sonde wrote, with invalid_argument for another program's database.
[[nodiscard]] Expected<void> prepare_schema(Connection& connection, bool read_only);

}  // namespace sonde::store::duckdb
