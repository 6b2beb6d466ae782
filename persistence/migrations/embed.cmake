# Writes OUT, a C++ file that holds the SQL files of DIRECTORY in order of name. Run by cmake -P.
file(GLOB files "${DIRECTORY}/*.sql")
list(SORT files)
set(entries "")
foreach(file IN LISTS files)
  get_filename_component(name "${file}" NAME_WE)
  file(READ "${file}" text)
  string(APPEND entries "    {\"${name}\", R\"souk_sql(${text})souk_sql\"},\n")
endforeach()
file(WRITE "${OUT}" "#include \"persistence/migrations.hpp\"

namespace souk::persistence {
namespace {
constexpr migration all[] = {
${entries}};
}
std::span<const migration> embedded_migrations() { return all; }
} // namespace souk::persistence
")
