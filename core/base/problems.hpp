#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/limits.hpp"

namespace sweepbox {

/// The problems of one drive, label set or project, in bounded memory whatever the files hold. The
/// first `most` (at least 1) are kept in order; the rest are one more line at the end: "12 more
/// problems like these", as severe as the worst of them. Long words are cut (`shortened`).
class Problems {
 public:
  Problems() = default;

  explicit Problems(std::size_t most) : most_(most) {}

  void push_back(Problem problem);

  /// All of another list; what it only counted is counted here too.
  void append(const Problems& others);
  void append(std::span<const Problem> others);

  /// Problems that were kept, and the line about the rest where there is one.
  std::size_t size() const { return list_.size(); }

  bool empty() const { return list_.empty(); }

  /// Problems that are only counted.
  std::size_t more() const { return more_; }

  const Problem& operator[](std::size_t i) const { return list_[i]; }

  const Problem& front() const { return list_.front(); }

  const Problem& back() const { return list_.back(); }

  std::vector<Problem>::const_iterator begin() const { return list_.begin(); }

  std::vector<Problem>::const_iterator end() const { return list_.end(); }

  std::span<const Problem> all() const { return list_; }

 private:
  void count(Severity severity, std::size_t how_many);

  std::size_t most_ = kMostProblems;
  std::size_t more_ = 0;
  std::vector<Problem> list_;
};

/// A text of unknown length for a message: at most kLongestName bytes, cut between characters of
/// UTF-8, with "…" where something was cut.
std::string shortened(std::string_view text);

/// The same problem, each of its words and arguments shortened.
Problem shortened(Problem problem);

}  // namespace sweepbox
