# Servers that the SDK's tests talk to. Included before the folders that use them.
find_package(gRPC CONFIG REQUIRED QUIET GLOBAL)

add_library(sonde_test_servers INTERFACE)  # On plain sockets, in headers.
target_include_directories(sonde_test_servers INTERFACE ${CMAKE_SOURCE_DIR}/tests)

add_library(sonde_grpc_test_server STATIC ${CMAKE_CURRENT_LIST_DIR}/grpc_test_server.cc)
target_link_libraries(sonde_grpc_test_server PUBLIC sonde_http_client sonde_test_servers
                      PRIVATE gRPC::grpc++ sonde_warnings)
