#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/annotation/document.hpp"
#include "core/base/error.hpp"
#include "core/base/text.hpp"

namespace sweepbox {

/// One thing replaced by another: whole values, or none.
struct Change {
  Key key;
  Value before;
  Value after;
};

enum class Author : std::uint8_t { hand = 1, job = 2, import = 3 };

/// The only way in which a document changes. Undo swaps before and after.
struct Edit {
  Text title;  ///< past tense, as shown: "Length set to 4.18 m in all 35 frames"
  Author author = Author::hand;
  std::string who;           ///< the person's name on this machine
  std::int64_t time_ns = 0;  ///< Unix time
  std::vector<Change> changes;

  bool empty() const { return changes.empty(); }
};

/// An edit under way: collects replacements against one document; the last one of a key wins and
/// what ends as it began is dropped.
class EditBuilder {
 public:
  explicit EditBuilder(const Document& base);

  void set(const Key& key, Value value);
  void set(Track track);  ///< under its uid
  void remove(TrackId uid);
  void take(const Edit& edit);  ///< all that another edit changes

  /// The document as it would be: what a preview shows. Made anew, a copy of each list.
  Document result() const;

  /// Changes ascend by key.
  Edit finish(Text title, Author author = Author::hand) const;

 private:
  Document base_;
  std::map<Key, Value> things_;
};

/// Things that an edit expects to find and does not: changed meanwhile. Empty: it can be applied.
std::vector<Key> conflicts(const Edit& edit, const Document& document);

/// The document after (or, backwards, before) the edit. Conflicts are the caller's to check.
Document applied(const Edit& edit, const Document& document, std::uint64_t number);
Document reversed(const Edit& edit, const Document& document, std::uint64_t number);

}  // namespace sweepbox
