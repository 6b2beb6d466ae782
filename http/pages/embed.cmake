# What is embedded for the storefront: templates, messages and styles as they are, the islands bundled
# by esbuild. Included by http/CMakeLists.txt, because generated sources belong to a target's folder.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
find_program(SOUK_ESBUILD esbuild REQUIRED)
target_link_libraries(souk_http PUBLIC PkgConfig::ctemplate)

set(storefront "${PROJECT_SOURCE_DIR}/web/storefront")
file(GLOB storefront_files CONFIGURE_DEPENDS
  "${storefront}/*.html" "${storefront}/*.tsv" "${storefront}/*.css" "${storefront}/*.svg")
file(GLOB storefront_scripts CONFIGURE_DEPENDS "${storefront}/*.ts")
set(storefront_bundle "${CMAKE_CURRENT_BINARY_DIR}/shop.js")
set(storefront_embedded "${CMAKE_CURRENT_BINARY_DIR}/storefront_files.cpp")
set(embed_storefront "${CMAKE_CURRENT_LIST_DIR}/embed.py")
add_custom_command(OUTPUT "${storefront_bundle}"
  COMMAND ${SOUK_ESBUILD} "${storefront}/shop.ts" --bundle --minify --target=es2020
    --log-level=warning "--outfile=${storefront_bundle}"
  DEPENDS ${storefront_scripts} VERBATIM)
add_custom_command(OUTPUT "${storefront_embedded}"
  COMMAND Python3::Interpreter "${embed_storefront}" "${storefront_embedded}"
    ${storefront_files} "${storefront_bundle}"
  DEPENDS ${storefront_files} "${storefront_bundle}" "${embed_storefront}" VERBATIM)
target_sources(souk_http PRIVATE "${storefront_embedded}")
