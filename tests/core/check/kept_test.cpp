#include "core/check/kept.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

#include "core/base/files.hpp"
#include "core/drive/formats.hpp"
#include "tests/support/kitti_set.hpp"
#include "tests/support/temp_folder.hpp"

namespace sweepbox {
namespace {

constexpr std::string_view kCar =
    "Car 0.00 0 -1.58 587.01 173.33 614.12 200.12 1.65 1.67 3.64 -0.65 1.71 46.70 -1.59\n";

std::shared_ptr<const Drive> opened(const fs::path& set, const Repairs& repairs = {}) {
  const auto found = find_drives(set);
  REQUIRE(found.drives.size() == 1);
  auto drive = open_drive(found.drives.front(), repairs);
  REQUIRE(drive);
  return std::move(*drive);
}

Examination made() {
  Examination made;
  Finding finding;
  finding.ailment = Ailment::pose_inverted;
  finding.certainty = Certainty::likely;
  finding.problem = {Severity::warning,
                     "poses/\xE6\xBF\x80.txt",
                     "frame 000007",
                     text("{} of {} boxes", 3, 4),
                     "none",
                     text("look at it with {}", "poses=inverse")};
  finding.repair = "poses=inverse";
  finding.measures = {{"points in boxes", "%", 12.5, 97.25}};
  finding.runner_up = "the next";
  made.findings = {finding};
  made.untold = {{Ailment::boxes_missing, text("{} needed", 5)}};
  made.counts = {10, 8, 1, 1};
  made.frames = 20;
  made.boxes = 7;
  return made;
}

TEST_CASE("what an examination found is the same when it is read again") {
  const test::TempFolder folder;
  CHECK_FALSE(kept_examination(folder / "kept", "key"));
  keep_examination(folder / "kept", "key", made());
  const auto read = kept_examination(folder / "kept", "key");
  REQUIRE(read);
  REQUIRE(read->findings.size() == 1);
  const Finding &a = read->findings.front(), b = made().findings.front();
  CHECK(a.ailment == b.ailment);
  CHECK(a.certainty == b.certainty);
  CHECK(a.problem == b.problem);
  CHECK(a.repair == b.repair);
  CHECK(a.runner_up == b.runner_up);
  REQUIRE(a.measures.size() == 1);
  CHECK(a.measures.front().repaired == 97.25);
  REQUIRE(read->untold.size() == 1);
  CHECK(read->untold.front().missing == text("{} needed", 5));
  CHECK(read->counts.read == 8);
  CHECK(read->frames == 20);
  CHECK(read->boxes == 7);
}

TEST_CASE("a kept examination that was cut short or is something else is none") {
  const test::TempFolder folder;
  keep_examination(folder.path(), "key", made());
  const auto whole = read_text(folder / "key.json");
  REQUIRE(whole);
  for (std::size_t size = 0; size + 2 < whole->size(); size += 7) {
    REQUIRE(write_file(folder / "key.json", std::string_view(*whole).substr(0, size)));
    CHECK_FALSE(kept_examination(folder.path(), "key"));
  }
  for (const char* other : {"[]", "{\"findings\": 3}", "null"}) {
    REQUIRE(write_file(folder / "key.json", std::string_view(other)));
    CHECK_FALSE(kept_examination(folder.path(), "key"));
  }
  std::string wrong = *whole;
  const auto at = wrong.find("\"certainty\": 1");
  REQUIRE(at != std::string::npos);
  wrong.replace(at, 14, "\"certainty\": 9");
  REQUIRE(write_file(folder / "key.json", wrong));
  CHECK_FALSE(kept_examination(folder.path(), "key"));
}

TEST_CASE("an examination is of these files, this calibration, these repairs and these labels") {
  const test::TempFolder folder;
  const fs::path set = folder / "set", root = set / "training";
  test::write_kitti_set(set, kCar);
  const std::string before = examination_key(*opened(set), {});
  CHECK(examination_key(*opened(set), {}) == before);
  Repairs repairs;
  REQUIRE(add_repair(repairs, "labels.yaw=mirrored_90"));
  CHECK(examination_key(*opened(set, repairs), {}) != before);
  CHECK(examination_key(*opened(set), {"kitti_object", folder.path()}) != before);

  REQUIRE(write_file(root / "label_2/000007.txt", std::string(kCar) + std::string(kCar)));
  const std::string relabelled = examination_key(*opened(set), {});
  CHECK(relabelled != before);

  auto calib = read_text(root / "calib/000007.txt");
  REQUIRE(calib);
  const std::string_view turned = "Tr_velo_to_cam: 0 -1 0 0 0 0 -1 0";
  const auto at = calib->find(turned);
  REQUIRE(at != std::string::npos);
  calib->replace(at, turned.size(), "Tr_velo_to_cam: 0 -1 0 0 0 0 -1 0.5");
  REQUIRE(write_file(root / "calib/000007.txt", *calib));
  CHECK(examination_key(*opened(set), {}) != relabelled);
}

}  // namespace
}  // namespace sweepbox
