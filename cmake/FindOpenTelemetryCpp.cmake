# opentelemetry-cpp, as scripts/fetch-opentelemetry-cpp brings it or as the machine has it: OpenTelemetryCpp::api, which is
# headers only, and a target for each library, named as the file is: OpenTelemetryCpp::trace for libopentelemetry_trace.so,
# OpenTelemetryCpp::exporter_otlp_http and so on.
#
# The package's own CMake files are not used because they find gRPC once more, which Debian's allow only once.
find_path(OpenTelemetryCpp_INCLUDE_DIR opentelemetry/version.h
          HINTS ${CMAKE_SOURCE_DIR}/build/deps/opentelemetry-cpp/usr/include)
find_library(OpenTelemetryCpp_TRACE opentelemetry_trace
             HINTS ${CMAKE_SOURCE_DIR}/build/deps/opentelemetry-cpp/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE})
find_package(absl CONFIG QUIET)  # Debian builds with it, so whoever includes the headers must

if(OpenTelemetryCpp_INCLUDE_DIR)
  file(STRINGS ${OpenTelemetryCpp_INCLUDE_DIR}/opentelemetry/version.h OpenTelemetryCpp_VERSION
       REGEX "define OPENTELEMETRY_VERSION ")
  string(REGEX REPLACE ".*\"(.*)\".*" "\\1" OpenTelemetryCpp_VERSION "${OpenTelemetryCpp_VERSION}")
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenTelemetryCpp
  REQUIRED_VARS OpenTelemetryCpp_TRACE OpenTelemetryCpp_INCLUDE_DIR absl_FOUND VERSION_VAR OpenTelemetryCpp_VERSION)
mark_as_advanced(OpenTelemetryCpp_TRACE OpenTelemetryCpp_INCLUDE_DIR)

if(OpenTelemetryCpp_FOUND AND NOT TARGET OpenTelemetryCpp::api)
  add_library(OpenTelemetryCpp::api INTERFACE IMPORTED)
  target_include_directories(OpenTelemetryCpp::api SYSTEM INTERFACE ${OpenTelemetryCpp_INCLUDE_DIR})
  target_compile_definitions(OpenTelemetryCpp::api INTERFACE HAVE_ABSEIL OPENTELEMETRY_ABI_VERSION_NO=1)
  target_link_libraries(OpenTelemetryCpp::api INTERFACE absl::bad_variant_access)
  cmake_path(GET OpenTelemetryCpp_TRACE PARENT_PATH OpenTelemetryCpp_folder)
  file(GLOB OpenTelemetryCpp_files ${OpenTelemetryCpp_folder}/libopentelemetry_*.so)
  foreach(OpenTelemetryCpp_file ${OpenTelemetryCpp_files})
    string(REGEX REPLACE ".*/libopentelemetry_(.*)\\.so" "\\1" OpenTelemetryCpp_name ${OpenTelemetryCpp_file})
    add_library(OpenTelemetryCpp::${OpenTelemetryCpp_name} SHARED IMPORTED)
    set_target_properties(OpenTelemetryCpp::${OpenTelemetryCpp_name} PROPERTIES
      IMPORTED_LOCATION ${OpenTelemetryCpp_file} IMPORTED_NO_SONAME TRUE)
    target_link_libraries(OpenTelemetryCpp::${OpenTelemetryCpp_name} INTERFACE OpenTelemetryCpp::api)
    target_link_options(OpenTelemetryCpp::${OpenTelemetryCpp_name} INTERFACE
                        -Wl,-rpath-link,${OpenTelemetryCpp_folder})
  endforeach()
endif()
