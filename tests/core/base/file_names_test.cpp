#include "core/base/file_names.hpp"

#include <catch2/catch.hpp>

#include "core/base/utf8.hpp"

namespace sweepbox {
namespace {

using namespace std::string_literals;

TEST_CASE("names that can be files' stay, the others become safe and stay apart") {
  for (const std::string& name :
       {"000012"s, "a b"s, ".hidden"s, "a\\b"s, "行人"s, "\xFF"s, "..."s, std::string(240, 'a')})
    CHECK(file_name_of(name) == name);
  const std::string bad[] = {""s,
                             "."s,
                             ".."s,
                             "a/b"s,
                             "a:b/"s,
                             "/a/b"s,
                             "a\0b"s,
                             "a\nb"s,
                             std::string(241, 'a'),
                             std::string(300, 'a')};
  for (const std::string& name : bad) {
    const std::string safe = file_name_of(name);
    INFO(safe);
    CHECK(safe.size() <= 77);
    CHECK(safe.find_first_not_of("abcdef0123456789_~-") == std::string::npos);
    CHECK(safe.front() != '~');
    // A name of that form is coded again: nobody's own name meets a coded one.
    CHECK(file_name_of(safe) != safe);
    for (const std::string& other : bad)
      if (other != name) CHECK(file_name_of(other) != safe);
  }
}

TEST_CASE("UTF-8 by Unicode's table 3-7") {
  for (const char* good :
       {"", "a", "é", "行", "\xF0\x9F\x9A\x97", "\xEF\xBF\xBD", "\xF4\x8F\xBF\xBF"})
    CHECK(is_utf8(good));
  for (const char* bad : {"\x80",
                          "\xC3",
                          "\xC0\xAF",
                          "\xE0\x80\xAF",
                          "\xED\xA0\x80",
                          "\xF4\x90\x80\x80",
                          "\xF8\x88\x80\x80\x80",
                          "a\xFF"})
    CHECK_FALSE(is_utf8(bad));
  CHECK(as_utf8("a\xFFé\xC3") == "a\xEF\xBF\xBDé\xEF\xBF\xBD");
}

}  // namespace
}  // namespace sweepbox
