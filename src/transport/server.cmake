# HTTP and gRPC servers, for the sonde binary only.
find_package(ZLIB REQUIRED)
find_package(zstd REQUIRED)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)

sonde_library(sonde_http_server
  SOURCES compression.cc http_server.cc http_server_boost.cc http_server_connection.cc
          http_server_context.cc http_server_routes.cc http_server_wire.cc
  LIBS sonde_http_client
  PRIVATE_LIBS Boost::headers ZLIB::ZLIB zstd::libzstd_shared Threads::Threads)
target_compile_definitions(sonde_http_server PRIVATE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)

sonde_test(compression_test SOURCES compression_test.cc LIBS sonde_http_server ZLIB::ZLIB zstd::libzstd_shared)
sonde_test(http_server_test SOURCES http_server_test.cc http_server_exchange_test.cc LIBS sonde_http_server ZLIB::ZLIB)

find_package(gRPC CONFIG REQUIRED GLOBAL)
sonde_library(sonde_grpc_server
  SOURCES grpc_server.cc grpc_server_call.cc
  LIBS sonde_base
  PRIVATE_LIBS sonde_http_server gRPC::grpc++)
if(NOT SONDE_SANITIZER STREQUAL "thread")  # Debian's gRPC is not built for it, so its queues hand over unseen.
  sonde_test(grpc_server_test SOURCES grpc_server_test.cc LIBS sonde_grpc_server gRPC::grpc++)
endif()
