#pragma once
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/annotation/track.hpp"

namespace sweepbox {

/// The tracks of a document by uid. A value: a copy costs nothing, and one that differs in a few
/// tracks shares the rest, so that an edit among 45,000 tracks costs what it costs among 200. What
/// is asked by time or by name is answered from an index, made at the first such question and
/// handed on to what is derived.
class TrackList {
  struct Chunk;
  struct Inside;

 public:
  using Pointer = std::shared_ptr<const Track>;

  /// Forward, ascending uid.
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Pointer;
    using difference_type = std::ptrdiff_t;
    using pointer = const Pointer*;
    using reference = const Pointer&;

    Iterator() = default;
    reference operator*() const;

    pointer operator->() const { return &**this; }

    Iterator& operator++();

    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }

    bool operator==(const Iterator&) const = default;

   private:
    friend class TrackList;
    const std::shared_ptr<const Chunk>* chunk_ = nullptr;
    std::size_t at_ = 0;
  };

  TrackList();

  Iterator begin() const;
  Iterator end() const;
  std::size_t size() const;

  bool empty() const { return size() == 0; }

  const Pointer& operator[](std::size_t index) const;  ///< index < size()

  const Pointer& front() const { return (*this)[0]; }

  /// nullptr where there is none.
  Pointer find(TrackId uid) const;
  /// Number of the edit that made the track; 0 where there is none.
  std::uint64_t edit_of(TrackId uid) const;

  /// Tracks whose life has a moment in [first, last], ascending uid.
  std::vector<Pointer> living(Stamp first, Stamp last) const;
  /// The first with that shown name; nullptr where there is none.
  Pointer named(std::string_view name) const;
  /// The smallest number not yet taken as a shown name: "1", "2" …
  std::string free_name() const;

  struct Replacement {
    TrackId uid = 0;
    Pointer track;  ///< null: removed
  };

  /// The list with things replaced, of two of one uid by the last, in one pass.
  TrackList with(std::vector<Replacement> by, std::uint64_t edit) const;

  /// The same tracks or equal ones.
  bool operator==(const TrackList& other) const;

 private:
  struct Index;

  explicit TrackList(std::shared_ptr<const Inside> inside) : inside_(std::move(inside)) {}

  std::shared_ptr<const Index> index() const;
  TrackList without_index() const;

  std::shared_ptr<const Inside> inside_;
};

}  // namespace sweepbox
