#pragma once
#include "core/label/label.hpp"

namespace sweepbox::nuscenes {

constexpr const char* kFormat = "nuscenes";

/// Tables of nuScenes' schema. For a scene of nuScenes: sample_annotation and instance, and those
/// of category and attribute that got new words; rows that nobody touched stand as they stood,
/// those of other scenes too (tables over 256 MB, or that changed since they were read: the rows of
/// this scene alone). Chains (prev, next), counts and first and last tokens follow the boxes. For
/// another drive: all thirteen tables, each frame a sample, tokens made of names (the same in every
/// run).
[[nodiscard]] Result<std::vector<WrittenFile>> write_tables(const WriteRequest& request);

/// The tables beside annotations of a drive that is none of nuScenes': sensor, calibrated_sensor,
/// ego_pose, sample_data, sample, scene, visibility, log, map.
std::vector<WrittenFile> tables_beside(const Drive& drive, const std::vector<OutFrame>& frames);

/// A row as nuScenes' own files have them: a line a field. Values are JSON.
std::string row_json(std::initializer_list<std::pair<std::string_view, std::string>> fields);

/// An array of rows.
std::string table_json(const std::vector<std::string>& rows);

}  // namespace sweepbox::nuscenes
