# Servers that the SDK's tests talk to. Included before the folders that use them.
add_library(sonde_test_servers INTERFACE)
target_include_directories(sonde_test_servers INTERFACE ${CMAKE_SOURCE_DIR}/tests)
