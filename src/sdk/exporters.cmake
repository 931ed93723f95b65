# The part of sonde_sdk that sends OTLP, and its tests. Included before sonde_sdk is declared, hence deferred.
find_package(ZLIB REQUIRED GLOBAL)
cmake_language(DEFER CALL target_sources sonde_sdk PRIVATE
               gzip.cc otlp_answer.cc otlp_client.cc otlp_endpoint.cc)
cmake_language(DEFER CALL target_link_libraries sonde_sdk PUBLIC sonde_http_client
               PRIVATE ZLIB::ZLIB CURL::libcurl)

sonde_test(otlp_client_test
  SOURCES gzip_test.cc otlp_answer_test.cc otlp_client_test.cc otlp_endpoint_test.cc
  LIBS sonde_sdk sonde_test_servers ZLIB::ZLIB)
if(NOT SONDE_SANITIZER STREQUAL "thread")  # Debian's gRPC is not built for it: every lock of its server is a false race.
  sonde_test(otlp_client_grpc_test
    SOURCES otlp_client_grpc_test.cc LIBS sonde_sdk sonde_grpc_test_server ZLIB::ZLIB)
endif()
sonde_fuzz(otlp_answer_fuzz SOURCES otlp_answer_fuzz.cc LIBS sonde_sdk)
