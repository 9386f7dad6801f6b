#pragma once
#include <concepts>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/label/instants.hpp"
#include "core/label/label.hpp"

// What the readers of label files share.

namespace sweepbox {

/// A file of labels without its text: id, format, name relative to the drive (below it) or whole.
Source source_at(const Drive& drive, const std::filesystem::path& path, std::string_view format);

/// The file as a Source without records yet: id, name relative to the drive, hash, text.
[[nodiscard]] Result<Source> read_source(const Drive& drive,
                                         const std::filesystem::path& path,
                                         std::string_view format,
                                         std::string frame_name);

/// Files of a folder that end as labels do: .txt, .json, .csv, .xml, .feather.
std::vector<std::filesystem::path> files_like_labels(const std::filesystem::path& folder);

/// The label files at a place: the file itself, or those of a folder that end so.
[[nodiscard]] Result<std::vector<std::filesystem::path>> label_files(
    const std::filesystem::path& place, std::initializer_list<std::string_view> extensions);

/// The file of a format whose one file holds a whole drive, at a place that people name: the file
/// itself; in a folder the one with the drive's name, or the only one that ends so.
[[nodiscard]] Result<std::filesystem::path> label_file(const Drive& drive,
                                                       const std::filesystem::path& place,
                                                       std::string_view extension);

/// Where the labels of a format of several files lie at a place that people name: the place; a
/// folder without label files that the format does not recognise, but exactly one folder in it (or
/// one deeper), is left for that one. So the folder that a convert wrote into is found: "cuboids",
/// "annotations/cuboids_csv".
std::filesystem::path place_of_labels(const LabelFormat& format,
                                      const std::filesystem::path& place);

/// The set of a format whose files stand for themselves: each label file at a place becomes a
/// Source and is given to `read_file`; one that cannot be read is a problem. `frame_of` says by the
/// path which frame's labels a file holds (of_stem, or empty: of several).
[[nodiscard]] Result<LabelSet> read_each(
    const Drive& drive,
    const std::filesystem::path& place,
    std::string_view format,
    std::initializer_list<std::string_view> extensions,
    const std::function<std::string(const std::filesystem::path&)>& frame_of,
    const std::function<void(Source, LabelSet&)>& read_file);
std::string of_stem(const std::filesystem::path& file);

/// The beginning of the label file at a place, by which formats are recognised: of the file itself,
/// or of the first in a folder that has one of the extensions and is not empty. Empty text where
/// there is none. Reads no more than `most` bytes of a few files.
struct Beginning {
  std::filesystem::path file;
  std::string text;
  bool whole = false;  ///< it is all of the file

  bool has(std::string_view word) const { return text.find(word) != std::string::npos; }
};

Beginning beginning_of(const std::filesystem::path& place,
                       std::initializer_list<std::string_view> extensions,
                       std::size_t most = 1 << 16);

/// Collects what is wrong with one file: the first faults one by one, the rest as a number, so that
/// a file of another kind does not bury the others.
class FileProblems {
 public:
  FileProblems(Problems& problems, std::string file)
      : problems_(problems), file_(std::move(file)) {}

  FileProblems(const FileProblems&) = delete;
  FileProblems& operator=(const FileProblems&) = delete;
  ~FileProblems();

  /// A fault at a place of the file ("line 3"); the error may name a field.
  void add(std::string_view where, Error error);

  /// The same where the place costs time to tell ("line 3, column 12" of a long text): it is asked
  /// for only if it is shown.
  template <std::invocable Where>
  void add(const Where& where, Error error) {
    add(count_ < kShown ? std::string_view(where()) : std::string_view(), std::move(error));
  }

 private:
  static constexpr std::size_t kShown = 10;

  Problems& problems_;
  std::string file_;
  std::size_t count_ = 0;
};

/// A fault where a name of the label (class, track, frame, attribute) or a value of an attribute is
/// longer than the program holds (core/base/limits.hpp). Such a label is left out, its record stays
/// in the source, and writers give its bytes back.
std::optional<Error> too_long(const Label& label);

/// The same for one name; `field` says what it is of ("class").
std::optional<Error> too_long(std::string_view field, std::string_view name);

/// Fills what a label has from its instant.
Label label_at(const Instant& instant);

/// Counts `elsewhere`, and says so where not one label belongs to a frame of the drive.
void judge_frames(LabelSet& labels, const Drive& drive, const std::filesystem::path& place);

}  // namespace sweepbox
