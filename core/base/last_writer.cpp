#include "core/base/last_writer.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "core/base/log.hpp"

namespace sweepbox {
namespace {

struct Kept {
  fs::path file;
  std::mutex mutex;  ///< of `content`; never held while a disk is asked
  std::optional<std::string> content;
  std::mutex writing;  ///< one at a time, so that the last stays the last
  bool asked = false;  ///< a job waits or runs; of the delivering thread

  /// The last content, unless it is written.
  Result<void> write() {
    const std::lock_guard alone(writing);
    std::optional<std::string> last;
    {
      const std::lock_guard lock(mutex);
      last.swap(content);
    }
    if (!last) return {};
    if (auto made = make_folder(file.parent_path()); !made) return made;
    return write_file(file, *last);
  }
};

}  // namespace

struct LastWriter::State : std::enable_shared_from_this<LastWriter::State> {
  Jobs& jobs;
  std::function<void(const Error&)> failed;
  std::map<fs::path, std::shared_ptr<Kept>> files;

  State(Jobs& pool, std::function<void(const Error&)> told) : jobs(pool), failed(std::move(told)) {}

  void ask(const std::shared_ptr<Kept>& kept) {
    kept->asked = true;
    jobs.submit([kept](const Cancel&) { return kept->write(); },
                [weak = weak_from_this(), kept](const Result<void>& written) {
                  kept->asked = false;
                  const auto state = weak.lock();
                  if (!state) return;
                  if (!written) return state->failed(written.error());
                  const std::unique_lock lock(kept->mutex);
                  if (kept->content) state->ask(kept);
                },
                {.lane = Lane::person});
  }
};

LastWriter::LastWriter(Jobs& jobs, std::function<void(const Error&)> failed)
    : state_(std::make_shared<State>(jobs, std::move(failed))) {}

LastWriter::~LastWriter() {
  for (const auto& [file, kept] : state_->files)
    if (const auto written = kept->write(); !written) log_error("{}", to_line(written.error()));
}

void LastWriter::keep(const fs::path& file, std::string content) {
  auto& kept = state_->files[file];
  if (!kept) {
    kept = std::make_shared<Kept>();
    kept->file = file;
  }
  {
    const std::lock_guard lock(kept->mutex);
    kept->content = std::move(content);
  }
  if (!kept->asked) state_->ask(kept);
}

}  // namespace sweepbox
