# `sonde mock-llm` and `sonde demo`.
find_package(nlohmann_json 3.11 REQUIRED)

target_sources(sonde_cli PRIVATE demo.cc demo_check.cc demo_process.cc demo_servers.cc mock_llm.cc)
target_link_libraries(sonde_cli PRIVATE sonde_mock_llm nlohmann_json::nlohmann_json)

sonde_test(demo_test SOURCES demo_check_test.cc demo_process_test.cc LIBS sonde_cli nlohmann_json::nlohmann_json)

if(SONDE_BUILD_TESTS AND SONDE_BUILD_EXAMPLES)
  sonde_test(demo_run_test SLOW SOURCES demo_run_test.cc LIBS sonde_cli sonde_http_client nlohmann_json::nlohmann_json)
  target_compile_definitions(demo_run_test PRIVATE SONDE_BINARY="$<TARGET_FILE:sonde>")
  add_dependencies(demo_run_test sonde rag_pipeline)
endif()
