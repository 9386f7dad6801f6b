#include "core/label/json_values.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <vector>

#include "core/base/limits.hpp"
#include "core/base/parse.hpp"

namespace sweepbox {
namespace {

constexpr double kSame = 1e-7;
constexpr const char* kFix = "correct the box, or take the file again";

std::string plain_value(const std::string& word) {
  return word == "true" || word == "false" ? word : json_string(word);
}

}  // namespace

Result<Vec3> json_vector(const JsonText& json, const JsonNode* node, std::string_view field) {
  Vec3 result;
  const bool is_array = node && node->is(JsonNode::Kind::array) && node->items.size() == 3;
  for (std::size_t i = 0; i < 3; ++i) {
    const char axis[] = {static_cast<char>('x' + i), 0};
    const JsonNode* item = is_array ? &node->items[i] : node ? node->find(axis) : nullptr;
    const auto number = json.number(item);
    if (!number)
      return fail(
          {}, fmt::format("{}.{}", field, axis), "a number", "nothing or something else", kFix);
    result[static_cast<int>(i)] = *number;
  }
  return result;
}

std::string json_axes(const Vec3& v) {
  return fmt::format("{{\"x\": {}, \"y\": {}, \"z\": {}}}",
                     json_number(v.x()),
                     json_number(v.y()),
                     json_number(v.z()));
}

std::string json_numbers(const Vec3& v) {
  return json_numbers(std::array{v.x(), v.y(), v.z()});
}

void replace_vector(JsonPatch& patch,
                    const JsonText& json,
                    const JsonNode* node,
                    const Vec3& was,
                    const Vec3& now) {
  if (!node) return;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto axis = static_cast<int>(i);
    if (std::abs(was[axis] - now[axis]) <= kSame) continue;
    const char name[] = {static_cast<char>('x' + i), 0};
    const JsonNode* item = node->is(JsonNode::Kind::array)
                               ? (i < node->items.size() ? &node->items[i] : nullptr)
                               : node->find(name);
    if (item && json.number(item)) patch.replace_number(*item, now[axis]);
  }
}

void set_member(JsonPatch& patch, const JsonNode& object, std::string_view key, std::string value) {
  if (const JsonNode* found = object.find(key))
    patch.replace(*found, std::move(value));
  else
    patch.append(object, key, std::move(value));
}

std::string json_word(const JsonText& json, const JsonNode* node) {
  if (!node) return {};
  switch (node->kind) {
    case JsonNode::Kind::string:
      return json.string(node).value_or("");
    case JsonNode::Kind::number:
    case JsonNode::Kind::boolean:
      return std::string(json.raw(*node).substr(0, kLongestValue + 1));
    default:
      return {};
  }
}

std::string json_value(std::string_view word, const JsonNode* now) {
  if (now && now->is(JsonNode::Kind::boolean) && (word == "true" || word == "false"))
    return std::string(word);
  if (now && now->is(JsonNode::Kind::number))
    if (const auto number = to_double(word); number && std::isfinite(*number))
      return json_number(*number);
  return json_string(word);
}

std::string attributes_json(const Attributes& attributes) {
  std::vector<std::string> members;
  for (const auto& [name, value] : attributes)
    if (!value.empty()) members.push_back(json_string(name) + ": " + plain_value(value));
  return fmt::format("{{{}}}", fmt::join(members, ", "));
}

void change_members(JsonPatch& patch,
                    const JsonNode& object,
                    const Attributes& was,
                    const Attributes& now) {
  for (const JsonNode& one : object.items) {
    const auto before = was.find(patch.json().key(one));
    if (before == was.end()) continue;
    const auto after = now.find(before->first);
    if (after == now.end())
      patch.remove(object, one);
    else if (after->second != before->second)
      patch.replace(one, json_value(after->second, &one));
  }
  for (const auto& [name, value] : now)
    if (!was.contains(name)) patch.append(object, name, plain_value(value));
}

}  // namespace sweepbox
