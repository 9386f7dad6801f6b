#include "core/annotation/edit.hpp"

namespace sweepbox {

EditBuilder::EditBuilder(const Document& base) : base_(base) {}

void EditBuilder::set(const Key& key, Value value) {
  things_[key] = std::move(value);
}

void EditBuilder::set(Track track) {
  const Key key{Kind::track, to_hex(track.uid)};
  set(key, std::make_shared<const Track>(std::move(track)));
}

void EditBuilder::remove(TrackId uid) {
  set({Kind::track, to_hex(uid)}, std::monostate());
}

void EditBuilder::take(const Edit& edit) {
  for (const Change& change : edit.changes) things_[change.key] = change.after;
}

Document EditBuilder::result() const {
  return base_.with(std::vector<std::pair<Key, Value>>(things_.begin(), things_.end()));
}

Edit EditBuilder::finish(Text title, Author author) const {
  Edit edit;
  edit.title = std::move(title);
  edit.author = author;
  for (const auto& [key, value] : things_)
    if (Value before = base_.value(key); !same(before, value))
      edit.changes.push_back({key, std::move(before), value});
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
