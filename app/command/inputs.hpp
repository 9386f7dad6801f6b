#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/command/command.hpp"
#include "core/annotation/document.hpp"
#include "core/drive/formats.hpp"
#include "core/label/label.hpp"

namespace sweepbox {

/// What a reading command works on: the drive, and its own labels or a project's document.
struct Inputs {
  std::shared_ptr<const Drive> drive;
  Document document;               ///< of the project, or made from the drive's own labels
  std::optional<LabelSet> labels;  ///< the drive's own or those of --labels; empty for a project
  LabelPlace place;                ///< of --labels; an empty path: the drive's own
  std::vector<Problem> problems;   ///< of the project and the labels
};

/// Either inputs, or the exit status after the reason was said.
struct InputsOrExit {
  std::optional<Inputs> inputs;
  int exit = kDone;
};

/// What a command does where boxes are lacking: a project that is damaged or without its log,
/// labels of which nothing could be read.
enum class Lacking {
  tell,    ///< goes on with the rest; the problems say it (`info`)
  refuse,  ///< says it and fails: who reads or writes boxes would take the rest for all of them
};

/// Opens PATH as options say (--format, --drive, --repair, --project, --labels). Only with
/// --project, or where PATH is an .sbx, is a project used; it is opened read only. Else the drive's
/// own labels are read, or those of --labels.
InputsOrExit open_inputs(const Invocation& invocation, Lacking lacking);

/// Why a project that was opened lacks edits, with what a person at the command line can do about
/// it; empty where it is whole. `problems` are those of its opening.
std::optional<Error> lacking_edits(std::span<const Problem> problems);

/// Whether the drive has that frame; says what is wrong with --frame where it has not.
bool has_frame(const Drive& drive, int frame);

/// Frames chosen by --frame or --frames A:B (half open, clamped to the drive), all without them;
/// empty optional after saying what is wrong.
std::optional<std::vector<int>> chosen_frames(const Invocation& invocation, const Drive& drive);

/// The place of --labels: "PATH", or "FORMAT=PATH" with a format of `sweepbox formats`; an empty
/// path without it.
LabelPlace chosen_labels(const Invocation& invocation);

/// Repairs of --repair; empty optional after saying what is wrong.
std::optional<Repairs> chosen_repairs(const Invocation& invocation);

/// One cuboid of a frame as `labels`, `project` and `convert` list it.
struct ListedBox {
  std::string track;
  std::string class_name;
  Cuboid cuboid_in_ego;                 ///< at the frame's stamp
  std::shared_ptr<const Track> source;  ///< null for a label that the document does not carry
  const Label* label = nullptr;         ///< the file's own record, where there is one
  Attributes attributes;
  std::optional<double> score;
};

/// Rows by frame index: the drive's own labels as the file has them, or the document's boxes.
std::vector<std::vector<ListedBox>> rows_by_frame(const Inputs& inputs);

}  // namespace sweepbox
