# cmake -DIN=<text file> -DOUT=<cpp file> -P embed.cmake: a text as the function souk::http::openapi_document.
# In pieces, because compilers limit the length of one literal.
file(READ "${IN}" text)
string(LENGTH "${text}" length)
set(body "")
set(at 0)
while(at LESS length)
  string(SUBSTRING "${text}" ${at} 8000 piece)
  string(APPEND body "R\"souk_text(${piece})souk_text\"\n")
  math(EXPR at "${at} + 8000")
endwhile()
file(WRITE "${OUT}" "#include \"http/openapi.hpp\"\n
namespace souk::http {\nstd::string_view openapi_document() {\n  return\n${body};\n}\n} // namespace souk::http\n")
