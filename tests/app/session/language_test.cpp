#include "app/session/language.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <regex>

#include "core/annotation/taxonomy.hpp"
#include "core/base/files.hpp"

using namespace sweepbox;  // NOLINT

namespace {

/// The places of a template in order of their arguments: "{} a {}" and "{1} b {0}" have the same.
std::vector<std::string> places(const std::string& pattern) {
  static const std::regex place("\\{([0-9]*)(:[^}]*)?\\}");
  std::vector<std::string> found;
  int next = 0;
  for (std::sregex_iterator at(pattern.begin(), pattern.end(), place), end; at != end; ++at) {
    const std::string number = (*at)[1].str().empty() ? std::to_string(next++) : (*at)[1].str();
    found.push_back(number + (*at)[2].str());
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// Literals in tr("…") of one source, adjacent pieces joined.
std::vector<std::string> literals(const std::string& source) {
  static const std::regex call("\\btr\\(\\s*((?:\"(?:[^\"\\\\\\n]|\\\\.)*\"\\s*)+)\\)");
  static const std::regex piece("\"((?:[^\"\\\\\\n]|\\\\.)*)\"");
  std::vector<std::string> found;
  for (std::sregex_iterator at(source.begin(), source.end(), call), end; at != end; ++at) {
    const std::string pieces = (*at)[1].str();
    std::string word;
    for (std::sregex_iterator part(pieces.begin(), pieces.end(), piece); part != end; ++part)
      word += (*part)[1].str();
    static const std::regex escaped("\\\\(.)");
    found.push_back(std::regex_replace(word, escaped, "$1"));
  }
  return found;
}

}  // namespace

TEST_CASE("every translation has the places of its key") {
  const Language zh("zh");
  CHECK(zh.words().size() > 300);
  for (const auto& [key, word] : zh.words()) {
    INFO(key << " = " << word);
    CHECK(places(key) == places(word));
    CHECK_FALSE(word.empty());
  }
}

TEST_CASE("every word that the program says through tr has a translation") {
  const Language zh("zh");
  int count = 0;
  for (const auto& entry :
       fs::recursive_directory_iterator(fs::path(SWEEPBOX_SOURCE_DIR) / "app")) {
    const fs::path& path = entry.path();
    if (path.extension() != ".cpp" && path.extension() != ".hpp") continue;
    const auto source = read_text(path);
    REQUIRE(source);
    for (const std::string& word : literals(*source)) {
      ++count;
      if (!zh.words().contains(word)) FAIL_CHECK(path.filename().string() << ": " << word);
    }
  }
  CHECK(count > 100);
}

TEST_CASE("classes and attributes are translated") {
  const Language zh("zh");
  for (const ObjectClass& kind : default_taxonomy()->classes) {
    INFO(kind.name);
    CHECK(zh.words().contains(kind.name));
  }
  for (const AttributeSpec& attribute : default_taxonomy()->attributes) {
    INFO(attribute.name);
    CHECK(zh.words().contains(attribute.name));
    for (const std::string& choice : attribute.choices) CHECK(zh.words().contains(choice));
  }
}

TEST_CASE("words and arguments are translated, what is unknown stays English") {
  const Language zh("zh");
  CHECK(zh.tr("Undo") == "撤销");
  CHECK(zh.tr("no such words") == "no such words");
  CHECK(zh.tr(text("Class of {} set to {}", "Car 12", "bus")) == "轿车 12 的类别设为客车");
  CHECK(zh.tr(text("{} placed", "Traffic cone 3")) == "已放置 锥桶 3");
  CHECK(zh.tr(text("{} of {} moved to {}", "Yaw", "front", "1°")) == "front 的偏航移到 1°");
  const Language none("xx");
  CHECK(none.code() == "en");
  CHECK(none.tr(text("{} placed", "Car 3")) == "Car 3 placed");
}
