#include <catch2/catch.hpp>

#include "core/annotation/edits.hpp"
#include "core/base/files.hpp"
#include "core/base/parse.hpp"
#include "core/label/kitti_rows.hpp"
#include "made_drive.hpp"
#include "tests/support/golden_drive.hpp"
#include "tests/support/temp_folder.hpp"

// Detector results in KITTI's form, and what its evaluation needs beside the cuboid
// (formats.md 4.1, 4.2).

namespace sweepbox {
namespace {

TEST_CASE("a last column more is the score of a detector's box, which comes in as a proposal") {
  const auto drive = test::made({});
  test::TempFolder folder;

  struct Case {
    const char* format;
    const char* file;
    std::string lead;
  };

  for (const Case& one :
       {Case{"kitti_object", "000001.txt", ""}, Case{"kitti_tracking", "0000.txt", "1 5 "}}) {
    INFO(one.format);
    const std::string row =
        one.lead + "Car 0 0 -1.65 600.0 170.0 660.0 220.0 1.50 1.62 4.10 0.80 1.65 22.40 -1.61";
    for (const char* score : {" 0.8711", "", " 1.0"}) {
      INFO(score);
      const std::string text = row + score + "\n";
      REQUIRE(write_file(folder / one.file, std::string_view(text)));
      CHECK(recognised_format(folder / one.file)->name == one.format);
      auto set = read_labels(*drive, folder / one.file);
      REQUIRE(set);
      CHECK(set->problems.empty());
      REQUIRE(set->labels.size() == 1);
      CHECK(set->labels[0].score == to_double(score));
      const auto import = test::imported(std::move(*set), *drive);
      // A 1 in every row is how sets of people's boxes fill the column.
      CHECK(import->document().tracks()[0]->state ==
            (score[1] == '0' ? TrackState::proposed : TrackState::open));
      const auto files = test::written_as(one.format, import->document(), *drive);
      const auto written = std::find_if(files.begin(), files.end(), [&](const WrittenFile& file) {
        return file.path.ends_with(one.file);
      });
      REQUIRE(written != files.end());
      CHECK(written->content == text);
    }
  }
}

TEST_CASE("written rows have what the evaluation needs: 2D box, alpha, truncation, occlusion") {
  const auto drive = test::golden_drive({});
  const Document document = test::golden_document({}, *drive);
  for (const char* format : {"kitti_object", "kitti_tracking"}) {
    const auto rows =
        format == std::string("kitti_object") ? KittiRows::object : KittiRows::tracking;
    int seen = 0;
    for (const WrittenFile& file : test::written_as(format, document, *drive))
      for (const std::string_view line : lines_of(file.content)) {
        INFO(line);
        const auto row = parse_kitti_row(line, rows);
        REQUIRE(row);
        // alpha is not ry: it is ry less the angle under which the box is seen.
        CHECK(std::abs(wrapped_angle(row->alpha - row->ry +
                                     std::atan2(row->bottom.x(), row->bottom.z()))) < 2e-6);
        CHECK(std::abs(row->alpha) <= kPi + 1e-6);
        CHECK((row->occluded >= 0 && row->occluded <= 3));
        if (row->rect.x0 < 0) continue;
        ++seen;
        CHECK(row->rect.x1 > row->rect.x0);
        CHECK(row->rect.x1 <= 1241);
        CHECK(row->rect.y1 <= 374);
        if (rows == KittiRows::tracking)
          CHECK((row->truncated == 0 || row->truncated == 1 || row->truncated == 2));
        else
          CHECK((row->truncated >= 0 && row->truncated <= 1));
        // The middle of the cuboid lies in its 2D box, where that is not cut off.
        if (row->truncated > 0) continue;
        const Vec3 middle = row->bottom - Vec3(0, row->height / 2, 0);
        const double u = 609.5 + 721.5 * (middle.x() - 0.06) / middle.z();
        CHECK((row->rect.x0 < u && u < row->rect.x1));
      }
    CHECK(seen >= 3);
  }
}

}  // namespace
}  // namespace sweepbox
