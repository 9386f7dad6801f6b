# What every target of ours is compiled with. Targets of libraries are never touched.
find_program(SWEEPBOX_CCACHE ccache)
if(SWEEPBOX_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # NOHASHDIR: presets build in folders of their own and share what they compile alike.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros
      ${SWEEPBOX_CCACHE})
endif()
find_program(SWEEPBOX_MOLD mold)
if(SWEEPBOX_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(sweepbox_ours INTERFACE)
target_compile_options(sweepbox_ours INTERFACE -Wall -Wextra -Wshadow -Wconversion -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees ghosts in inlined Eigen and std::optional; clang-tidy and ASan look at the same code.
  target_compile_options(sweepbox_ours INTERFACE -Wno-error=maybe-uninitialized -Wno-array-bounds
                                                 -Wno-stringop-overflow -Wno-stringop-overread)
endif()
target_include_directories(sweepbox_ours INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
if(SWEEPBOX_FUZZ)
  target_compile_options(sweepbox_ours INTERFACE -fsanitize=fuzzer-no-link -Wno-error)
endif()
if(SWEEPBOX_SANITIZE)
  target_compile_options(sweepbox_ours INTERFACE -fsanitize=address,undefined -fno-omit-frame-pointer
                                                 -fno-sanitize-recover=undefined)
  target_compile_definitions(sweepbox_ours INTERFACE SWEEPBOX_SANITIZE)
  target_link_options(sweepbox_ours INTERFACE -fsanitize=address,undefined)
endif()
