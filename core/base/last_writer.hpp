#pragma once
#include <functional>
#include <memory>
#include <string>

#include "core/base/files.hpp"
#include "core/base/jobs.hpp"

namespace sweepbox {

/// Writes small files in jobs, of each the last content alone, so that the frame loop keeps
/// settings without waiting for a disk. Folders are made. Call from the thread that delivers.
class LastWriter {
 public:
  /// `failed` is told in Jobs::deliver() what could not be written. The jobs outlive this.
  LastWriter(Jobs& jobs, std::function<void(const Error&)> failed);
  LastWriter(const LastWriter&) = delete;
  LastWriter& operator=(const LastWriter&) = delete;
  /// Writes what no job has written yet: waits.
  ~LastWriter();

  void keep(const fs::path& file, std::string content);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace sweepbox
