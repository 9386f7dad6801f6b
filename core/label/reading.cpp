#include "core/label/reading.hpp"

#include <algorithm>

#include "core/base/files.hpp"
#include "core/base/hash.hpp"
#include "core/drive/unreadable.hpp"

namespace sweepbox {

Source source_at(const Drive& drive, const fs::path& path, std::string_view format) {
  Source source;
  // Found again from wherever the program is started.
  const auto whole = [](const fs::path& some) {
    std::error_code failed;
    const fs::path absolute = fs::absolute(some, failed);
    return (failed ? some : absolute).lexically_normal();
  };
  const fs::path relative = whole(path).lexically_relative(whole(drive.info().root));
  const bool below = !relative.empty() && relative.begin()->string() != "..";
  source.file = below ? relative.generic_string() : whole(path).string();
  source.id = std::string(format) + ":" + source.file;
  source.format = format;
  return source;
}

Result<Source> read_source(const Drive& drive,
                           const fs::path& path,
                           std::string_view format,
                           std::string frame_name) {
  Source source = source_at(drive, path, format);
  auto content = read_text(path);
  if (!content) {
    content.error().file = source.file;
    return tl::make_unexpected(content.error());
  }
  source.frame = std::move(frame_name);
  source.text = std::move(*content);
  source.hash = Hash().add(source.text).value();
  return source;
}

std::vector<fs::path> files_like_labels(const fs::path& folder) {
  return list_files(folder, {".txt", ".json", ".csv", ".xml", ".feather"});
}

Result<std::vector<fs::path>> label_files(const fs::path& place,
                                          std::initializer_list<std::string_view> extensions) {
  std::error_code code;
  if (!fs::is_directory(place, code)) {
    if (fs::exists(place, code)) return std::vector<fs::path>{place};
    return fail(place.string(), {}, "a file or folder of labels", "nothing", "check the path");
  }
  if (auto closed = unreadable_folder(place)) return tl::unexpected(std::move(*closed));
  std::vector<fs::path> files = list_files(place, extensions);
  const std::string extension = place.extension().string();
  if (files.empty() &&
      std::find(extensions.begin(), extensions.end(), extension) != extensions.end())
    return fail(place.string(),
                {},
                text("a {} file, or a folder of some", extension),
                "a folder without any",
                "take the file from where the drive came from");
  return files;
}

Result<fs::path> label_file(const Drive& drive, const fs::path& place, std::string_view extension) {
  std::error_code code;
  if (!fs::is_directory(place, code)) return place;
  const auto files = label_files(place, {extension});
  if (!files) return tl::unexpected(files.error());
  for (const fs::path& file : *files)
    if (file.stem().string() == drive.info().name || files->size() == 1) return file;
  return fail(place.string(),
              {},
              text("one {} file", extension),
              text("{}, none named {}", files->size(), drive.info().name + std::string(extension)),
              "name the file of this drive");
}

fs::path place_of_labels(const LabelFormat& format, const fs::path& place) {
  std::error_code code;
  if (!format.recognise || !fs::is_directory(place, code) || format.recognise(place) > 0 ||
      !files_like_labels(place).empty())
    return place;
  fs::path found;
  const auto is_second = [&](const fs::path& folder) {
    if (format.recognise(folder) <= 0) return false;
    if (!found.empty()) return true;
    found = folder;
    return false;
  };
  for (const fs::path& folder : list_folders(place)) {
    if (is_second(folder)) return place;
    for (const fs::path& deeper : list_folders(folder))
      if (is_second(deeper)) return place;
  }
  return found.empty() ? place : found;
}

Result<LabelSet> read_each(const Drive& drive,
                           const fs::path& place,
                           std::string_view format,
                           std::initializer_list<std::string_view> extensions,
                           const std::function<std::string(const fs::path&)>& frame_of,
                           const std::function<void(Source, LabelSet&)>& read_file) {
  const auto files = label_files(place, extensions);
  if (!files) return tl::make_unexpected(files.error());
  LabelSet set;
  set.format = format;
  for (const fs::path& file : *files) {
    auto source = read_source(drive, file, format, frame_of ? frame_of(file) : std::string());
    if (source)
      read_file(std::move(*source), set);
    else
      set.problems.push_back(source.error());
  }
  judge_frames(set, drive, place);
  return set;
}

std::string of_stem(const fs::path& file) {
  return file.stem().string();
}

Beginning beginning_of(const fs::path& place,
                       std::initializer_list<std::string_view> extensions,
                       std::size_t most) {
  constexpr std::size_t kFiles = 8;  // empty ones are frames without a box
  std::error_code code;
  std::vector<fs::path> files;
  if (fs::is_directory(place, code))
    files = list_files(place, extensions);
  else if (std::find(extensions.begin(), extensions.end(), place.extension().string()) !=
           extensions.end())
    files = {place};
  if (files.size() > kFiles) files.resize(kFiles);
  for (const fs::path& file : files) {
    if (!fs::is_regular_file(file, code)) continue;
    std::string text = read_beginning(file, most);
    const bool whole = text.size() < most;
    if (text.find_first_not_of(" \t\r\n") != std::string::npos)
      return {file, std::move(text), whole};
  }
  return {};
}

void FileProblems::add(std::string_view where, Error error) {
  if (++count_ > kShown) return;
  error.file = file_;
  error.where =
      error.where.empty() ? std::string(where) : fmt::format("{}, {}", where, error.where);
  problems_.push_back(std::move(error));
}

FileProblems::~FileProblems() {
  if (count_ > kShown)
    problems_.push_back({Severity::error,
                         file_,
                         {},
                         {},
                         text("{} more faults like these", count_ - kShown),
                         "check that this is the right file"});
}

std::optional<Error> too_long(std::string_view field, std::string_view name) {
  if (name.size() <= kLongestName) return std::nullopt;
  return fail({},
              std::string(field),
              text("a name of at most {} bytes", kLongestName),
              "a longer one",
              "the record stays in its file as it is; give it a shorter name there")
      .value();
}

std::optional<Error> too_long(const Label& label) {
  for (const auto& [field, name] : {std::pair("class", std::string_view(label.class_name)),
                                    {"track", label.track},
                                    {"frame", label.frame_name},
                                    {"camera", label.rect_camera}})
    if (auto fault = too_long(field, name)) return fault;
  for (const auto& [name, value] : label.attributes) {
    if (auto fault = too_long("attribute", name)) return fault;
    if (value.size() > kLongestValue)
      return fail({},
                  "attribute " + name,
                  text("a value of at most {} bytes", kLongestValue),
                  "a longer one",
                  "the record stays in its file as it is; shorten the value there")
          .value();
  }
  return std::nullopt;
}

Label label_at(const Instant& instant) {
  Label label;
  label.frame = instant.frame;
  label.frame_name = instant.name;
  label.stamp = instant.stamp;
  return label;
}

void judge_frames(LabelSet& labels, const Drive& drive, const fs::path& place) {
  labels.elsewhere = 0;
  for (const Label& label : labels.labels) labels.elsewhere += label.frame < 0;
  if (labels.labels.empty() || labels.elsewhere < static_cast<int>(labels.labels.size())) return;
  const auto frames = drive.frames();
  const std::string those =
      frames.empty() ? "none" : frames.front().name + " to " + frames.back().name;
  labels.problems.push_back({Severity::error,
                             place.string(),
                             {},
                             text("labels of this drive's frames ({})", those),
                             text("{} boxes, none of them in one of these frames: the first in {}",
                                  labels.labels.size(),
                                  labels.labels.front().frame_name),
                             "take the labels that belong to this drive"});
}

}  // namespace sweepbox
