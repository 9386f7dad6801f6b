#include "core/label/openlabel_attributes.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/label/kitti_rows.hpp"

namespace sweepbox {
namespace {

constexpr const char* kLists[] = {"num", "text", "boolean", "vec"};

/// Where a value stands that a box has.
struct Place {
  std::string name;
  std::string value;
  const JsonNode* val = nullptr;
  const char* list = nullptr;
};

std::string value_text(const JsonText& json, const JsonNode& val) {
  if (auto words = json.string(&val)) return *words;
  return std::string(json.raw(val));
}

void add_places(std::vector<Place>& places, const JsonText& json, const JsonNode* lists) {
  if (!lists) return;
  for (const char* list : kLists) {
    const JsonNode* values = lists->find(list);
    if (!values) continue;
    for (const JsonNode& one : values->items) {
      const auto name = json.string(one.find("name"));
      const JsonNode* val = one.find("val");
      if (!name || name->empty() || !val) continue;
      const bool known = std::any_of(
          places.begin(), places.end(), [&](const Place& place) { return place.name == *name; });
      if (!known) places.push_back({*name, value_text(json, *val), val, list});
    }
  }
}

/// The nearest says it: the cuboid's own, then the object's in the frame, then the whole object's.
std::vector<Place> places_of(const OpenLabelFile& file, const OpenLabelRecord& record) {
  std::vector<Place> places;
  add_places(places, file.json(), record.cuboid->find("attributes"));
  add_places(places, file.json(), record.data);
  if (const JsonNode* object = file.object(record); object && object != record.entry)
    add_places(places, file.json(), object->find("object_data"));
  return places;
}

const Place* find(const std::vector<Place>& places, std::string_view name) {
  const auto found = std::find_if(
      places.begin(), places.end(), [&](const Place& place) { return place.name == name; });
  return found == places.end() ? nullptr : &*found;
}

bool is_score(std::string_view name) {
  return name == "score" || name == "confidence";
}

/// Vicomtech's converter of KITTI tracking leaves KITTI's own columns beside the cuboid.
bool is_kitti(const std::vector<Place>& places) {
  return find(places, "truncated") && find(places, "occluded") && find(places, "alpha");
}

/// Names that are no attributes of the object, but say something else here.
bool is_special(const std::vector<Place>& places, const Place& place) {
  if (is_kitti(places) &&
      (place.name == "truncated" || place.name == "occluded" || place.name == "alpha"))
    return true;
  return place.name == "stream" || place.name == "interpolated" ||
         (is_score(place.name) && std::string_view(place.list) == "num");
}

std::string entry_json(const std::string& name, const std::string& value) {
  return fmt::format("{{\"name\":{},\"val\":{}}}", json_string(name), value);
}

}  // namespace

void fill_from_openlabel(Label& label, const OpenLabelFile& file, const OpenLabelRecord& record) {
  const JsonText& json = file.json();
  const auto places = places_of(file, record);
  for (const Place& place : places) {
    if (place.name == "interpolated" && place.value == "true") label.key = false;
    if (is_score(place.name))
      if (const auto score = json.number(place.val); score && std::isfinite(*score))
        label.score = score;
    if (!is_special(places, place)) label.attributes[place.name] = place.value;
  }
  if (is_kitti(places)) {
    const auto occluded = json.integer(find(places, "occluded")->val);
    if (const std::string word =
            occlusion_word(static_cast<int>(std::clamp<std::int64_t>(occluded.value_or(3), -1, 3)));
        !word.empty())
      label.attributes["occlusion"] = word;
    const auto truncated = json.number(find(places, "truncated")->val);
    if (truncated && *truncated >= 0) label.truncated = *truncated / 2;
  }
  if (const JsonNode* boxes = record.data->find("bbox"); boxes && !boxes->items.empty()) {
    std::array<double, 4> v{};
    const JsonNode& box = boxes->items.front();
    if (json.numbers(box.find("val"), v) && v[2] > 0 && v[3] > 0) {  // centre, width, height
      label.rect = Rect{v[0] - v[2] / 2, v[1] - v[3] / 2, v[0] + v[2] / 2, v[1] + v[3] / 2};
      label.rect_camera = json.string(box.find("coordinate_system")).value_or("");
    }
  }
}

void patch_attributes(JsonPatch& patch,
                      const OpenLabelFile& file,
                      const OpenLabelRecord& record,
                      const Attributes& attributes,
                      std::optional<double> score) {
  const auto places = places_of(file, record);
  Attributes fresh;
  for (const auto& [name, value] : attributes) {
    if (name == "occlusion" && is_kitti(places)) {
      const Place* place = find(places, "occluded");
      const int occluded = occluded_of(value);
      if (occlusion_word(occluded) == value) patch.replace_number(*place->val, occluded);
      continue;
    }
    const Place* place = find(places, name);
    if (!place) {
      fresh[name] = value;
    } else if (place->value != value) {
      const bool words = std::string_view(place->list) == "text";
      patch.replace(*place->val, words ? json_string(value) : value);
    }
  }
  const Place* scored = find(places, "score");
  if (!scored) scored = find(places, "confidence");
  if (scored && score) patch.replace_number(*scored->val, *score);
  if (fresh.empty() && (scored || !score)) return;

  const std::optional<double> fresh_score = scored ? std::nullopt : score;
  const JsonNode* lists = record.cuboid->find("attributes");
  if (!lists) {
    patch.append(*record.cuboid, "attributes", openlabel_attributes_json(fresh, fresh_score));
    return;
  }
  const JsonNode* text = lists->find("text");
  std::string entries;
  for (const auto& [name, value] : fresh) {
    if (text) patch.append(*text, entry_json(name, json_string(value)));
    if (!entries.empty()) entries += ",";
    entries += entry_json(name, json_string(value));
  }
  if (!text && !entries.empty()) patch.append(*lists, "text", "[" + entries + "]");
  if (!fresh_score) return;
  const std::string number = entry_json("score", json_number(*fresh_score));
  if (const JsonNode* num = lists->find("num"))
    patch.append(*num, number);
  else
    patch.append(*lists, "num", "[" + number + "]");
}

std::string openlabel_attributes_json(const Attributes& attributes, std::optional<double> score) {
  std::string numbers, texts;
  if (score) numbers = fmt::format("\"num\":[{}]", entry_json("score", json_number(*score)));
  for (const auto& [name, value] : attributes) {
    if (!texts.empty()) texts += ",";
    texts += entry_json(name, json_string(value));
  }
  if (!texts.empty()) texts = fmt::format("\"text\":[{}]", texts);
  return fmt::format("{{{}{}{}}}", numbers, numbers.empty() || texts.empty() ? "" : ",", texts);
}

}  // namespace sweepbox
