# The language, the warnings and the sanitizers that every target of the project is built with.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

# -g1 keeps stack traces readable at a fraction of the object size and link time of -g.
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")

add_library(sonde_warnings INTERFACE)
target_compile_options(sonde_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wsign-conversion
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor;-Wold-style-cast;-Woverloaded-virtual>
  -Wimplicit-fallthrough $<$<COMPILE_LANGUAGE:CXX>:-Wextra-semi>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Both fire falsely in gcc 12's own library headers once optimisation is on.
  target_compile_options(sonde_warnings INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()

if(SONDE_SANITIZER STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined
                      -fno-omit-frame-pointer -O1)
  add_link_options(-fsanitize=address,undefined)
elseif(SONDE_SANITIZER STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer -O1)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan)  # Asio's fences, which the sanitizer does not follow
  endif()
  add_link_options(-fsanitize=thread)
elseif(NOT SONDE_SANITIZER STREQUAL "")
  message(FATAL_ERROR "SONDE_SANITIZER is '${SONDE_SANITIZER}'; it may be 'address' or 'thread'")
endif()

find_program(SONDE_CCACHE ccache)
if(SONDE_CCACHE)
  # Paths below the source folder are made relative, so that one clone's objects serve every other.
  add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
  set(CMAKE_C_COMPILER_LAUNCHER
      env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=true ${SONDE_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_C_COMPILER_LAUNCHER})
endif()
find_program(SONDE_MOLD mold)
if(SONDE_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
if(SONDE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -O1)
  add_link_options(-fsanitize=address,undefined)
endif()
