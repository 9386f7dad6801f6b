#include "core/annotation/edit.hpp"

#include <algorithm>

namespace sweepbox {

EditBuilder::EditBuilder(const Document& base) : base_(base), result_(base) {}

void EditBuilder::set(const Key& key, Value value) {
  result_ = result_.with(key, value);
  if (std::find(touched_.begin(), touched_.end(), key) == touched_.end()) touched_.push_back(key);
}

void EditBuilder::set(Track track) {
  const Key key{Kind::track, to_hex(track.uid)};
  set(key, std::make_shared<const Track>(std::move(track)));
}

void EditBuilder::remove(TrackId uid) {
  set({Kind::track, to_hex(uid)}, std::monostate());
}

Edit EditBuilder::finish(Text title, Author author) const {
  Edit edit;
  edit.title = std::move(title);
  edit.author = author;
  for (const Key& key : touched_) {
    Change change{key, base_.value(key), result_.value(key)};
    if (!same(change.before, change.after)) edit.changes.push_back(std::move(change));
  }
  return edit;
}

std::vector<Key> conflicts(const Edit& edit, const Document& document) {
  std::vector<Key> result;
  for (const Change& change : edit.changes)
    if (!same(change.before, document.value(change.key))) result.push_back(change.key);
  return result;
}

Document applied(const Edit& edit, const Document& document, std::uint64_t number) {
  std::vector<std::pair<Key, Value>> things;
  things.reserve(edit.changes.size());
  for (const Change& change : edit.changes) things.emplace_back(change.key, change.after);
  return document.with(things, number);
}

Document reversed(const Edit& edit, const Document& document, std::uint64_t number) {
  std::vector<std::pair<Key, Value>> things;
  things.reserve(edit.changes.size());
  for (const Change& change : edit.changes) things.emplace_back(change.key, change.before);
  return document.with(things, number);
}

}  // namespace sweepbox
