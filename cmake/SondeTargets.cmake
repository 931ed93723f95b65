# How the project declares its libraries, tests, benchmarks and fuzz targets: one call each.

# sonde_library(NAME SOURCES a.cc b.cc LIBS public... PRIVATE_LIBS private...)
function(sonde_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS;PRIVATE_LIBS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_include_directories(${name} PUBLIC
    $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>
    $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/src>)
  target_link_libraries(${name} PUBLIC ${arg_LIBS}
                        PRIVATE ${arg_PRIVATE_LIBS} $<BUILD_INTERFACE:sonde_warnings>)
endfunction()

# sonde_test(NAME [SLOW] SOURCES a_test.cc LIBS libs...): a GoogleTest binary, each TEST its own ctest case.
# Labelled "fast" unless SLOW; the sanitizer presets run the fast ones.
function(sonde_test name)
  if(NOT SONDE_BUILD_TESTS)
    return()
  endif()
  cmake_parse_arguments(arg "SLOW" "TIMEOUT" "SOURCES;LIBS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  if(arg_SLOW)
    set(label slow)
  else()
    set(label fast)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBS} GTest::gmock GTest::gtest_main sonde_warnings)
  include(GoogleTest)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST TEST_PREFIX "${name}/"
                       PROPERTIES LABELS ${label} TIMEOUT ${arg_TIMEOUT})
endfunction()

# sonde_benchmark(NAME SOURCES a_bench.cc LIBS libs...): a Google Benchmark binary, never run by the tests.
function(sonde_benchmark name)
  if(NOT SONDE_BUILD_BENCHMARKS OR SONDE_SANITIZER)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBS} benchmark::benchmark_main sonde_warnings)
endfunction()

# sonde_fuzz(NAME SOURCES a_fuzz.cc LIBS libs...): a libFuzzer target, built under the fuzz preset only, where ctest
# runs it for SONDE_FUZZ_SECONDS. It starts from the seeds in tests/fuzz/NAME, where the input of a mended crash is
# added, and keeps what it finds in the build folder.
function(sonde_fuzz name)
  if(NOT SONDE_FUZZ)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBS} sonde_warnings)
  target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  set(corpus ${CMAKE_BINARY_DIR}/corpus/${name})
  set(seeds ${CMAKE_SOURCE_DIR}/tests/fuzz/${name})
  if(NOT EXISTS ${seeds})
    set(seeds "")
  endif()
  file(MAKE_DIRECTORY ${corpus})
  add_test(NAME fuzz/${name}
           COMMAND ${name} -max_total_time=${SONDE_FUZZ_SECONDS} -timeout=10 -rss_limit_mb=2048
                   -artifact_prefix=${corpus}/ ${corpus} ${seeds})
  set_tests_properties(fuzz/${name} PROPERTIES LABELS fuzz)
endfunction()
