# Writes OUT, a C++ file that holds the texts below DIRECTORY by their paths there. Run by cmake -P.
file(GLOB_RECURSE files RELATIVE "${DIRECTORY}" "${DIRECTORY}/*.html" "${DIRECTORY}/*.txt")
list(SORT files)
set(entries "")
foreach(path IN LISTS files)
  file(READ "${DIRECTORY}/${path}" text)
  string(APPEND entries "    {\"${path}\", R\"souk_text(${text})souk_text\"},\n")
endforeach()
file(WRITE "${OUT}" "#include \"actors/notification/templates.hpp\"

namespace souk::notification {
namespace {
constexpr embedded_text all[] = {
${entries}};
}
std::span<const embedded_text> embedded_texts() { return all; }
} // namespace souk::notification
")
