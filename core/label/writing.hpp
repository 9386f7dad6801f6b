#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/label/instants.hpp"
#include "core/label/label.hpp"

// What the writers of label files share.

namespace sweepbox {

/// A box of the document on its way into a file.
struct OutBox {
  std::shared_ptr<const Track> track;
  Cuboid cuboid_in_ego;
  Attributes attributes;  ///< without "present"
  std::optional<double> score;
  std::optional<Origin> origin;  ///< of the key that stands there
};

struct OutFrame {
  Instant instant;
  const Source* source = nullptr;  ///< that holds this frame's labels alone
  std::vector<OutBox> boxes;       ///< by name, numbers by value
};

/// Shared: one export asks for names, losses and files in turn.
class OutFrames {
 public:
  OutFrames() : OutFrames(std::vector<OutFrame>()) {}

  OutFrames(std::vector<OutFrame> frames)
      : frames_(std::make_shared<const std::vector<OutFrame>>(std::move(frames))) {}

  explicit OutFrames(std::shared_ptr<const std::vector<OutFrame>> frames)
      : frames_(std::move(frames)) {}

  operator const std::vector<OutFrame>&() const { return *frames_; }

  operator std::span<const OutFrame>() const { return *frames_; }

  auto begin() const { return frames_->begin(); }

  auto end() const { return frames_->end(); }

  std::size_t size() const { return frames_->size(); }

  const std::shared_ptr<const std::vector<OutFrame>>& shared() const { return frames_; }

 private:
  std::shared_ptr<const std::vector<OutFrame>> frames_;
};

/// Whose the records of a frame are. A box whose key still has its origin there is the record,
/// untouched. The others wait: a record that nobody is may be taken by one that was changed, found
/// by the name that its track had when it was read. Those that wait in the end are new.
class Claims {
 public:
  /// Of records first … first + count − 1 of the source (nullptr: all boxes are new); of several
  /// boxes of one record the first has it. The boxes outlive this.
  Claims(std::span<const OutBox> boxes,
         const Source* source,
         std::size_t count,
         std::size_t first = 0);

  /// The untouched box of record first + index; nullptr where there is none.
  const OutBox* untouched(std::size_t index) const;
  /// The first waiting box of a track of that name, which waits no longer; nullptr for none.
  const OutBox* take(std::string_view track);

  /// In the order of the boxes.
  const std::vector<const OutBox*>& waiting() const { return waiting_; }

 private:
  std::map<std::size_t, const OutBox*> untouched_;
  std::vector<const OutBox*> waiting_;
};

using Sources = std::vector<std::shared_ptr<const Source>>;

/// The last component of a source's file.
std::string file_name_of(const Source& source);

/// Sources of a format in the document, by id.
Sources sources_of(const Document& document, std::string_view format);

/// The requested frames in order; where those are all of the drive's, also the instants that it
/// does not have but labels of it do, so that what came in goes out again. Fewer where the request
/// is cancelled meanwhile.
OutFrames frames_to_write(const WriteRequest& request, const Sources& sources);
bool is_whole(const WriteRequest& request);

/// The format's own word for a class: the class's name or its first alias among them; empty for
/// none.
std::optional<std::string> own_word(const Taxonomy& taxonomy,
                                    const std::string& class_name,
                                    std::span<const std::string_view> words);

/// The same; else, where `other` is given, that, else the class's own name.
std::string word_for(const Taxonomy& taxonomy,
                     const std::string& class_name,
                     std::span<const std::string_view> words,
                     std::string_view other = {});

}  // namespace sweepbox
