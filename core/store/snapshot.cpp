#include "core/store/snapshot.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <functional>
#include <thread>
#include <tuple>
#include <utility>

#include "core/base/files.hpp"
#include "core/store/form.hpp"
#include "core/store/log_file.hpp"
#include "core/store/tally.hpp"

namespace sweepbox {
namespace {

constexpr sqlite3_int64 kMostBytes = 2'000'000'000;
constexpr int kMostTries = 200;

fs::path log_of(const fs::path& path) {
  return path.string() + "-wal";
}

/// What changes when a writer moves its log into the file, or begins a new one.
struct Traces {
  std::tuple<ino_t, off_t, time_t, long> file;
  std::string log_header;

  bool operator==(const Traces&) const = default;
};

Traces traces_of(const fs::path& path) {
  struct stat status {};

  if (::stat(path.c_str(), &status) != 0) return {};
  return {{status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec},
          read_beginning(log_of(path), 32)};
}

/// The file's bytes, by SQLite's own hand: closing a descriptor of ours would take away the locks
/// that this process has on the same file.
Result<std::string> bytes_of(const fs::path& path) {
  sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
  const auto unreadable = [&](Text found) {
    return fail(path.string(),
                {},
                "a file that can be opened",
                std::move(found),
                "check the path, its rights and the disk");
  };
  const std::string log = log_of(path).string();
  char* const name = const_cast<char*>(
      sqlite3_create_filename(path.c_str(), log.c_str(), log.c_str(), 0, nullptr));
  std::vector<std::max_align_t> memory(
      static_cast<std::size_t>(vfs->szOsFile) / sizeof(std::max_align_t) + 1);
  auto* const file = reinterpret_cast<sqlite3_file*>(memory.data());
  int code = vfs->xOpen(vfs, name, file, SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB, nullptr);
  if (code != SQLITE_OK) {
    const Text why = std::strerror(errno);
    sqlite3_free_filename(name);
    return unreadable(why);
  }
  std::string bytes;
  sqlite3_int64 size = 0;
  code = file->pMethods->xFileSize(file, &size);
  const bool too_large = code == SQLITE_OK && size > kMostBytes;
  if (code == SQLITE_OK && !too_large) {
    bytes.resize(static_cast<std::size_t>(size));
    constexpr std::size_t kAtOnce = 1 << 20;
    for (std::size_t at = 0; at < bytes.size() && code == SQLITE_OK; at += kAtOnce)
      code = file->pMethods->xRead(file,
                                   bytes.data() + at,
                                   static_cast<int>(std::min(kAtOnce, bytes.size() - at)),
                                   static_cast<sqlite3_int64>(at));
  }
  file->pMethods->xClose(file);
  sqlite3_free_filename(name);
  if (too_large)
    return fail(path.string(),
                {},
                "a project of at most 2 GB",
                text("{} bytes", size),
                "check that this is the right file");
  // It shrank meanwhile: the next try sees it.
  if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ)
    return unreadable("an error of the disk");
  return bytes;
}

struct Files {
  std::string file;
  std::string log;  ///< empty: none
  std::optional<Error> log_unreadable;
};

/// File and log of one moment. The file first: what a writer moves into it meanwhile is in the log
/// that is read after it, unless that was begun anew, which shows in its header.
Result<Files> files_of(const fs::path& path) {
  for (int tried = 0; tried < kMostTries; ++tried) {
    const Traces before = traces_of(path);
    Files files;
    auto bytes = bytes_of(path);
    if (!bytes) return tl::unexpected(bytes.error());
    files.file = std::move(*bytes);
    std::error_code absent;
    if (fs::exists(fs::symlink_status(log_of(path), absent))) {
      auto log = read_text(log_of(path), static_cast<std::uint64_t>(kMostBytes));
      if (log)
        files.log = std::move(*log);
      else if (fs::exists(fs::symlink_status(log_of(path), absent)))
        files.log_unreadable = log.error();
      else
        continue;
    }
    if (traces_of(path) == before) return files;
    std::this_thread::sleep_for(std::chrono::milliseconds(tried / 10));
  }
  return fail(path.string(),
              {},
              "a project that rests for a moment",
              "one that is written without a pause",
              "try again later");
}

std::string minute_of(std::int64_t time_ns) {
  const std::time_t seconds = time_ns / 1'000'000'000;
  std::tm local{};
  ::localtime_r(&seconds, &local);
  std::array<char, 32> words{};
  std::strftime(words.data(), words.size(), "%Y-%m-%d %H:%M", &local);
  return words.data();
}

/// SQLite refuses to read a database in memory that asks for a log beside it.
void ask_for_no_log(std::string& image) {
  if (image.size() < 20) return;
  for (const std::size_t at : {18U, 19U})
    if (image[at] == 2) image[at] = 1;
}

std::optional<Tally> tally_in(std::string image, const fs::path& path) {
  ask_for_no_log(image);
  auto database = Database::of_image(image, path);
  return database && standing_of(*database, migrations()) ? kept_tally(*database) : std::nullopt;
}

Problem log_problem(const fs::path& path, Text expected, Text found, Text fix) {
  return {Severity::error,
          path.string(),
          "its log " + log_of(path.filename()).string(),
          std::move(expected),
          std::move(found),
          std::move(fix)};
}

Problem missing_log(const fs::path& path, const Tally& tally, Text found) {
  return log_problem(path,
                     text("the edits since {}", minute_of(tally.log_since_ns)),
                     std::move(found),
                     "edits since then are missing: put the log beside the file again, or save the "
                     "project elsewhere to go on without them; opened read only");
}

/// The database as one image, its log put in where it belongs to it.
struct Joined {
  std::string image;
  bool alone = true;  ///< nothing of a log is in it, nor was said of one
  LogScan scan;
  std::vector<Problem> damage;
};

Joined joined(const fs::path& path, Files files) {
  Joined both;
  both.image = std::move(files.file);
  if (files.log_unreadable) {
    both.alone = false;
    both.damage.push_back(
        log_problem(path,
                    "a log that can be read",
                    files.log_unreadable->found,
                    "edits may be missing: give yourself the right to read it; opened read only"));
    return both;
  }
  if (files.log.empty()) return both;
  std::string whole = both.image;
  both.scan = apply_log(files.log, whole);
  if (both.scan.transactions == 0) return both;
  both.alone = false;
  const auto of_file = tally_in(both.image, path);
  const bool in_use = of_file && of_file->log_in_use();
  const auto of_both = tally_in(whole, path);
  // Before the first edit the log's number is written into the log, then into the file. A log of
  // another number that holds an edit already is not this file's.
  const bool belongs =
      !of_file ||
      (of_both && (of_both->log == of_file->log || (!in_use && of_both->same_rows(*of_file))));
  if (!belongs) {
    const Text found = "a log of another project or of another day";
    both.damage.push_back(
        in_use
            ? missing_log(path, *of_file, found)
            : log_problem(path,
                          "no log, or its own",
                          found,
                          "remove the log if the project is whole without it; opened read only"));
    return both;
  }
  both.image = std::move(whole);
  if (!of_both) return both;
  const bool cut = of_both->log_in_use() && of_both->log_room > 0 &&
                   both.scan.size < both.scan.end + static_cast<std::uint64_t>(of_both->log_room);
  if (both.scan.damaged || cut)
    both.damage.push_back(log_problem(
        path,
        "a whole log",
        text("{} after edit {}", cut ? "one that was cut off" : "damaged bytes", of_both->records),
        "edits after that one are missing: take a copy of the log "
        "from before, or save the project elsewhere to go on "
        "without them; opened read only"));
  return both;
}

/// What a file lacks that has no log, or one without a whole transaction.
std::optional<Problem> lacking(const fs::path& path, const Tally& tally, const LogScan& scan) {
  if (tally.log_in_use())
    return missing_log(path, tally, scan.damaged ? Text("a damaged log") : Text("no log"));
  if (!scan.damaged) return std::nullopt;
  return log_problem(path,
                     "no log, or a whole one",
                     "a damaged log",
                     "remove it if the project is whole without it; opened read only");
}

Error empty_file(const fs::path& path, Text found) {
  return fail(path.string(),
              {},
              "a Sweepbox project",
              std::move(found),
              "remove it, or put its log (-wal) beside it; this one was left as it is")
      .value();
}

/// What file and log of one moment hold.
Result<Snapshot> seen_in(Files files,
                         const fs::path& path,
                         const std::shared_ptr<const Taxonomy>& taxonomy) {
  if (files.file.empty()) return tl::unexpected(empty_file(path, "an empty file"));
  Joined both = joined(path, std::move(files));
  ask_for_no_log(both.image);
  auto database = Database::of_image(both.image, path);
  if (!database) return tl::unexpected(database.error());
  both.image = {};
  const auto entries = database->number("SELECT count(*) FROM sqlite_schema");
  if (!entries) return tl::unexpected(entries.error());
  if (*entries == 0) return tl::unexpected(empty_file(path, "a file without any table"));
  const auto standing = standing_of(*database, migrations());
  if (!standing) return tl::unexpected(standing.error());

  if (const auto tally = both.alone ? kept_tally(*database) : std::nullopt)
    if (const auto problem = lacking(path, *tally, both.scan)) both.damage.push_back(*problem);
  const std::string wrong = database->quick_check();
  Snapshot snapshot;
  snapshot.older = *standing == Standing::older;
  if (snapshot.older)
    if (auto done = migrate(*database, migrations()); !done && wrong.empty())
      return tl::unexpected(done.error());
  auto contents = read_contents(*database, taxonomy, wrong);
  if (!contents)
    return tl::unexpected(both.damage.empty() ? contents.error() : both.damage.front());
  snapshot.contents = std::move(*contents);
  std::vector<Problem>& damage = snapshot.contents.damage;
  damage.insert(damage.begin(), both.damage.begin(), both.damage.end());
  return snapshot;
}

}  // namespace

Result<void> check_regular(const fs::path& path) {
  std::error_code code;
  const auto kind = fs::status(path, code).type();
  if (kind == fs::file_type::regular || kind == fs::file_type::not_found ||
      kind == fs::file_type::none)
    return {};
  return fail(path.string(),
              {},
              "a project",
              kind == fs::file_type::directory ? "a folder" : "a pipe, a socket or a device",
              "name a file that ends in .sbx");
}

Result<Snapshot> take_snapshot(const fs::path& path, std::shared_ptr<const Taxonomy> taxonomy) {
  if (auto done = check_regular(path); !done) return tl::unexpected(done.error());
  std::pair<std::size_t, std::size_t> before;
  for (int tried = 0;; ++tried) {
    auto files = files_of(path);
    if (!files) return tl::unexpected(files.error());
    const std::hash<std::string> hash;
    const std::pair now(hash(files->file), hash(files->log));
    auto snapshot = seen_in(std::move(*files), path, taxonomy);
    // A writer that goes on may show a file between two moments; damage stays as it is.
    if ((snapshot && snapshot->contents.damage.empty()) || now == before || tried == kMostTries)
      return snapshot;
    before = now;
  }
}

}  // namespace sweepbox
