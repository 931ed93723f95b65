# cmake --install: the SDK for find_package(sonde), and the server with what it needs beside it.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set_target_properties(sonde_sdk PROPERTIES EXPORT_NAME sdk)
set_target_properties(sonde_genai PROPERTIES EXPORT_NAME genai)
install(TARGETS sonde_sdk sonde_genai sonde_prices sonde_base sonde_otlp_writer sonde_http_client sonde_c EXPORT sonde
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT sdk
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT sdk NAMELINK_COMPONENT sdk)
install(DIRECTORY include/sonde DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT sdk)
install(EXPORT sonde NAMESPACE sonde:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/sonde FILE sondeTargets.cmake
        COMPONENT sdk)
# Apart, so that a program without configuration files need not have libyaml.
set_target_properties(sonde_configuration PROPERTIES EXPORT_NAME configuration)
install(TARGETS sonde_configuration sonde_yaml EXPORT sonde_configuration
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT sdk)
install(EXPORT sonde_configuration NAMESPACE sonde:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/sonde
        FILE sondeConfigurationTargets.cmake COMPONENT sdk)
configure_package_config_file(cmake/sondeConfig.cmake.in sondeConfig.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/sonde)
write_basic_package_version_file(sondeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/sondeConfig.cmake ${CMAKE_BINARY_DIR}/sondeConfigVersion.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/sonde COMPONENT sdk)

if(SONDE_BUILD_SERVER)
  install(TARGETS sonde RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT server)
endif()
