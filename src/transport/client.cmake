# HTTP messages and the client over libcurl: all that the SDK needs of transport.
# 7.88 is the first libcurl whose TLS writes never raise SIGPIPE.
find_package(CURL 7.88 REQUIRED)
sonde_library(sonde_http_client SOURCES http.cc LIBS sonde_base PRIVATE_LIBS CURL::libcurl)
sonde_test(http_test SOURCES http_test.cc LIBS sonde_http_client)
