# HTTP messages and the client over libcurl: all that the SDK needs of transport.
# 7.88 is Debian 12's, and the first whose TLS writes cannot raise SIGPIPE and that can leave a name server behind.
find_package(CURL 7.88 REQUIRED GLOBAL)
sonde_library(sonde_http_client
  SOURCES http.cc http_client.cc http_client_request.cc http_client_transfer.cc http_client_url.cc http_loop.cc
  LIBS sonde_base PRIVATE_LIBS CURL::libcurl)

if(SONDE_BUILD_TESTS)
  include(${CMAKE_SOURCE_DIR}/tests/sdk_support/support.cmake)
endif()
sonde_test(http_test SOURCES http_test.cc LIBS sonde_http_client)
sonde_test(http_client_test
  SOURCES http_client_surroundings_test.cc http_client_test.cc http_loop_test.cc
  LIBS sonde_http_client sonde_test_servers ${CMAKE_DL_LIBS})
