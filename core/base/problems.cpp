#include "core/base/problems.hpp"

#include <algorithm>

namespace sweepbox {

std::string shortened(std::string_view text) {
  if (text.size() <= kLongestName) return std::string(text);
  constexpr std::string_view kCut = "…";
  std::size_t end = kLongestName - kCut.size();
  const auto continues = [&](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
  };
  constexpr std::size_t kLongestCharacter = 4;
  for (std::size_t back = 1; back < kLongestCharacter && continues(end); ++back) --end;
  return std::string(text.substr(0, end)).append(kCut);
}

Problem shortened(Problem problem) {
  const auto cut = [](std::string& words) {
    if (words.size() > kLongestName) words = shortened(words);
  };
  cut(problem.where);
  for (Text* text : {&problem.expected, &problem.found, &problem.fix}) {
    cut(text->key);
    std::for_each(text->arguments.begin(), text->arguments.end(), cut);
  }
  return problem;
}

void Problems::push_back(Problem problem) {
  const std::ptrdiff_t line = more_ > 0 ? 1 : 0;  // about the rest: it stays last
  if (list_.size() - static_cast<std::size_t>(line) >= most_) return count(problem.severity, 1);
  list_.insert(list_.end() - line, shortened(std::move(problem)));
}

void Problems::append(std::span<const Problem> others) {
  for (const Problem& problem : others) push_back(problem);
}

void Problems::append(const Problems& others) {
  const std::size_t kept = others.more_ > 0 ? others.size() - 1 : others.size();
  append(others.all().first(kept));
  if (others.more_ > 0) count(others.back().severity, others.more_);
}

void Problems::count(Severity severity, std::size_t how_many) {
  if (more_ == 0) list_.push_back({severity, {}, {}, {}, {}, {}});
  more_ += how_many;
  Problem& line = list_.back();
  line.severity = std::max(line.severity, severity);
  line.found =
      more_ == 1 ? Text("1 more problem like these") : text("{} more problems like these", more_);
}

}  // namespace sweepbox
