#include <algorithm>
#include <list>
#include <mutex>

#include "core/recording/index.hpp"

namespace sweepbox::recording {
namespace {

/// Chunks that were unpacked lately, up to a number of bytes (one, if it alone is larger).
class ChunkCache {
 public:
  using Bytes = std::shared_ptr<const std::vector<std::byte>>;

  Bytes find(std::uint64_t chunk) {
    const std::lock_guard lock(mutex_);
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
      if (entry->first != chunk) continue;
      entries_.splice(entries_.begin(), entries_, entry);
      return entries_.front().second;
    }
    return nullptr;
  }

  void add(std::uint64_t chunk, Bytes bytes) {
    constexpr std::size_t kMost = std::size_t{128} << 20;
    const std::lock_guard lock(mutex_);
    for (const auto& [other, unused] : entries_)
      if (other == chunk) return;  // two threads wanted it at one time
    size_ += bytes->size();
    entries_.emplace_front(chunk, std::move(bytes));
    while (size_ > kMost && entries_.size() > 1) {
      size_ -= entries_.back().second->size();
      entries_.pop_back();
    }
  }

 private:
  std::mutex mutex_;
  std::list<std::pair<std::uint64_t, Bytes>> entries_;  // the last used first
  std::size_t size_ = 0;
};

class IndexedRecording : public Recording {
 public:
  IndexedRecording(std::shared_ptr<const InputFile> file, Index index)
      : file_(std::move(file)), index_(std::move(index)) {
    for (Problem& problem : index_.problems) problem.file = file_->path().string();
  }

  std::span<const Topic> topics() const override { return index_.topics; }

  std::span<const MessageRef> messages(std::size_t topic) const override {
    return index_.messages[topic];
  }

  std::span<const RecordedPose> poses() const override { return index_.poses; }

  std::span<const std::string> frame_names() const override { return index_.frame_names; }

  std::span<const Problem> problems() const override { return index_.problems; }

  const fs::path& file_of(const MessageRef&) const override { return file_->path(); }

  Result<MessageBytes> read(const MessageRef& message) const override {
    if ((message.place & kInFile) != 0) {
      auto bytes = file_->read(message.place & ~kInFile, message.size);
      if (!bytes) return tl::unexpected(bytes.error());
      const auto owner = std::make_shared<const std::vector<std::byte>>(std::move(*bytes));
      return MessageBytes{owner, *owner};
    }
    if (message.place >= index_.chunks.size()) return outside(message);
    auto owner = cache_.find(message.place);
    if (!owner) {
      auto plain = unpacked(*file_, index_.chunks[message.place]);
      if (!plain) return tl::unexpected(plain.error());
      owner = std::make_shared<const std::vector<std::byte>>(std::move(*plain));
      cache_.add(message.place, owner);
    }
    if (message.offset > owner->size() || message.size > owner->size() - message.offset)
      return outside(message);
    return MessageBytes{owner, std::span(*owner).subspan(message.offset, message.size)};
  }

 private:
  tl::unexpected<Error> outside(const MessageRef& message) const {
    return fail(file_->path().string(),
                fmt::format("chunk {}", message.place),
                text("a message of {} bytes at byte {}", message.size, message.offset),
                "less",
                "the file has changed since it was indexed: open it again");
  }

  std::shared_ptr<const InputFile> file_;
  Index index_;
  mutable ChunkCache cache_;
};

/// Files of one recording, one after the other.
class JoinedRecording : public Recording {
 public:
  JoinedRecording(std::vector<std::unique_ptr<Recording>> parts, std::vector<Problem> problems)
      : parts_(std::move(parts)), problems_(std::move(problems)) {
    for (std::size_t i = 0; i < parts_.size(); ++i) take(static_cast<std::uint32_t>(i));
    for (std::vector<MessageRef>& refs : messages_)
      std::stable_sort(refs.begin(), refs.end(), [](const MessageRef& a, const MessageRef& b) {
        return a.stamp_ns < b.stamp_ns;
      });
    std::stable_sort(
        poses_.begin(), poses_.end(), [](const RecordedPose& a, const RecordedPose& b) {
          return std::pair(a.topic, a.stamp_ns) < std::pair(b.topic, b.stamp_ns);
        });
  }

  std::span<const Topic> topics() const override { return topics_; }

  std::span<const MessageRef> messages(std::size_t topic) const override {
    return messages_[topic];
  }

  std::span<const RecordedPose> poses() const override { return poses_; }

  std::span<const std::string> frame_names() const override { return frame_names_; }

  std::span<const Problem> problems() const override { return problems_; }

  const fs::path& file_of(const MessageRef& message) const override {
    MessageRef own = message;
    own.file = 0;
    return parts_[message.file]->file_of(own);
  }

  Result<MessageBytes> read(const MessageRef& message) const override {
    MessageRef own = message;
    own.file = 0;
    return parts_[message.file]->read(own);
  }

 private:
  void take(std::uint32_t file) {
    const Recording& part = *parts_[file];
    std::vector<std::uint32_t> topic_of, frame_of;
    for (const Topic& topic : part.topics()) {
      auto same = std::find_if(topics_.begin(), topics_.end(), [&](const Topic& one) {
        return one.name == topic.name && one.type == topic.type && one.encoding == topic.encoding;
      });
      if (same == topics_.end()) {
        topics_.push_back(topic);
        messages_.emplace_back();
        same = topics_.end() - 1;
      } else {
        same->count += topic.count;
      }
      topic_of.push_back(static_cast<std::uint32_t>(same - topics_.begin()));
      std::vector<MessageRef>& refs = messages_[topic_of.back()];
      for (MessageRef ref : part.messages(topic_of.size() - 1)) {
        ref.file = file;
        refs.push_back(ref);
      }
    }
    for (const std::string& name : part.frame_names()) {
      auto same = std::find(frame_names_.begin(), frame_names_.end(), name);
      if (same == frame_names_.end()) same = frame_names_.insert(same, name);
      frame_of.push_back(static_cast<std::uint32_t>(same - frame_names_.begin()));
    }
    for (RecordedPose pose : part.poses()) {
      pose.topic = topic_of[pose.topic];
      pose.parent = frame_of[pose.parent];
      pose.child = frame_of[pose.child];
      poses_.push_back(pose);
    }
    problems_.insert(problems_.end(), part.problems().begin(), part.problems().end());
  }

  std::vector<std::unique_ptr<Recording>> parts_;
  std::vector<Problem> problems_;
  std::vector<Topic> topics_;
  std::vector<std::vector<MessageRef>> messages_;
  std::vector<RecordedPose> poses_;
  std::vector<std::string> frame_names_;
};

}  // namespace

std::unique_ptr<Recording> make_indexed_recording(std::shared_ptr<const InputFile> file,
                                                  Index index) {
  return std::make_unique<IndexedRecording>(std::move(file), std::move(index));
}

std::unique_ptr<Recording> make_joined_recording(std::vector<std::unique_ptr<Recording>> parts,
                                                 std::vector<Problem> problems) {
  return std::make_unique<JoinedRecording>(std::move(parts), std::move(problems));
}

}  // namespace sweepbox::recording
