# Finds DuckDB: its C header and its shared library, 1.5 or later. A system installation comes first, then the
# copy that scripts/fetch-duckdb puts under build/deps. Defines DuckDB::duckdb.
find_path(DuckDB_INCLUDE_DIR duckdb.h)
find_library(DuckDB_LIBRARY duckdb)
if(NOT DuckDB_INCLUDE_DIR OR NOT DuckDB_LIBRARY)
  # Both or neither: a header and a library of different origin need not fit.
  set(duckdb_fetched ${CMAKE_SOURCE_DIR}/build/deps/duckdb)
  unset(DuckDB_INCLUDE_DIR CACHE)
  unset(DuckDB_LIBRARY CACHE)
  find_path(DuckDB_INCLUDE_DIR duckdb.h PATHS ${duckdb_fetched}/include NO_DEFAULT_PATH)
  find_library(DuckDB_LIBRARY duckdb PATHS ${duckdb_fetched}/lib NO_DEFAULT_PATH)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(DuckDB REQUIRED_VARS DuckDB_LIBRARY DuckDB_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "Run scripts/setup, which fetches it, or install libduckdb and duckdb.h.")
mark_as_advanced(DuckDB_INCLUDE_DIR DuckDB_LIBRARY)

if(DuckDB_FOUND AND NOT TARGET DuckDB::duckdb)
  add_library(DuckDB::duckdb SHARED IMPORTED)
  set_target_properties(DuckDB::duckdb PROPERTIES
    IMPORTED_LOCATION ${DuckDB_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${DuckDB_INCLUDE_DIR})  # imported, hence SYSTEM
endif()
