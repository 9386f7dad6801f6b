#include "core/store/project.hpp"

#include "core/base/files.hpp"
#include "core/store/codec.hpp"
#include "core/store/database.hpp"
#include "core/store/lock.hpp"
#include "core/store/rows.hpp"
#include "core/store/whole.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <cctype>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace sweepbox {
namespace {

// One edit logs some 4 to 30 pages. The log is folded in when nobody waits, or when it is this
// long.
constexpr int kPagesWhenIdle = 500;
constexpr int kPagesAtMost = 20'000;

Error read_only_error(const fs::path& path, Text found) {
  return {Severity::error,
          path.string(),
          {},
          "a project that can be written",
          std::move(found),
          "save the project elsewhere to go on"};
}

/// Which file a path names; it is noticed when that changes under an open project.
struct FileId {
  dev_t device = 0;
  ino_t number = 0;

  bool operator==(const FileId&) const = default;
};

std::optional<FileId> file_id(const fs::path& path) {
  struct stat status {};

  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileId{status.st_dev, status.st_ino};
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// One file has one lock, by whatever links it is reached.
fs::path real_path(const fs::path& named) {
  std::error_code code;
  fs::path path = fs::weakly_canonical(fs::absolute(named), code);
  return code ? named : path;
}

/// A project that can be written: the file, the right to it, and the statements that write.
struct Writing {
  std::unique_ptr<Lock> lock;  // goes last
  FileId file;
  Database database;
  std::optional<RowWriter> rows;

  Writing(std::unique_ptr<Lock> taken, Database opened)
      : lock(std::move(taken)), database(std::move(opened)) {}

  Writing(const Writing&) = delete;
  Writing& operator=(const Writing&) = delete;

  Result<void> prepare() {
    // FULL: the log is on the disk when a transaction returns. Asked for again on each connection.
    if (auto done = database.run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"); !done)
      return done;
    auto made = RowWriter::on(database);
    if (!made) return tl::unexpected(made.error());
    rows.emplace(std::move(*made));
    file = file_id(database.path()).value_or(FileId{});
    return {};
  }

  /// One transaction: a record, what is known of the drive, or both.
  Result<void> write(const LogRecord* record, const Row* row, const ProjectDrive* drive) {
    if (file_id(database.path()) != file)
      return fail(database.path().string(),
                  {},
                  "the project where it was",
                  "it was moved, removed or replaced",
                  "put it back and retry, or save the project elsewhere");
    const auto all = [&]() -> Result<void> {
      if (auto done = database.run("BEGIN IMMEDIATE"); !done) return done;
      if (record) {
        if (auto done = rows->add(*row); !done) return done;
        if (auto done = rows->put_changes(*record); !done) return done;
      }
      if (drive)
        if (auto done = rows->put(*drive); !done) return done;
      return database.run("COMMIT");
    };
    auto done = all();
    if (!done) static_cast<void>(database.run("ROLLBACK"));
    return done;
  }
};

Document after(const LogRecord& record, const Document& document) {
  return record.what == LogRecord::What::undo ? reversed(*record.edit, document, record.number)
                                              : applied(*record.edit, document, record.number);
}

}  // namespace

/// What stands below `guard` is shared with the store thread. What stands above belongs to that
/// thread while it is `busy`, and to whoever holds the guard otherwise.
struct Project::State {
  fs::path path;
  ProjectOptions options;
  std::unique_ptr<Writing> writing;  ///< null: read only
  std::vector<Row> rows;  ///< what is on the disk; with `document`, all that move_to() needs
  Document document;      ///< after `rows`

  mutable std::mutex guard;
  std::condition_variable wake;     ///< for the thread
  std::condition_variable settled;  ///< for those who wait for it
  std::deque<LogRecord> waiting;
  ProjectDrive drive;
  bool drive_waits = false;
  std::uint64_t taken = 0;
  std::atomic<std::uint64_t> durable = 0;
  std::optional<Error> refused;
  bool retrying = false;
  std::optional<Error> read_only;
  std::string held_by;
  bool busy = false;
  bool paused = false;
  bool stop = false;
  std::thread thread;

  ~State() {
    {
      const std::lock_guard hold(guard);
      stop = true;
    }
    wake.notify_all();
    if (thread.joinable()) thread.join();
  }

  void start() {
    if (!thread.joinable()) thread = std::thread([this] { work(); });
  }

  bool has_work() const {
    return !paused && (!refused || retrying) && (!waiting.empty() || drive_waits);
  }

  void work();
  void write_next(std::unique_lock<std::mutex>& hold);
  void fold_log(std::unique_lock<std::mutex>& hold, int pages);
};

// After the record is said to be durable, so that no edit waits for it that did not come meanwhile.
void Project::State::fold_log(std::unique_lock<std::mutex>& hold, int pages) {
  if (paused || refused || writing->database.log_pages() <= pages) return;
  busy = true;
  hold.unlock();
  writing->database.checkpoint();
  hold.lock();
  busy = false;
  settled.notify_all();
}

void Project::State::write_next(std::unique_lock<std::mutex>& hold) {
  std::optional<LogRecord> record;
  if (!waiting.empty()) record = waiting.front();
  const ProjectDrive new_drive = drive;
  const bool with_drive = std::exchange(drive_waits, false);
  busy = true;
  hold.unlock();
  const Row row = record ? packed(*record) : Row{};
  const auto attempt = [&] {
    return writing->write(record ? &*record : nullptr, &row, with_drive ? &new_drive : nullptr);
  };
  auto done = attempt();
  // A full disk may still have the room that the log takes.
  if (!done && writing->database.checkpoint()) done = attempt();
  if (done && record) {
    rows.push_back(row);
    document = after(*record, document);
  }
  hold.lock();
  busy = false;
  retrying = false;
  if (done) {
    refused.reset();
    if (record) {
      waiting.pop_front();
      durable = record->number;
    }
  } else {
    refused = done.error();
    drive_waits = drive_waits || with_drive;
  }
  settled.notify_all();
}

void Project::State::work() {
  std::unique_lock hold(guard);
  for (;;) {
    if (!has_work()) fold_log(hold, kPagesWhenIdle);
    wake.wait(hold, [this] { return stop || has_work(); });
    if (!has_work()) return;  // stop: what waited is written, or the disk refuses it
    write_next(hold);
    hold.unlock();
    if (options.on_change) options.on_change();
    hold.lock();
    fold_log(hold, kPagesAtMost);
  }
}

// ---- opening ----

namespace {

struct Entered {
  std::unique_ptr<Writing> writing;  ///< null: read only
  std::optional<Database> reading;
  std::optional<Error> read_only;
  std::string held_by;
  std::vector<Problem> problems;

  Database& database() { return writing ? writing->database : *reading; }
};

Problem opened_read_only(Error error) {
  error.severity = Severity::warning;
  error.fix = "opened read only; save the project elsewhere to go on";
  return error;
}

/// Brings the file to the newest form; answers a note where a copy was made.
Result<std::optional<Problem>> brought_up(Database& database) {
  const auto standing = standing_of(database, migrations());
  if (!standing) return tl::unexpected(standing.error());
  std::optional<Problem> note;
  if (*standing == Standing::older) {
    const auto copy = copy_before_migration(database, migrations());
    if (!copy) return tl::unexpected(copy.error());
    note = Problem{Severity::note,
                   database.path().string(),
                   {},
                   {},
                   text("brought to a newer form; a copy of the old one is {}", copy->string()),
                   {}};
  }
  if (*standing != Standing::current) {
    // WAL first: a project is never seen without it.
    if (auto done = database.run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"); !done)
      return tl::unexpected(done.error());
    if (auto done = migrate(database, migrations()); !done) return tl::unexpected(done.error());
  }
  return note;
}

Result<Entered> enter_as_writer(const fs::path& path, std::unique_ptr<Lock> lock) {
  auto database = Database::open(path, Database::Access::create);
  if (!database) return tl::unexpected(database.error());
  database->on_close(Database::OnClose::leave);
  auto note = brought_up(*database);
  if (!note) return tl::unexpected(note.error());
  Entered entered;
  if (*note) entered.problems.push_back(**note);
  entered.writing = std::make_unique<Writing>(std::move(lock), std::move(*database));
  if (auto done = entered.writing->prepare(); !done) return tl::unexpected(done.error());
  return entered;
}

Result<Entered> enter_as_reader(const fs::path& path) {
  auto database = Database::open(path, Database::Access::read);
  if (!database) return tl::unexpected(database.error());
  database->on_close(Database::OnClose::leave);
  const auto standing = standing_of(*database, migrations());
  if (!standing) return tl::unexpected(standing.error());
  if (*standing != Standing::current) {
    // Its newest form in memory: the file stays as it is.
    auto memory = Database::open_memory();
    if (!memory) return tl::unexpected(memory.error());
    if (auto done = memory->take_copy_of(*database); !done) return tl::unexpected(done.error());
    if (auto done = migrate(*memory, migrations()); !done) return tl::unexpected(done.error());
    database = std::move(memory);
  }
  Entered entered;
  entered.reading.emplace(std::move(*database));
  return entered;
}

Result<Entered> enter_read_only(const fs::path& path, const Lock::Taken& taken) {
  if (!is_there(path)) {
    if (taken.problem) return tl::unexpected(*taken.problem);
    return fail(
        path.string(),
        {},
        "a project",
        taken.held_by.empty() ? Text("no file") : text("{} is just making it", taken.held_by),
        "check the path");
  }
  auto entered = enter_as_reader(path);
  if (!entered) return entered;
  entered->held_by = taken.held_by;
  if (!taken.held_by.empty()) {
    entered->read_only = read_only_error(path, text("{} has it open", taken.held_by));
    entered->problems.push_back(opened_read_only(*entered->read_only));
  } else if (taken.problem) {
    entered->read_only = read_only_error(path, taken.problem->found);
    entered->problems.push_back(*taken.problem);
  } else {
    entered->read_only = read_only_error(path, "it was opened read only");
  }
  return entered;
}

/// Opens with the right to write where that can be had, else read only; the problems say why.
Result<Entered> enter(const fs::path& path, const ProjectOptions& options) {
  if (options.read_only) return enter_read_only(path, {});
  if (!is_there(path))
    if (auto made = make_folder(path.parent_path()); !made) return tl::unexpected(made.error());
  Lock::Taken taken = Lock::take(path, holder_name(options.who));
  if (!taken.lock) return enter_read_only(path, taken);
  std::optional<Error> why;
  if (is_there(path) && ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0) {
    why = Error{
        Severity::error, path.string(), {}, "a file that can be written", std::strerror(errno), {}};
  } else {
    auto entered = enter_as_writer(path, std::move(taken.lock));
    if (entered) return entered;
    why = entered.error();
  }
  // A full disk or a folder without rights keeps nobody from looking; what is no project is none
  // for a reader either, and the first error is the better one.
  auto entered = enter_as_reader(path);
  if (!entered) return tl::unexpected(*why);
  entered->read_only = read_only_error(path, why->found);
  entered->problems.push_back(opened_read_only(*why));
  return entered;
}

}  // namespace

Project::Project() : state_(std::make_unique<State>()) {}

Project::~Project() = default;

Result<Project::Opened> Project::open(const fs::path& named,
                                      std::shared_ptr<const Taxonomy> taxonomy,
                                      ProjectOptions options) {
  const fs::path path = real_path(named);
  std::error_code ignored;
  if (fs::is_directory(path, ignored))
    return fail(path.string(), {}, "a project", "a folder", "name a file that ends in .sbx");
  auto entered = enter(path, options);
  if (!entered) return tl::unexpected(entered.error());
  auto contents = read_contents(entered->database(), std::move(taxonomy));
  if (!contents) return tl::unexpected(contents.error());
  if (!contents->damage.empty()) {
    entered->problems.insert(
        entered->problems.end(), contents->damage.begin(), contents->damage.end());
    entered->read_only = read_only_error(path, "it is damaged");
    entered->writing.reset();
  }

  Opened opened;
  opened.project.reset(new Project);
  opened.document = contents->document;
  opened.records = as_records(contents->rows);
  opened.drive = contents->drive;
  opened.problems = std::move(entered->problems);
  State& state = *opened.project->state_;
  state.path = path;
  state.options = std::move(options);
  state.rows = std::move(contents->rows);
  state.document = std::move(contents->document);
  state.drive = std::move(contents->drive);
  state.taken = state.rows.size();
  state.durable = state.rows.size();
  state.held_by = std::move(entered->held_by);
  state.read_only = std::move(entered->read_only);
  state.writing =
      std::move(entered->writing);  // a reader lets the file go: it has read all it needs
  if (state.writing) {
    state.writing->database.on_close(Database::OnClose::fold);
    state.start();
  }
  return opened;
}

// ---- the log ----

Result<void> Project::append(const LogRecord& record) {
  State& state = *state_;
  assert(!record.unpack && record.edit);  // History unpacks what it undoes
  for (const Change& change : record.edit->changes)
    for (const Value* value : {&change.before, &change.after})
      if (const auto why = why_unsound(*value))
        return refuse(text("\"{}\" cannot be kept: {}", english(record.edit->title), *why),
                      "undo or repeat the step");
  {
    const std::lock_guard hold(state.guard);
    if (state.read_only) return tl::unexpected(*state.read_only);
    if (state.refused) return tl::unexpected(*state.refused);
    if (record.number != state.taken + 1)
      return refuse(text("record {} cannot follow record {}", record.number, state.taken),
                    "close the project and open it again");
    state.waiting.push_back(record);
    state.taken = record.number;
  }
  state.wake.notify_one();
  return {};
}

std::uint64_t Project::durable() const {
  return state_->durable;
}

SaveState Project::state() const {
  const std::lock_guard hold(state_->guard);
  return {state_->durable,
          state_->waiting.size(),
          state_->refused,
          state_->read_only.has_value(),
          state_->held_by};
}

Result<void> Project::flush() {
  State& state = *state_;
  std::unique_lock hold(state.guard);
  state.settled.wait(hold, [&] {
    const bool gave_up = state.refused && !state.retrying;
    return !state.busy &&
           (gave_up || state.read_only || (state.waiting.empty() && !state.drive_waits));
  });
  if (state.refused) return tl::unexpected(*state.refused);
  return {};
}

void Project::retry() {
  {
    const std::lock_guard hold(state_->guard);
    if (!state_->refused) return;
    state_->retrying = true;
  }
  state_->wake.notify_one();
}

Result<void> Project::move_to(const fs::path& named) {
  const fs::path path = real_path(named);
  State& state = *state_;
  std::unique_lock hold(state.guard);
  state.paused = true;
  state.settled.wait(hold, [&] { return !state.busy; });
  // From memory: the disk that refuses to be written may refuse to be read as well.
  const auto moved = [&]() -> Result<void> {
    std::vector<Row> rows = state.rows;
    Document document = state.document;
    for (const LogRecord& record : state.waiting) {
      rows.push_back(packed(record));
      document = after(record, document);
    }
    if (auto made = make_folder(path.parent_path()); !made) return made;
    Lock::Taken taken = Lock::take(path, holder_name(state.options.who));
    if (!taken.held_by.empty())
      return tl::unexpected(read_only_error(path, text("{} has it open", taken.held_by)));
    if (!taken.lock) return tl::unexpected(*taken.problem);
    if (auto written = write_whole(path, rows, document, state.drive); !written) return written;
    auto database = Database::open(path, Database::Access::write);
    if (!database) return tl::unexpected(database.error());
    auto writing = std::make_unique<Writing>(std::move(taken.lock), std::move(*database));
    if (auto done = writing->prepare(); !done) return done;

    state.writing = std::move(writing);
    state.path = path;
    state.rows = std::move(rows);
    state.document = std::move(document);
    state.waiting.clear();
    state.drive_waits = false;
    state.durable = state.taken;
    state.refused.reset();
    state.retrying = false;
    state.read_only.reset();
    state.held_by.clear();
    state.start();
    return {};
  }();
  state.paused = false;
  hold.unlock();
  state.wake.notify_one();
  state.settled.notify_all();
  return moved;
}

void Project::set_drive(const ProjectDrive& drive) {
  {
    const std::lock_guard hold(state_->guard);
    state_->drive = drive;
    state_->drive_waits = !state_->read_only;
  }
  state_->wake.notify_one();
}

const fs::path& Project::path() const {
  return state_->path;
}

fs::path default_project_path(const std::string& drive_name, const std::string& fingerprint) {
  constexpr std::size_t kLongest =
      80;  // bytes; with the hash it stays far below any file system's limit
  std::string name;
  for (const char c : drive_name)
    name += c == '/' || static_cast<unsigned char>(c) < ' ' || c == 0x7F ? '_' : c;
  if (name.size() > kLongest) {
    std::size_t end = kLongest;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80)
      --end;  // no half of a UTF-8 letter
    name.resize(end);
  }
  if (name.empty() || name.front() == '.') name.insert(0, "drive");
  std::string hash;
  for (const char c : fingerprint.substr(0, 16))
    hash += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return user_data_folder() / (name + "-" + hash + ".sbx");
}

}  // namespace sweepbox
