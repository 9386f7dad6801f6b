#include <algorithm>
#include <cstring>
#include <type_traits>

#include "core/base/byte_reader.hpp"
#include "core/base/hash.hpp"
#include "core/recording/index.hpp"

// An index as bytes, so that a large recording is walked through once: a head that says whose it
// is, the tables, and a hash over all. Anything that does not fit means "walk again".

namespace sweepbox::recording {
namespace {

constexpr std::string_view kMagic = "sweepbox index 2";  // a new number for each change below
constexpr std::size_t kMostKept = 200;                   // files in the folder

class Writer {
 public:
  template <class Number>
  void number(Number value) {
    static_assert(std::is_arithmetic_v<Number>);
    const auto* first = reinterpret_cast<const std::byte*>(&value);
    bytes_.insert(bytes_.end(), first, first + sizeof value);
  }

  void text(std::string_view value) {
    number<std::uint64_t>(value.size());
    const auto* first = reinterpret_cast<const std::byte*>(value.data());
    bytes_.insert(bytes_.end(), first, first + value.size());
  }

  void words(const Text& value) {
    text(value.key);
    list(value.arguments, [&](const std::string& argument) { text(argument); });
  }

  template <class List, class Write>
  void list(const List& values, Write write) {
    number<std::uint64_t>(values.size());
    for (const auto& value : values) write(value);
  }

  std::vector<std::byte>& bytes() { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : reader_(bytes) {}

  template <class Number>
  Number number() {
    const auto value = bad_ ? std::nullopt : reader_.number<Number>();
    bad_ = bad_ || !value;
    return value.value_or(Number{});
  }

  std::string text() {
    const auto size = number<std::uint64_t>();
    const auto value = bad_ ? std::nullopt : reader_.text(size);
    bad_ = bad_ || !value;
    return std::string(value.value_or(""));
  }

  Text words() {
    Text value;
    value.key = text();
    list(value.arguments, [&] { return text(); });
    return value;
  }

  /// Every element takes at least a byte: a count beyond what is left is none.
  template <class Value, class Read>
  void list(std::vector<Value>& values, Read read) {
    const auto count = number<std::uint64_t>();
    bad_ = bad_ || count > reader_.left();
    for (std::uint64_t i = 0; i < count && !bad_; ++i) values.push_back(read());
  }

  bool whole() const { return !bad_ && reader_.left() == 0; }

 private:
  ByteReader reader_;
  bool bad_ = false;
};

void write_head(Writer& writer, const InputFile& file, std::string_view format) {
  writer.text(kMagic);
  writer.text(format);
  writer.text(fs::absolute(file.path()).lexically_normal().string());
  writer.number(file.size());
  writer.number(file.changed_ns());
}

void write_topic(Writer& writer, const Topic& topic) {
  for (const std::string* words : {&topic.name, &topic.type, &topic.encoding}) writer.text(*words);
  writer.number(topic.count);
  writer.number(static_cast<std::uint8_t>(topic.kind));
}

Topic read_topic(Reader& reader) {
  Topic topic;
  for (std::string* words : {&topic.name, &topic.type, &topic.encoding}) *words = reader.text();
  topic.count = reader.number<std::uint64_t>();
  topic.kind = static_cast<MessageKind>(reader.number<std::uint8_t>());
  return topic;
}

void write_ref(Writer& writer, const MessageRef& ref) {
  writer.number(ref.stamp_ns);
  writer.number(ref.log_ns);
  writer.number(ref.publish_ns);
  writer.number(ref.place);
  writer.number(ref.offset);
  writer.number(ref.size);
}

MessageRef read_ref(Reader& reader) {
  MessageRef ref;
  ref.stamp_ns = reader.number<std::int64_t>();
  ref.log_ns = reader.number<std::int64_t>();
  ref.publish_ns = reader.number<std::int64_t>();
  ref.place = reader.number<std::uint64_t>();
  ref.offset = reader.number<std::uint32_t>();
  ref.size = reader.number<std::uint32_t>();
  return ref;
}

void write_pose(Writer& writer, const RecordedPose& pose) {
  writer.number(pose.topic);
  writer.number(pose.parent);
  writer.number(pose.child);
  writer.number(pose.stamp_ns);
  for (const double value : pose.translation) writer.number(value);
  for (const double value : pose.rotation) writer.number(value);
}

RecordedPose read_pose(Reader& reader) {
  RecordedPose pose;
  pose.topic = reader.number<std::uint32_t>();
  pose.parent = reader.number<std::uint32_t>();
  pose.child = reader.number<std::uint32_t>();
  pose.stamp_ns = reader.number<std::int64_t>();
  for (double& value : pose.translation) value = reader.number<double>();
  for (double& value : pose.rotation) value = reader.number<double>();
  return pose;
}

std::vector<std::byte> packed(const Index& index, const InputFile& file, std::string_view format) {
  Writer writer;
  write_head(writer, file, format);
  writer.list(index.topics, [&](const Topic& topic) { write_topic(writer, topic); });
  writer.list(index.messages, [&](const std::vector<MessageRef>& refs) {
    writer.list(refs, [&](const MessageRef& ref) { write_ref(writer, ref); });
  });
  writer.list(index.poses, [&](const RecordedPose& pose) { write_pose(writer, pose); });
  writer.list(index.frame_names, [&](const std::string& name) { writer.text(name); });
  writer.list(index.chunks, [&](const Chunk& chunk) {
    writer.number(chunk.place);
    writer.number(chunk.packed);
    writer.number(chunk.plain);
    writer.number(static_cast<std::uint8_t>(chunk.packing));
  });
  writer.list(index.problems, [&](const Problem& problem) {
    writer.number(static_cast<std::uint8_t>(problem.severity));
    writer.text(problem.where);
    writer.words(problem.expected);
    writer.words(problem.found);
    writer.words(problem.fix);
  });
  writer.number(Hash().add(writer.bytes()).value());
  return std::move(writer.bytes());
}

/// Numbers that stand for something stand for something that is there.
bool is_sound(const Index& index) {
  const auto frames = index.frame_names.size();
  bool sound = index.messages.size() == index.topics.size();
  for (const Topic& topic : index.topics) sound = sound && topic.kind <= MessageKind::pose;
  for (const Chunk& chunk : index.chunks) sound = sound && chunk.packing <= Packing::bzip2;
  for (const RecordedPose& pose : index.poses)
    sound =
        sound && pose.topic < index.topics.size() && pose.parent < frames && pose.child < frames;
  return sound;
}

std::optional<Index> unpacked_index(std::span<const std::byte> bytes,
                                    const InputFile& file,
                                    std::string_view format) {
  Writer head;
  write_head(head, file, format);
  const std::vector<std::byte>& begin = head.bytes();
  constexpr std::size_t kHash = sizeof(std::uint64_t);
  if (bytes.size() < begin.size() + kHash || !std::equal(begin.begin(), begin.end(), bytes.begin()))
    return std::nullopt;
  std::uint64_t hash;
  std::memcpy(&hash, bytes.data() + bytes.size() - kHash, kHash);
  bytes = bytes.first(bytes.size() - kHash);
  if (Hash().add(bytes).value() != hash) return std::nullopt;
  Reader reader(bytes.subspan(begin.size()));
  Index index;
  reader.list(index.topics, [&] { return read_topic(reader); });
  reader.list(index.messages, [&] {
    std::vector<MessageRef> refs;
    reader.list(refs, [&] { return read_ref(reader); });
    return refs;
  });
  reader.list(index.poses, [&] { return read_pose(reader); });
  reader.list(index.frame_names, [&] { return reader.text(); });
  reader.list(index.chunks, [&] {
    Chunk chunk;
    chunk.place = reader.number<std::uint64_t>();
    chunk.packed = reader.number<std::uint64_t>();
    chunk.plain = reader.number<std::uint64_t>();
    chunk.packing = static_cast<Packing>(reader.number<std::uint8_t>());
    return chunk;
  });
  reader.list(index.problems, [&] {
    Problem problem;
    problem.severity = static_cast<Severity>(std::min<int>(reader.number<std::uint8_t>(), 2));
    problem.where = reader.text();
    problem.expected = reader.words();
    problem.found = reader.words();
    problem.fix = reader.words();
    return problem;
  });
  if (!reader.whole() || !is_sound(index)) return std::nullopt;
  return index;
}

fs::path place_of(const InputFile& file, const IndexKeeping& keeping) {
  const std::string path = fs::absolute(file.path()).lexically_normal().string();
  return keeping.folder / (Hash().add(path).hex() + ".index");
}

/// The oldest go where there are many: recordings that were opened once.
void drop_old(const fs::path& folder) {
  std::vector<std::pair<fs::file_time_type, fs::path>> kept;
  std::error_code ignored;
  for (fs::path& path : list_files(folder, {".index"})) {
    const auto changed = fs::last_write_time(path, ignored);
    kept.emplace_back(changed, std::move(path));
  }
  std::sort(kept.begin(), kept.end());
  for (std::size_t i = 0; i + kMostKept < kept.size(); ++i) fs::remove(kept[i].second, ignored);
}

}  // namespace

Result<Index> kept_index(const InputFile& file,
                         std::string_view format,
                         const IndexKeeping& keeping,
                         const std::function<Result<Index>()>& make) {
  if (file.size() < keeping.smallest_file) return make();
  const fs::path place = place_of(file, keeping);
  if (const auto bytes = read_bytes(place))
    if (auto index = unpacked_index(*bytes, file, format)) return std::move(*index);
  auto index = make();
  if (!index) return index;
  auto written = make_folder(keeping.folder);
  if (written) written = write_file(place, packed(*index, file, format));
  drop_old(keeping.folder);
  // Nothing is lost but the time of the next opening.
  if (!written)
    index->problems.push_back({Severity::note,
                               {},
                               "index",
                               text("room to keep it in {}", keeping.folder.string()),
                               written.error().found,
                               "the next opening walks through the recording again"});
  return index;
}

}  // namespace sweepbox::recording
