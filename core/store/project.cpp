#include "core/store/project.hpp"

#include <atomic>
#include <cassert>
#include <cctype>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "core/base/files.hpp"
#include "core/store/codec.hpp"
#include "core/store/entrance.hpp"
#include "core/store/whole.hpp"

namespace sweepbox {
namespace {

// One edit logs some 5 to 30 pages. A log of this length is folded as soon as nothing waits, or at
// any rate.
constexpr std::int64_t kFramesWhenIdle = 5'000;
constexpr std::int64_t kFramesAtMost = 20'000;

/// One file has one lock, by whatever links it is reached.
fs::path real_path(const fs::path& named) {
  std::error_code code;
  fs::path path = fs::weakly_canonical(fs::absolute(named), code);
  return code ? named : path;
}

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
  bool folded = true;
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
    return !paused && (!refused || retrying) && (!waiting.empty() || drive_waits || retrying);
  }

  bool may_fold() const { return !paused && !refused && writing && writing->log_in_use(); }

  void work();
  void write_next(std::unique_lock<std::mutex>& hold);
  bool fold_log(std::unique_lock<std::mutex>& hold);
  void tell(std::unique_lock<std::mutex>& hold);
};

void Project::State::tell(std::unique_lock<std::mutex>& hold) {
  if (!options.on_change) return;
  hold.unlock();
  options.on_change();
  hold.lock();
}

// After the record is said to be durable, so that no edit waits for it that did not come meanwhile.
bool Project::State::fold_log(std::unique_lock<std::mutex>& hold) {
  busy = true;
  hold.unlock();
  const auto done = writing->fold();
  hold.lock();
  busy = false;
  folded = !writing->log_in_use();
  if (!done && writing->log_lost()) refused = done.error();
  settled.notify_all();
  tell(hold);
  return done.has_value();
}

void Project::State::write_next(std::unique_lock<std::mutex>& hold) {
  std::optional<LogRecord> record;
  if (!waiting.empty()) record = waiting.front();
  const ProjectDrive new_drive = drive;
  const bool with_drive = std::exchange(drive_waits, false);
  const bool again = retrying;
  busy = true;
  hold.unlock();
  const Row row = record ? packed(*record) : Row{};
  const auto attempt = [&]() -> Result<void> {
    if (!record && !with_drive) return {};
    return writing->write(record ? &*record : nullptr, &row, with_drive ? &new_drive : nullptr);
  };
  Result<void> done;
  if (again) done = writing->restore(holder_name(options.who), rows, document, new_drive);
  if (done) {
    done = attempt();
    // A full disk may still have the room that the log takes.
    if (!done && is_full_disk(done.error()) && writing->fold()) done = attempt();
  }
  if (done && record) {
    rows.push_back(row);
    document = after(*record, document);
  }
  hold.lock();
  busy = false;
  retrying = false;
  folded = !writing->log_in_use();
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
  const auto called = [this] { return stop || has_work(); };
  std::unique_lock hold(guard);
  for (;;) {
    bool foldable = true;
    while (!called() && foldable && may_fold())
      if (writing->log_frames() > kFramesWhenIdle ||
          !wake.wait_for(hold, options.fold_after, called))
        foldable = !may_fold() || fold_log(hold);
    wake.wait(hold, called);
    if (!has_work()) break;  // stop: what waited is written, or the disk refuses it
    write_next(hold);
    tell(hold);
    if (may_fold() && writing->log_frames() > kFramesAtMost) fold_log(hold);
  }
  // Somebody removed the log, and this is the last moment at which all it held is known.
  if (writing && writing->log_lost())
    static_cast<void>(writing->restore(holder_name(options.who), rows, document, drive));
}

Project::Project() : state_(std::make_unique<State>()) {}

Project::~Project() = default;

Result<Project::Opened> Project::open(const fs::path& named,
                                      std::shared_ptr<const Taxonomy> taxonomy,
                                      ProjectOptions options) {
  const fs::path path = real_path(named);
  auto entered = enter(path, options, std::move(taxonomy));
  if (!entered) return tl::unexpected(entered.error());
  Contents& contents = entered->contents;

  Opened opened;
  opened.project.reset(new Project);
  opened.document = contents.document;
  opened.records = as_records(contents.rows);
  opened.drive = contents.drive;
  opened.problems = std::move(entered->problems);
  State& state = *opened.project->state_;
  state.path = path;
  state.options = std::move(options);
  state.rows = std::move(contents.rows);
  state.document = std::move(contents.document);
  state.drive = std::move(contents.drive);
  state.taken = state.rows.size();
  state.durable = state.rows.size();
  state.held_by = std::move(entered->held_by);
  state.read_only = std::move(entered->read_only);
  state.writing = std::move(entered->writing);
  if (state.writing) state.start();
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
          state_->folded,
          state_->read_only.has_value(),
          state_->held_by};
}

Result<void> Project::flush() {
  State& state = *state_;
  std::unique_lock hold(state.guard);
  state.settled.wait(hold, [&] {
    return !state.busy && !state.retrying &&
           (state.refused || state.read_only || (state.waiting.empty() && !state.drive_waits));
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
    fs::path no_copy;
    auto writing = Writing::on(path, std::move(taken.lock), false, no_copy);
    if (!writing) return tl::unexpected(writing.error());

    state.writing = std::move(*writing);
    state.folded = true;
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
