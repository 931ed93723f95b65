# The commands that read: what they draw, where they read from.
find_package(nlohmann_json 3.11 REQUIRED)

target_sources(sonde_cli PRIVATE
  format.cc http_trace_source.cc reading_options.cc show.cc table.cc trace_details.cc trace_forest.cc trace_head.cc
  trace_rows.cc trace_source.cc trace_table.cc trace_tree.cc traces.cc)
target_link_libraries(sonde_cli
  PUBLIC sonde_otlp sonde_query sonde_store
  PRIVATE sonde_http_client nlohmann_json::nlohmann_json)

sonde_test(reading_test
  SOURCES format_test.cc http_trace_source_test.cc trace_table_test.cc trace_tree_test.cc
  LIBS sonde_cli sonde_http_server)
