#include <sqlite3.h>

#include <algorithm>
#include <limits>
#include <mutex>

#include <yaml-cpp/yaml.h>

#include "core/recording/index.hpp"

// rosbag2 recordings (formats.md 2.14): SQLite files that are opened read only and as if nobody
// else wrote them (no journal is made beside them), or MCAP files, with metadata.yaml beside them.

namespace sweepbox {
namespace {

using recording::Index;
using recording::IndexBuilder;
using recording::InputFile;

struct Close {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }

  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

  void operator()(sqlite3_blob* blob) const { sqlite3_blob_close(blob); }
};

using Database = std::unique_ptr<sqlite3, Close>;
using Statement = std::unique_ptr<sqlite3_stmt, Close>;
using Blob = std::unique_ptr<sqlite3_blob, Close>;

enum class MessagePacking { none, zstd };

/// Bytes of metadata.yaml: a recording of 10,000 files has some three million, and the library
/// takes 400 bytes for each value.
constexpr std::uint64_t kLargestMetadata = std::uint64_t{4} << 20;

tl::unexpected<Error> damaged(const fs::path& path, std::string where, std::string_view why) {
  return fail(path.string(),
              std::move(where),
              "a rosbag2 data base (SQLite)",
              text("{}", why),
              "the file is damaged or no recording: take it again");
}

/// A name inside a file: URI.
std::string escaped(const std::string& path) {
  std::string name;
  for (const char letter : path) {
    if (std::isalnum(static_cast<unsigned char>(letter)) || letter == '/' || letter == '.' ||
        letter == '_' || letter == '-')
      name += letter;
    else
      name += fmt::format("%{:02X}", static_cast<unsigned char>(letter));
  }
  return name;
}

Result<Database> open_database(const InputFile& file) {
  const std::string uri = "file:" + escaped(fs::absolute(file.path()).string()) + "?immutable=1";
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(
      uri.c_str(), &raw, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(raw);
  if (code != SQLITE_OK || !raw)
    return damaged(file.path(), {}, raw ? sqlite3_errmsg(raw) : "no memory for it");
  // Of somebody else's data base nothing runs, and nothing is taken for its word.
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_exec(raw, "PRAGMA cell_size_check = ON", nullptr, nullptr, nullptr);
  const auto longest = std::min<std::uint64_t>(file.size() + 4096, 1 << 30);
  sqlite3_limit(raw, SQLITE_LIMIT_LENGTH, static_cast<int>(longest));
  return database;
}

std::string text_at(sqlite3_stmt* row, int column) {
  if (column < 0) return {};
  const unsigned char* words = sqlite3_column_text(row, column);
  const int size = sqlite3_column_bytes(row, column);
  return words ? std::string(reinterpret_cast<const char*>(words), static_cast<std::size_t>(size))
               : std::string();
}

/// Number of the column of that name; −1 where an older version has none.
int column_named(sqlite3_stmt* statement, std::string_view name) {
  for (int i = 0; i < sqlite3_column_count(statement); ++i)
    if (const char* here = sqlite3_column_name(statement, i); here && name == here) return i;
  return -1;
}

class SqliteScan {
 public:
  SqliteScan(const InputFile& file, sqlite3* database, MessagePacking packing)
      : file_(file), database_(database), packing_(packing), builder_(file.size()) {}

  Result<Index> run() {
    // Cells that point in circles must not keep it busy for ever: a row takes some ten bytes of
    // the file and some ten steps.
    steps_left_ = 1'000 + static_cast<std::int64_t>(file_.size() / 50);
    sqlite3_progress_handler(database_, 100, &SqliteScan::count_steps, this);
    auto index = scan();
    sqlite3_progress_handler(database_, 0, nullptr, nullptr);
    return index;
  }

 private:
  static int count_steps(void* self) {
    return --static_cast<SqliteScan*>(self)->steps_left_ < 0 ? 1 : 0;
  }

  Result<Statement> prepare(const char* query, std::string_view table) {
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v2(database_, query, -1, &raw, nullptr) != SQLITE_OK)
      return damaged(file_.path(), std::string(table), sqlite3_errmsg(database_));
    return Statement(raw);
  }

  Result<Index> scan() {
    if (const auto read = read_topics(); !read) return tl::unexpected(read.error());
    for (const auto& [id, topic] : described_) topics_.emplace(id, builder_.topic(topic));
    if (const auto read = read_messages(); !read) return tl::unexpected(read.error());
    return builder_.finish();
  }

  Result<void> read_topics() {
    auto rows = prepare("SELECT * FROM main.topics", "topics");
    if (!rows) return tl::unexpected(rows.error());
    const int id = column_named(rows->get(), "id"), name = column_named(rows->get(), "name"),
              type = column_named(rows->get(), "type"),
              encoding = column_named(rows->get(), "serialization_format");
    if (id < 0 || name < 0 || type < 0)
      return damaged(file_.path(), "topics", "no columns id, name and type");
    constexpr std::size_t kMost = 10'000;
    int code = SQLITE_DONE;
    while (described_.size() < kMost && (code = sqlite3_step(rows->get())) == SQLITE_ROW) {
      Topic topic;
      topic.name = text_at(rows->get(), name);
      topic.type = text_at(rows->get(), type);
      topic.encoding = encoding < 0 ? "cdr" : text_at(rows->get(), encoding);
      described_.emplace(sqlite3_column_int64(rows->get(), id), std::move(topic));
    }
    if (code != SQLITE_DONE && code != SQLITE_ROW)
      return damaged(file_.path(), "topics", sqlite3_errmsg(database_));
    return {};
  }

  Result<void> read_messages() {
    // By row, so that the file is read from its begin to its end.
    auto rows = prepare("SELECT rowid, topic_id, timestamp FROM main.messages", "messages");
    if (!rows) return tl::unexpected(rows.error());
    std::uint64_t lost = 0, unread = 0, too_much = 0;
    std::uint64_t rows_left = file_.size() / 8;  // rows that fit a file of its size
    const std::uint64_t most = most_unpacked_from(file_.size());
    int code;
    while ((code = sqlite3_step(rows->get())) == SQLITE_ROW && rows_left-- > 0) {
      const auto topic = topics_.find(sqlite3_column_int64(rows->get(), 1));
      if (topic == topics_.end()) {
        ++lost;
        continue;
      }
      MessageRef ref;
      ref.place = static_cast<std::uint64_t>(sqlite3_column_int64(rows->get(), 0));
      ref.log_ns = ref.publish_ns = sqlite3_column_int64(rows->get(), 2);
      const bool unindexed = builder_.wanted(topic->second, 64) == 0;
      if (!unindexed && unpacked_ > most) {
        ++too_much;
        continue;
      }
      if (unindexed || look(topic->second, ref))
        builder_.add(topic->second, ref, begin_);
      else
        ++unread;
    }
    if (code != SQLITE_DONE)
      builder_.tell(Severity::warning,
                    "messages",
                    "rows to the end",
                    text("{}", sqlite3_errmsg(database_)),
                    "what stands before is read; take the file again");
    if (too_much > 0)
      builder_.tell(Severity::error,
                    "messages",
                    text("messages whose begins together unpack to at most {} bytes: 64 times the "
                         "file and 256 MB",
                         most),
                    text("{} more messages", too_much),
                    "they are left out; check where this file comes from");
    if (lost + unread > 0)
      builder_.tell(Severity::warning,
                    "messages",
                    "rows of a topic that is described, with their bytes",
                    text("{} others", lost + unread),
                    "they are left out");
    return {};
  }

  /// Size and first bytes of a row's message, without reading the rest.
  bool look(std::uint32_t topic, MessageRef& ref) {
    const auto row = static_cast<sqlite3_int64>(ref.place);
    if (!blob_ || sqlite3_blob_reopen(blob_.get(), row) != SQLITE_OK) {
      sqlite3_blob* raw = nullptr;
      blob_.reset();
      if (sqlite3_blob_open(database_, "main", "messages", "data", row, 0, &raw) != SQLITE_OK)
        return false;
      blob_.reset(raw);
    }
    const int size = sqlite3_blob_bytes(blob_.get());
    if (size < 0 || static_cast<std::uint64_t>(size) > file_.size()) return false;
    ref.size = static_cast<std::uint32_t>(size);
    // Of packed messages the begin is not to be had alone.
    const std::uint64_t wanted =
        packing_ == MessagePacking::zstd ? ref.size : builder_.wanted(topic, ref.size);
    begin_.resize(static_cast<std::size_t>(wanted));
    if (sqlite3_blob_read(blob_.get(), begin_.data(), static_cast<int>(wanted), 0) != SQLITE_OK)
      return false;
    if (packing_ == MessagePacking::none) return true;
    auto plain = unpack_beginning(
        Packing::zstd, begin_, builder_.wanted(topic, recording::most_unpacked(ref.size)));
    if (!plain) return false;
    begin_ = std::move(*plain);
    unpacked_ += begin_.size();
    return true;
  }

  const InputFile& file_;
  sqlite3* database_;
  MessagePacking packing_;
  IndexBuilder builder_;
  std::map<sqlite3_int64, Topic> described_;
  std::map<sqlite3_int64, std::uint32_t> topics_;
  Blob blob_;
  std::vector<std::byte> begin_;
  std::int64_t steps_left_ = 0;
  std::uint64_t unpacked_ = 0;  // bytes, of all packed messages that were looked into
};

class SqliteRecording : public Recording {
 public:
  SqliteRecording(std::shared_ptr<const InputFile> file,
                  Database database,
                  MessagePacking packing,
                  Index index)
      : file_(std::move(file)),
        database_(std::move(database)),
        packing_(packing),
        index_(std::move(index)) {
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
    auto bytes = read_row(message);
    if (bytes && packing_ == MessagePacking::zstd)
      bytes = unpack(Packing::zstd, *bytes, recording::most_unpacked(bytes->size()));
    if (!bytes) return tl::unexpected(in_file(bytes.error(), file_->path().string()));
    const auto owner = std::make_shared<const std::vector<std::byte>>(std::move(*bytes));
    return MessageBytes{owner, *owner};
  }

 private:
  Result<std::vector<std::byte>> read_row(const MessageRef& message) const {
    const std::lock_guard lock(mutex_);
    sqlite3_blob* raw = nullptr;
    const int code = sqlite3_blob_open(database_.get(),
                                       "main",
                                       "messages",
                                       "data",
                                       static_cast<sqlite3_int64>(message.place),
                                       0,
                                       &raw);
    const Blob blob(raw);
    const std::string where = fmt::format("message {}", message.place);
    if (code != SQLITE_OK) return damaged(file_->path(), where, sqlite3_errmsg(database_.get()));
    const int size = sqlite3_blob_bytes(blob.get());
    if (size < 0 || static_cast<std::uint64_t>(size) > file_->size())
      return damaged(file_->path(), where, "more bytes than the file has");
    std::vector<std::byte> bytes(static_cast<std::size_t>(size));
    if (sqlite3_blob_read(blob.get(), bytes.data(), size, 0) != SQLITE_OK)
      return damaged(file_->path(), where, sqlite3_errmsg(database_.get()));
    return bytes;
  }

  std::shared_ptr<const InputFile> file_;
  Database database_;
  MessagePacking packing_;
  Index index_;
  mutable std::mutex mutex_;  // of the data base: SQLite reads for one thread at a time
};

Result<std::unique_ptr<Recording>> open_sqlite(const fs::path& path,
                                               MessagePacking packing,
                                               const IndexKeeping& keeping) {
  auto file = InputFile::open(path);
  if (!file) return tl::unexpected(file.error());
  auto database = open_database(**file);
  if (!database) return tl::unexpected(database.error());
  const char* format = packing == MessagePacking::zstd ? "rosbag2 zstd" : "rosbag2";
  auto index = recording::kept_index(
      **file, format, keeping, [&] { return SqliteScan(**file, database->get(), packing).run(); });
  if (!index) return tl::unexpected(index.error());
  return std::make_unique<SqliteRecording>(
      std::move(*file), std::move(*database), packing, std::move(*index));
}

/// What metadata.yaml says of the files beside it.
struct Metadata {
  std::vector<std::string> files;  ///< relative paths, in order
  std::string packing_mode;        ///< "", "none", "file", "message"
  std::string packing;             ///< "", "zstd"
};

std::string lower(std::string words) {
  for (char& letter : words)
    letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return words;
}

Result<Metadata> read_metadata(const fs::path& path) {
  const auto content = read_text(path, kLargestMetadata);
  if (!content) return tl::unexpected(content.error());
  try {
    const YAML::Node root = YAML::Load(*content);
    const YAML::Node bag = root.IsMap() ? root["rosbag2_bagfile_information"] : YAML::Node();
    if (!bag || !bag.IsMap())
      return fail(path.string(), {}, "rosbag2_bagfile_information", "none", {});
    Metadata metadata;
    const auto words = [&](const char* key) {
      const YAML::Node node = bag[key];
      return node && node.IsScalar() ? lower(node.as<std::string>()) : std::string();
    };
    metadata.packing = words("compression_format");
    metadata.packing_mode = words("compression_mode");
    if (const YAML::Node files = bag["relative_file_paths"]; files && files.IsSequence())
      for (const YAML::Node& file : files)
        if (file.IsScalar()) metadata.files.push_back(file.as<std::string>());
    return metadata;
  } catch (const YAML::Exception& error) {
    return fail(path.string(),
                fmt::format("line {}", error.mark.line + 1),
                "YAML",
                text("{}", error.msg),
                {});
  }
}

/// Files of the folder as the metadata lists them; those that are there, where it is wrong.
std::vector<fs::path> files_of(const fs::path& folder,
                               const Metadata& metadata,
                               std::vector<Problem>& problems) {
  std::vector<fs::path> files;
  for (const std::string& name : metadata.files) {
    const auto there = [&](const std::string& relative) {
      const auto path = path_below(folder, relative);
      std::error_code ignored;
      if (!path || !fs::is_regular_file(*path, ignored)) return false;
      files.push_back(*path);
      return true;
    };
    // Early versions wrote the folder's own name in front. What was packed as a whole may have been
    // unpacked beside itself.
    const fs::path own = fs::path(name).filename();
    const bool packed = own.extension() == ".zstd";
    if (!(packed && there(own.stem().string())) && !there(name) && !there(own.string()))
      problems.push_back({Severity::warning,
                          (folder / "metadata.yaml").string(),
                          "relative_file_paths",
                          text("{}", name),
                          "no such file in this folder",
                          "what it holds is missing from the drive"});
  }
  if (files.empty()) files = list_files(folder, {".db3", ".mcap", ".zstd"});
  return files;
}

Result<std::unique_ptr<Recording>> open_one(const fs::path& path,
                                            const Metadata& metadata,
                                            const IndexKeeping& keeping) {
  if (path.extension() == ".mcap") return open_mcap(path, keeping);
  if (path.extension() == ".zstd" || path.extension() == ".zst")
    return fail(path.string(),
                {},
                "a recording that can be read in place",
                "one that is compressed as a whole file",
                text("unpack it beside itself: zstd -d {}", path.filename().string()));
  const bool packed = metadata.packing_mode == "message";
  if (packed && metadata.packing != "zstd")
    return fail(path.string(), "compression_format", "zstd", text("{}", metadata.packing), {});
  return open_sqlite(path, packed ? MessagePacking::zstd : MessagePacking::none, keeping);
}

}  // namespace

bool is_rosbag2_folder(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) return false;
  if (!fs::exists(folder / "metadata.yaml", ignored)) return false;
  return !list_files(folder, {".db3", ".mcap", ".zstd"}).empty();
}

Result<std::unique_ptr<Recording>> open_rosbag2(const fs::path& path, const IndexKeeping& keeping) {
  std::error_code ignored;
  const bool is_folder = fs::is_directory(path, ignored);
  const fs::path folder = is_folder ? path : path.parent_path();
  std::vector<Problem> problems;
  Metadata metadata;
  if (fs::exists(folder / "metadata.yaml", ignored)) {
    auto read = read_metadata(folder / "metadata.yaml");
    if (read) {
      metadata = std::move(*read);
    } else {
      Problem problem = read.error();
      problem.severity = Severity::warning;
      problem.fix = "the files beside it are read without it";
      problems.push_back(std::move(problem));
    }
  }
  std::vector<fs::path> files =
      is_folder ? files_of(folder, metadata, problems) : std::vector<fs::path>{path};
  std::vector<std::unique_ptr<Recording>> parts;
  std::optional<Error> first_error;
  for (const fs::path& file : files) {
    auto part = open_one(file, metadata, keeping);
    if (part) {
      parts.push_back(std::move(*part));
      continue;
    }
    if (!first_error) first_error = part.error();
    problems.push_back(std::move(part.error()));
  }
  if (parts.empty() && first_error) return tl::unexpected(*first_error);
  if (parts.empty())
    return fail(path.string(), {}, "a .db3 or .mcap file", "none", "open a rosbag2 folder");
  if (parts.size() == 1 && problems.empty()) return std::move(parts.front());
  return recording::make_joined_recording(std::move(parts), std::move(problems));
}

}  // namespace sweepbox
