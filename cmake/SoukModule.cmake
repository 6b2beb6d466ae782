# souk_module(<room> DEPENDS <targets>...): the static library souk_<room>; its folders add sources with
# target_sources(souk_<room> PRIVATE ...), so that a domain's files are listed in the domain's own folder.
function(souk_warnings target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wno-missing-field-initializers
    $<$<BOOL:${SOUK_WARNINGS_ARE_ERRORS}>:-Werror>)
endfunction()

function(souk_module room)
  cmake_parse_arguments(arg "" "" "DEPENDS;PRECOMPILE" ${ARGN})
  add_library(souk_${room} STATIC)
  target_include_directories(souk_${room} PUBLIC "${PROJECT_SOURCE_DIR}")
  target_link_libraries(souk_${room} PUBLIC ${arg_DEPENDS})
  souk_warnings(souk_${room})
  if(SOUK_PRECOMPILE AND arg_PRECOMPILE)
    target_precompile_headers(souk_${room} PRIVATE ${arg_PRECOMPILE})
  endif()
endfunction()

# Programs take their memory from jemalloc; the sanitizers bring an allocator of their own.
function(souk_allocator program)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  if(NOT CMAKE_CXX_FLAGS_${type} MATCHES "sanitize")
    target_link_libraries(${program} PRIVATE PkgConfig::jemalloc)
  endif()
endfunction()
