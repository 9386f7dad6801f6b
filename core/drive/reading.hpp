#pragma once
#include <algorithm>
#include <set>

#include "core/drive/table_drive.hpp"
#include "core/picture/picture.hpp"

// Inside the room drive: what the readers of formats share.
namespace sweepbox::reading {

/// A path as people know it: relative to the drive's root, also above it ("../calib.txt").
std::string shown(const std::filesystem::path& path, const std::filesystem::path& root);

/// What a reader knows of a drive that is a folder: its name is the folder's.
DriveInfo info_of(const std::filesystem::path& root, std::string_view format);

/// Size of a picture from the beginning of its file. Errors name the path as given.
Result<PictureSize> picture_size_of(const std::filesystem::path& path);

/// Files of a folder with one of the extensions whose stems are numbers, by number; others are left
/// out. Of two with one number the first by name counts.
struct Numbered {
  std::int64_t number = 0;
  std::filesystem::path path;
};

/// Numbers beyond `most` are none: by default KITTI's ten digits, of which sums do not overflow.
std::vector<Numbered> numbered_files(const std::filesystem::path& folder,
                                     std::initializer_list<std::string_view> extensions,
                                     std::int64_t most = 9'999'999'999);

/// That of the first image whose header can be read; an error where none can.
[[nodiscard]] Result<PictureSize> size_of_images(const std::vector<Numbered>& images);

/// The camera that all these images share, of size_of_images().
Result<std::shared_ptr<const Camera>> camera_of(const std::vector<Numbered>& images,
                                                const std::string& name,
                                                const Lens& lens,
                                                const Pose& camera_from_ego);

/// True where a folder has a file with one of the extensions; looks at no more than the first
/// `most`.
bool has_file(const std::filesystem::path& folder,
              std::initializer_list<std::string_view> extensions,
              int most = 64);

/// Ascending; of two things at one time the first stays.
template <class Stamped>
void sort_by_stamp(std::vector<Stamped>& things) {
  std::stable_sort(things.begin(), things.end(), [](const Stamped& a, const Stamped& b) {
    return a.stamp < b.stamp;
  });
  const auto last =
      std::unique(things.begin(), things.end(), [](const Stamped& a, const Stamped& b) {
        return a.stamp == b.stamp;
      });
  things.erase(last, things.end());
}

/// What Drive::world_from_ego answers from these poses (ascending): readers whose cameras have
/// poses of their own in the world need it for camera_from_ego.
std::optional<Pose> pose_at(std::span<const TablePose> poses, Stamp stamp);

/// Number · seconds, as a stamp.
Stamp stamp_of_number(std::int64_t number, double seconds_each);

/// Counts the numbers between the first and the last file that have none, and says so in a problem.
/// `sensor` is the folder as people know it.
int tell_gaps(const std::vector<Numbered>& files, const std::string& sensor, Problems& problems);

/// The same for names: those of `all` (ascending) between the first and the last of `own` that
/// `own` lacks.
int tell_gaps(const std::set<std::string>& all,
              const std::set<std::string>& own,
              const std::string& sensor,
              Problems& problems);

/// A problem where a folder, a pipe or a device stands in a file's place. Whether a file that is
/// absent is one is the caller's to say.
void tell_no_file(const std::filesystem::path& path, DriveTables& tables);

/// A note where files lie outside of the drive's folder, through links: they are read, never in
/// silence.
void tell_links(DriveTables& tables);

}  // namespace sweepbox::reading
