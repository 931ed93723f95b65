# Embeds a folder of web files in the binary: `cmake -DFROM=folder -DTO=folder -P embed_ui.cmake` compresses each
# file and writes ui_assets.S, which holds the bytes, and ui_assets.cc, which lists them (see ui_assets.h).
file(GLOB_RECURSE files LIST_DIRECTORIES false RELATIVE ${FROM} ${FROM}/*)
list(SORT files)
file(MAKE_DIRECTORY ${TO}/gzip)

set(type_html "text/html; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_svg "image/svg+xml")
set(type_json "application/json")
set(type_map "application/json")
set(type_webmanifest "application/manifest+json")
set(type_txt "text/plain; charset=utf-8")
set(type_png "image/png")
set(type_ico "image/x-icon")
set(type_woff2 "font/woff2")
set(type_wasm "application/wasm")

set(assembly "  .section .rodata\n")
set(declarations "")
set(entries "")
set(number 0)
foreach(file IN LISTS files)
  get_filename_component(extension ${file} LAST_EXT)
  string(REPLACE "." "" extension "${extension}")
  if(NOT DEFINED type_${extension})
    message(FATAL_ERROR "embed_ui.cmake knows no content type for ${FROM}/${file}: add one")
  endif()
  set(compressed ${TO}/gzip/${number})
  execute_process(COMMAND gzip -9 -n -c ${FROM}/${file} OUTPUT_FILE ${compressed} COMMAND_ERROR_IS_FATAL ANY)
  file(SIZE ${compressed} size)
  file(SHA256 ${FROM}/${file} digest)
  string(SUBSTRING ${digest} 0 20 digest)
  set(symbol sonde_ui_asset_${number})
  # The digest in the comment makes a compiler cache see that the included bytes changed.
  string(APPEND assembly "  .global ${symbol}  # ${digest}\n${symbol}:\n  .incbin \"${compressed}\"\n")
  string(APPEND declarations "extern const char ${symbol}[];\n")
  string(APPEND entries
         "    {\"/${file}\", \"${type_${extension}}\", \"\\\"${digest}\\\"\", {${symbol}, ${size}}},\n")
  math(EXPR number "${number} + 1")
endforeach()
string(APPEND assembly "  .section .note.GNU-stack,\"\",@progbits\n")

file(WRITE ${TO}/ui_assets.S "${assembly}")
file(WRITE ${TO}/ui_assets.cc "#include \"query/ui_assets.h\"

extern \"C\" {
${declarations}}

namespace sonde::query {
namespace {
constexpr Asset assets[] = {
${entries}};
}  // namespace

std::span<const Asset> ui_assets() noexcept { return assets; }

}  // namespace sonde::query
")
