#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/drive/nuscenes_tables.hpp"
#include "core/label/instants.hpp"
#include "core/label/json_text.hpp"
#include "core/label/label.hpp"
#include "core/label/repairs.hpp"

// The rows of nuScenes' tables that its labels are made of (formats.md 2.5, 4.4).
namespace sweepbox::nuscenes {

/// The box in the world that an annotation or a result says: its members translation, size (width,
/// length, height) and rotation (w x y z). The error names the member.
[[nodiscard]] Result<Cuboid> cuboid_of(const JsonText& json,
                                       const JsonNode& row,
                                       const RawAngles& angles);
/// Those numbers that are others now. The row said `was`.
void patch_cuboid(JsonPatch& patch, const JsonNode& row, const Cuboid& was, const Cuboid& now);

/// A row of sample_annotation.
struct Annotation {
  std::string token, sample, instance, before, after;
  std::string visibility;               ///< token
  std::vector<std::string> attributes;  ///< tokens
  Cuboid in_world;
};

/// Errors name the field.
[[nodiscard]] Result<Annotation> parse_annotation(std::string_view row, const RawAngles& angles);

/// Names of a table of words (category, attribute; visibility by its level), by token.
using Names = std::map<std::string, std::string>;

[[nodiscard]] Result<Names> read_names(const std::filesystem::path& table, std::string_view field);

/// The scene of the tables that a drive is: that of its name, or the only one.
[[nodiscard]] Result<SceneRow> scene_of(const Drive& drive, const std::filesystem::path& tables);

/// A sample of a scene and the instant of the drive that it is.
struct Sample {
  std::string token;
  Instant instant;
};

[[nodiscard]] Result<std::vector<Sample>> samples_of(const Drive& drive,
                                                     const std::filesystem::path& tables,
                                                     const SceneRow& scene);

/// Where the drive's own tables lie; empty for a drive of another format.
std::optional<std::filesystem::path> tables_of(const Drive& drive);

/// The rows of a table that `wanted` takes, as a Source: its text is an array of those rows, each
/// as it stands. The hash is the whole file's, 0 where it is larger than 256 MB (nobody watches
/// it).
[[nodiscard]] Result<Source> rows_as_source(const Drive& drive,
                                            const std::filesystem::path& table,
                                            std::string_view format,
                                            const std::function<bool(std::string_view)>& wanted);

/// Bytes of a record of a source.
std::string_view record_of(const Source& source, std::size_t index);

constexpr const char* kAttribute = "attribute";    ///< names of attributes, ", " between them
constexpr const char* kVisibility = "visibility";  ///< "v80-100"

}  // namespace sweepbox::nuscenes
