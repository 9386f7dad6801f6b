#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/geometry/pose.hpp"

namespace sweepbox {

/// 0xRRGGBB.
struct ClassColor {
  std::uint32_t dark = 0x9E9EA5;   ///< on the dark theme and on images
  std::uint32_t light = 0x404145;  ///< on the light theme
};

struct ObjectClass {
  std::string name;  ///< "car": written, and the key of its translation
  std::string code;  ///< "Ca": two letters that stand for it wherever colour does
  ClassColor color;
  std::string key;                   ///< "1" … "9" or empty
  std::vector<std::string> aliases;  ///< words of other formats that mean it: "Car", "Vehicle"
  Vec3 size;  ///< prior (length, width, height), m: the box that one click gives
  Vec3 size_min;
  Vec3 size_max;
};

enum class AttributeType { choice, flag, number, text };
enum class AttributeScope { track, frame };

struct AttributeSpec {
  std::string name;  ///< "occlusion"
  AttributeType type = AttributeType::choice;
  AttributeScope scope = AttributeScope::track;
  std::vector<std::string> choices;  ///< of a choice, in order
  std::vector<std::string> classes;  ///< that have it; empty: all
  std::string initial;               ///< value where nobody set one
};

struct Taxonomy {
  std::vector<ObjectClass> classes;
  std::vector<AttributeSpec> attributes;

  /// By name, then by alias, both without regard to case; nullptr for an unknown word.
  const ObjectClass* find(std::string_view word) const;
  /// The same, or the last class ("other"). Never null for a taxonomy that parse_taxonomy accepted.
  const ObjectClass& find_or_other(std::string_view word) const;
  const AttributeSpec* attribute(std::string_view name) const;
  std::vector<const AttributeSpec*> attributes_of(std::string_view class_name) const;
};

/// Reads TOML (samples/taxonomy.toml is the manual). Errors name line and key.
[[nodiscard]] Result<Taxonomy> parse_taxonomy(std::string_view toml, const std::string& file);

/// Why a value does not fit the attribute; empty where it does.
std::optional<Text> why_not(const AttributeSpec& spec, std::string_view value);

/// The one that is built in (samples/taxonomy.toml).
std::shared_ptr<const Taxonomy> default_taxonomy();

}  // namespace sweepbox
