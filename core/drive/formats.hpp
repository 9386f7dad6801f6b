#pragma once
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/drive/drive.hpp"

namespace sweepbox {

/// A drive that could be opened.
struct DriveRef {
  std::string name;  ///< chosen by `--drive`
  std::string format;
  std::filesystem::path path;  ///< what open() gets; the format's own affair
  std::string part;            ///< which of several inside `path` (a sequence number); may be empty
  double sureness = 0;         ///< 0 … 1
  Text why;                    ///< "velodyne, image_2, calib and label_2 with the same names"
};

struct Listing {
  std::vector<DriveRef> drives;
  std::vector<Problem> notes;  ///< what looked like a drive and is none (a sequence without data)
};

/// A drive format. To add one: one file in format/, one line in the table of formats.cpp.
struct DriveFormat {
  std::string_view name;   ///< "kitti_object"
  std::string_view title;  ///< "KITTI 3D object"
  std::string_view holds;  ///< what it can hold, one line for help and the README
  Listing (*list)(const std::filesystem::path& path);  ///< cheap: looks at names, reads no data
  Result<std::unique_ptr<Drive>> (*open)(const DriveRef& ref, const Repairs& repairs);
};

std::span<const DriveFormat> drive_formats();

/// What stands at a path: every format is asked; of drives that several claim, the surest stays.
/// `format` (may be empty) asks that one alone. Folders up to three below are searched, a bounded
/// number of them; drives of one name get the folder that tells them apart in front. Paths become
/// absolute.
Listing find_drives(const std::filesystem::path& path, std::string_view format = {});

/// Why find_drives(path, format) found none: nothing is there, it cannot be read, what looked like
/// a drive is none, …
Error why_no_drive(const std::filesystem::path& path,
                   std::string_view format,
                   const Listing& found);

[[nodiscard]] Result<std::shared_ptr<const Drive>> open_drive(const DriveRef& ref,
                                                              const Repairs& repairs = {});

/// find_drives, then the one named (`drive` may be empty where there is only one), then open. The
/// error names the choices.
[[nodiscard]] Result<std::shared_ptr<const Drive>> open_drive(const std::filesystem::path& path,
                                                              std::string_view format,
                                                              std::string_view drive,
                                                              const Repairs& repairs);

}  // namespace sweepbox
