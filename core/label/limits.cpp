#include "core/label/limits.hpp"

#include <algorithm>

#include "core/annotation/names.hpp"

namespace sweepbox {
namespace {

constexpr std::size_t kMostProblems = 10'000;

bool is_long(const Attributes& attributes) {
  return std::any_of(attributes.begin(), attributes.end(), [](const auto& attribute) {
    return is_too_long(attribute.first) || is_too_long(attribute.second);
  });
}

bool is_long(const Label& label) {
  return is_too_long(label.track) || is_too_long(label.class_name) || is_long(label.attributes);
}

bool is_long(const Track& track) {
  return is_too_long(track.name) || is_too_long(track.class_name) || is_long(track.attributes) ||
         std::any_of(track.frame_attributes.begin(),
                     track.frame_attributes.end(),
                     [](const auto& at) { return is_long(at.second); });
}

}  // namespace

void apply_limits(LabelSet& labels) {
  const auto elsewhere =
      std::count_if(labels.labels.begin(), labels.labels.end(), [](const Label& label) {
        return label.frame < 0 && is_long(label);
      });
  labels.elsewhere -= static_cast<int>(elsewhere);
  const std::string file = labels.sources.empty() ? std::string() : labels.sources.front().file;
  const auto boxes =
      std::erase_if(labels.labels, [](const Label& label) { return is_long(label); });
  const auto tracks =
      std::erase_if(labels.tracks, [](const Track& track) { return is_long(track); });
  if (labels.problems.size() > kMostProblems) {
    const std::size_t more = labels.problems.size() - kMostProblems;
    Problem rest = labels.problems[kMostProblems];
    rest.where.clear();
    rest.found = text("and {} more", more);
    labels.problems.resize(kMostProblems);
    labels.problems.push_back(std::move(rest));
  }
  if (boxes + tracks > 0)
    labels.problems.push_back({Severity::warning,
                               file,
                               {},
                               text("names of at most {} bytes", kLongestName),
                               text("{} boxes with a longer one, left out", boxes),
                               "shorten the class, the track or the attribute"});
}

}  // namespace sweepbox
