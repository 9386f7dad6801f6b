#include "core/label/label.hpp"

#include <algorithm>

#include "core/base/open_file.hpp"
#include "core/drive/unreadable.hpp"
#include "core/label/instants.hpp"
#include "core/label/reading.hpp"
#include "core/label/repairs.hpp"
#include "core/label/writing.hpp"

namespace sweepbox {

Result<LabelSet> read_own_labels(const Drive& drive) {
  LabelSet all;
  for (const LabelPlace& place : drive.info().labels) {
    const LabelFormat* format = label_format(place.format);
    auto read = format ? format->read(drive, place.path)
                       : fail(place.path.string(), {}, "labels of a known format", place.format);
    if (!read) {
      all.problems.push_back(read.error());
      continue;
    }
    if (all.format.empty()) all.format = read->format;
    const auto append = [](auto& to, auto& from) {
      to.insert(
          to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
    };
    append(all.sources, read->sources);
    append(all.labels, read->labels);
    append(all.tracks, read->tracks);
    all.problems.append(read->problems);
    append(all.labelled, read->labelled);
    all.elsewhere += read->elsewhere;
  }
  apply_label_repairs(all, drive);
  return all;
}

const LabelFormat* recognised_format(const std::filesystem::path& place) {
  const auto surest = [](const auto& sureness) {
    const LabelFormat* best = nullptr;
    double most = 0;
    for (const LabelFormat& format : label_formats()) {
      const double sure = format.recognise ? sureness(format) : 0;
      if (sure <= most) continue;
      most = sure;
      best = &format;
    }
    return best;
  };
  if (const auto* found = surest([&](const auto& format) { return format.recognise(place); }))
    return found;
  // A folder that a convert wrote into: the labels lie in a folder of it, or are its only file.
  std::error_code ignored;
  if (!std::filesystem::is_directory(place, ignored)) return nullptr;
  return surest([&](const LabelFormat& format) {
    const std::filesystem::path below = place_of_labels(format, place);
    if (const double sure = below == place ? 0 : format.recognise(below); sure > 0) return sure;
    const auto files = files_like_labels(below);
    return files.size() == 1 ? format.recognise(files.front()) : 0;
  });
}

Result<LabelSet> read_labels(const Drive& drive,
                             const std::filesystem::path& place,
                             std::string_view format) {
  if (auto closed = closed_on_the_way(place)) return tl::unexpected(std::move(*closed));
  std::error_code ignored;
  if (is_special(place) || !std::filesystem::exists(place, ignored))
    return fail(
        place.string(), {}, "a file or a folder of labels", kind_at(place), "check the path");
  const LabelFormat* chosen = format.empty() ? recognised_format(place) : label_format(format);
  if (!chosen)
    return fail(place.string(),
                {},
                format.empty() ? Text("labels of a known format") : text("a label format"),
                format.empty() ? Text("none that is recognised") : text("{}", format),
                "name the format: see `sweepbox formats`");
  auto labels = chosen->read(drive, place_of_labels(*chosen, place));
  if (labels) apply_label_repairs(*labels, drive);
  if (labels && labels->labels.empty() && labels->tracks.empty() && labels->problems.empty())
    labels->problems.push_back({Severity::warning,
                                place.string(),
                                {},
                                text("labels of {}", chosen->title),
                                "no box in any file that was found there",
                                "name the file, or the folder that holds the label files"});
  return labels;
}

Result<LabelSet> read_labels(const Drive& drive, const LabelPlace& place) {
  return place.path.empty() ? read_own_labels(drive) : read_labels(drive, place.path, place.format);
}

}  // namespace sweepbox
