# sonde_otlp_proto: libprotobuf's classes for the published .proto files, for tests to check our bytes against. It
# exists where scripts/fetch-otlp-protos has run.
set(SONDE_OTLP_PROTO_DIR ${CMAKE_SOURCE_DIR}/build/deps/opentelemetry-proto CACHE PATH
    "Where otlp.binpb is, the compiled .proto files of OTLP")
if(NOT SONDE_BUILD_TESTS)
  return()
endif()
if(NOT EXISTS ${SONDE_OTLP_PROTO_DIR}/otlp.binpb)
  message(STATUS "The OTLP oracle tests are left out: no ${SONDE_OTLP_PROTO_DIR}/otlp.binpb; run scripts/setup")
  return()
endif()

find_package(Protobuf REQUIRED)
set(proto_files)
foreach(package common resource trace logs metrics)
  list(APPEND proto_files opentelemetry/proto/${package}/v1/${package}.proto)
endforeach()
foreach(package trace logs metrics)
  list(APPEND proto_files opentelemetry/proto/collector/${package}/v1/${package}_service.proto)
endforeach()
set(generated ${CMAKE_CURRENT_BINARY_DIR}/proto)
list(TRANSFORM proto_files REPLACE "\\.proto$" ".pb.cc" OUTPUT_VARIABLE sources)
list(TRANSFORM sources PREPEND ${generated}/)
add_custom_command(
  OUTPUT ${sources}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${generated}
  COMMAND protobuf::protoc --descriptor_set_in=${SONDE_OTLP_PROTO_DIR}/otlp.binpb --cpp_out=${generated} ${proto_files}
  DEPENDS ${SONDE_OTLP_PROTO_DIR}/otlp.binpb
  COMMENT "Generating libprotobuf's classes for OTLP"
  VERBATIM)
add_library(sonde_otlp_proto STATIC ${sources})
target_include_directories(sonde_otlp_proto SYSTEM PUBLIC ${generated})
target_link_libraries(sonde_otlp_proto PUBLIC protobuf::libprotobuf)
