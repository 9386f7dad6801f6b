#include "app/command/session_options.hpp"

#include "app/command/inputs.hpp"
#include "core/base/files.hpp"
#include "core/base/log.hpp"

namespace sweepbox {

std::filesystem::path config_folder_of(const Invocation& invocation) {
  const std::string chosen = invocation.text("config");
  return chosen.empty() ? user_config_folder() : std::filesystem::path(chosen);
}

Settings settings_of(const std::filesystem::path& config_folder) {
  auto settings = load_settings(config_folder);
  if (settings) return *settings;
  log_warning("{}", to_line(settings.error()));
  return {};
}

std::optional<OpenRequest> open_request(const Invocation& invocation) {
  const auto repairs = chosen_repairs(invocation);
  if (!repairs) return std::nullopt;
  OpenRequest request;
  request.path = invocation.paths.front();
  request.format = invocation.text("format");
  request.drive = invocation.text("drive");
  request.repairs = *repairs;
  request.project = invocation.text("project");
  request.labels = chosen_labels(invocation);
  request.read_only = invocation.has("read-only");
  request.frame = invocation.integer("frame").value_or(0);
  if (request.frame < 0) {
    wrong_usage(fmt::format("--frame {}: expected 0 or more", request.frame));
    return std::nullopt;
  }
  if (request.path.extension() != ".sbx" && request.drive.empty()) {
    const Listing listing = find_drives(request.path, request.format);
    if (listing.drives.size() > 1) {
      std::string names;
      for (const DriveRef& ref : listing.drives) names += (names.empty() ? "" : ", ") + ref.name;
      wrong_usage(request.path.string() +
                  ": holds several drives; choose one with --drive: " + names);
      return std::nullopt;
    }
  }
  return request;
}

std::optional<Error> lacking_edits(const Session& session) {
  if (!session.project) return std::nullopt;
  std::vector<Problem> of_project;
  for (const Problem& problem : session.problems)
    if (problem.file == session.project->path().string()) of_project.push_back(problem);
  return lacking_edits(of_project);
}

std::optional<std::pair<int, int>> size_of(const Invocation& invocation,
                                           std::pair<int, int> fallback) {
  if (!invocation.has("size")) return fallback;
  const auto size = parse_size(invocation.text("size"));
  if (!size)
    wrong_usage("--size " + invocation.text("size") +
                ": expected WxH from 16x16 to 8192x8192, such as 1600x900");
  return size;
}

}  // namespace sweepbox
