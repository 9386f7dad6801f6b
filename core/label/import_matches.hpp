#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/annotation/document.hpp"

// Inside the room label: which boxes of an import a document holds already (import_plan.hpp).

namespace sweepbox {

/// The document's side of a box of the labels.
struct HeldBox {
  std::size_t track = 0;           ///< index in Document::tracks()
  std::optional<std::size_t> key;  ///< of that track; empty: it has no key at that time
};

/// A box of the labels: track and key by index.
using FreshBox = std::pair<std::size_t, std::size_t>;

using TrackPointers = std::vector<std::shared_ptr<const Track>>;

/// For each key of each fresh track the box of the document that it is; empty for none. No two keys
/// are one box. `unchanged`: ids of the sources that the document has with the same content. Hidden
/// keys of fresh tracks are no boxes.
std::vector<std::vector<std::optional<HeldBox>>> match_boxes(
    std::span<const std::shared_ptr<const Track>> fresh,
    const Document& document,
    const std::set<std::string>& unchanged);

/// The class that a word means, by name; the word where the taxonomy does not know it.
class ClassWords {
 public:
  explicit ClassWords(const Taxonomy& taxonomy) : taxonomy_(taxonomy) {}

  const std::string& name_of(const std::string& word);

 private:
  const Taxonomy& taxonomy_;
  std::map<std::string, std::string> names_;
};

}  // namespace sweepbox
