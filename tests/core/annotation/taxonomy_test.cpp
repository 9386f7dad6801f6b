#include "core/annotation/taxonomy.hpp"

#include <catch2/catch.hpp>

namespace sweepbox {
namespace {

constexpr const char* kSmall = R"([[class]]
name = "car"
code = "Ca"
color = { dark = "#95FDDC", light = "#0F6A38" }
key = "1"
aliases = ["Car"]
size = [4.5, 1.8, 1.55]
size_min = [2, 1, 1]
size_max = [6, 3, 3]
)";

/// The small taxonomy with one text replaced.
std::string small_with(const std::string& what, const std::string& by) {
  std::string result = kSmall;
  result.replace(result.find(what), what.size(), by);
  return result;
}

TEST_CASE("the taxonomy that is built in has the classes, colours and keys of LOOK.md") {
  const auto taxonomy = default_taxonomy();
  const std::vector<std::string> names{"car",
                                       "van",
                                       "truck",
                                       "bus",
                                       "trailer",
                                       "motorcycle",
                                       "bicycle",
                                       "pedestrian",
                                       "rider",
                                       "animal",
                                       "traffic cone",
                                       "barrier",
                                       "pole",
                                       "sign",
                                       "other"};
  REQUIRE(taxonomy->classes.size() == names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    CHECK(taxonomy->classes[i].name == names[i]);
    CHECK(taxonomy->classes[i].key == (i < 9 ? std::to_string(i + 1) : ""));
  }
  CHECK(taxonomy->classes[0].color.dark == 0x95FDDC);
  CHECK(taxonomy->classes[10].color.light == 0xA45158);
  CHECK(taxonomy->classes[0].size == Vec3(4.5, 1.8, 1.55));
}

TEST_CASE("words of other formats find their class, whatever their case") {
  const auto taxonomy = default_taxonomy();
  const std::pair<const char*, const char*> words[] = {
      {"Car", "car"},
      {"Cyclist", "rider"},
      {"Person_sitting", "pedestrian"},
      {"Tram", "other"},
      {"Misc", "other"},
      {"Motor", "motorcycle"},
      {"Rider", "rider"},
      {"REGULAR_VEHICLE", "car"},
      {"CONSTRUCTION_CONE", "traffic cone"},
      {"vehicle.bus.bendy", "bus"},
      {"movable_object.trafficcone", "traffic cone"},
      {"TRAFFIC CONE", "traffic cone"}};
  for (const auto& [word, name] : words) {
    INFO(word);
    REQUIRE(taxonomy->find(word));
    CHECK(taxonomy->find(word)->name == name);
  }
  CHECK_FALSE(taxonomy->find("Spaceship"));
  CHECK(taxonomy->find_or_other("Spaceship").name == "other");
}

TEST_CASE("posture belongs to pedestrians, occlusion to all") {
  const auto taxonomy = default_taxonomy();
  const auto names = [&](const char* word) {
    std::vector<std::string> result;
    for (const AttributeSpec* spec : taxonomy->attributes_of(word)) result.push_back(spec->name);
    return result;
  };
  CHECK(names("Pedestrian") == std::vector<std::string>{"occlusion", "posture", "present"});
  CHECK(names("car") == std::vector<std::string>{"motion", "occlusion", "present"});
}

TEST_CASE("values of attributes are checked by type") {
  AttributeSpec spec;
  spec.choices = {"none", "partly"};
  CHECK_FALSE(why_not(spec, "partly"));
  CHECK(english(*why_not(spec, "PARTLY")) == "one of: none, partly");
  spec.type = AttributeType::number;
  CHECK_FALSE(why_not(spec, "-1.5"));
  CHECK(why_not(spec, "nan"));
  CHECK(why_not(spec, "1.5 m"));
  spec.type = AttributeType::flag;
  CHECK_FALSE(why_not(spec, "true"));
  CHECK(why_not(spec, "yes"));
}

TEST_CASE("what is wrong with a taxonomy is said with line and key") {
  const auto error = [](const std::string& toml) {
    const auto parsed = parse_taxonomy(toml, "my.toml");
    REQUIRE_FALSE(parsed);
    return to_line(parsed.error());
  };
  REQUIRE(parse_taxonomy(kSmall, "my.toml"));
  CHECK(
      error(small_with("size = [4.5, 1.8, 1.55]", "size = [4.5, 1.8]")) ==
      "my.toml: line 7, size of [[class]]: expected three lengths in metres, found something else; "
      "mend the taxonomy; samples/taxonomy.toml is its manual");
  CHECK_THAT(error(small_with("#95FDDC", "95FDDC")), Catch::Contains("line 4, color of [[class]]"));
  CHECK_THAT(error(small_with("key = \"1\"", "key = \"x\"")), Catch::Contains("line 5, key"));
  CHECK_THAT(error(small_with("size_min = [2", "size_min = [5")),
             Catch::Contains("line 8, size_min"));
  CHECK_THAT(error(small_with("code", "kode")), Catch::Contains("\"kode\""));
  CHECK_THAT(error(small_with("name = ", "name ")), Catch::Contains("line 2"));
  CHECK_THAT(error(std::string(kSmall) + kSmall), Catch::Contains("\"car\" twice"));
  CHECK_THAT(error(std::string(kSmall) +
                   "[[attribute]]\nname = \"a\"\ntype = \"choice\"\nscope = \"frame\"\n"),
             Catch::Contains("choices of [[attribute]]"));
  CHECK_THAT(error(""), Catch::Contains("at least one [[class]]"));
}

TEST_CASE("every beginning of a taxonomy is read or refused") {
  const std::string whole = kSmall;
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const auto parsed = parse_taxonomy(whole.substr(0, n), "my.toml");
    if (!parsed) CHECK_FALSE(parsed.error().expected.empty());
  }
}

}  // namespace
}  // namespace sweepbox
