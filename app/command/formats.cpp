#include "app/command/json.hpp"
#include "app/command/output.hpp"
#include "core/cloud/cloud_file.hpp"
#include "core/sensor/lens.hpp"

namespace sweepbox {
namespace {

Json can_json(const Can& can) {
  return {{"track_ids", can.track_ids},
          {"tilt", can.tilt()},
          {"attributes", can.attributes},
          {"scores", can.scores},
          {"rects", can.rects},
          {"several_frames", can.several_frames},
          {"any_class", can.any_class},
          {"keyframes", can.keyframes}};
}

std::string can_text(const Can& can) {
  std::string text;
  const auto add = [&text](bool held, const char* what) {
    if (held) text += (text.empty() ? "" : ", ") + std::string(what);
  };
  add(can.track_ids, "track ids");
  add(can.tilt(), "roll and pitch");
  add(can.attributes, "attributes");
  add(can.scores, "scores");
  add(can.rects, "2D boxes");
  add(can.several_frames, "a whole drive in a file");
  add(can.keyframes, "keyframes");
  return text.empty() ? "nothing else" : text;
}

Json all_formats() {
  Json drives = Json::array(), clouds = Json::array(), labels = Json::array();
  for (const DriveFormat& format : drive_formats())
    drives.push_back({{"name", format.name},
                      {"title", format.title},
                      {"reads", true},
                      {"writes", format.name == "sweepbox"},
                      {"holds", format.holds}});
  for (const CloudFormat& format : cloud_formats())
    clouds.push_back({{"name", format.name},
                      {"title", format.title},
                      {"reads", true},
                      {"writes", format.write != nullptr},
                      {"extensions", format.extensions}});
  for (const LabelFormat& format : label_formats())
    labels.push_back({{"name", format.name},
                      {"title", format.title},
                      {"reads", format.read != nullptr},
                      {"writes", format.write != nullptr},
                      {"can", can_json(format.can)}});
  return {{"drives", drives}, {"clouds", clouds}, {"labels", labels}, {"lenses", lens_names()}};
}

int run(const Invocation& invocation) {
  if (invocation.json()) {
    print_json(all_formats());
    return kDone;
  }
  print("Drives\n");
  for (const DriveFormat& format : drive_formats())
    print("  {:<16} {:<12} {}: {}\n",
          format.name,
          format.name == "sweepbox" ? "reads, writes" : "reads",
          format.title,
          format.holds);
  print("Clouds\n");
  for (const CloudFormat& format : cloud_formats())
    print("  {:<16} {:<12} {}\n",
          format.name,
          format.write ? "reads, writes" : "reads",
          format.title);
  print("Labels, and what they hold beside boxes with a class\n");
  for (const LabelFormat& format : label_formats())
    print("  {:<16} {:<12} {}: {}\n",
          format.name,
          format.write ? "reads, writes" : "reads",
          format.title,
          can_text(format.can));
  return kDone;
}

}  // namespace

Command formats_command() {
  return {"formats",
          "lists the formats of drives, clouds and labels",
          "sweepbox formats --json",
          {},
          {},
          run};
}

}  // namespace sweepbox
