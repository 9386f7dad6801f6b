#include <catch2/catch.hpp>

#include "app/action/script.hpp"
#include "core/base/files.hpp"
#include "core/scene/boxes.hpp"
#include "tests/app/support/test_drive.hpp"
#include "tests/support/temp_folder.hpp"

using namespace sweepbox;  // NOLINT
using test::TempFolder;

namespace {

struct Desk {
  explicit Desk(const Pose& world_from_ego = {}) {
    REQUIRE(test::write_test_drive(folder / "drive", true, test::kTestFrames, world_from_ego));
    OpenRequest request;
    request.path = folder / "drive";
    request.project = folder / "work.sbx";
    REQUIRE(open_in_session(session, request));
    hooks.settle = [this] {
      jobs.finish();
      if (session.project) REQUIRE(session.project->flush());
      update(session);
    };
    hooks.settle();
  }

  /// "done", or what went wrong.
  std::string run(const std::string& script) {
    const auto done = run_script(session, script, "s", hooks);
    return done ? "done" : to_line(done.error());
  }

  TempFolder folder;
  Jobs jobs{2};
  Session session{jobs, {}, folder / "config"};
  ScriptHooks hooks;
};

}  // namespace

TEST_CASE("a word that is no class is told with the classes that there are") {
  Desk desk;
  for (const char* line : {"box.place at=9,3,-0.2 class=carr yaw_deg=0", "class.set class=carr"}) {
    const std::string said = desk.run(line);
    INFO(said);
    CHECK(said.find("carr is no class of the taxonomy; choose one of car, ") != std::string::npos);
  }
}

TEST_CASE("a script that is ended from outside stops at that line and fails") {
  Desk desk;
  int lines = 0;
  desk.hooks.stopped = [&lines] { return ++lines == 2; };
  const std::string said = desk.run("frame.go frame=1\nframe.go frame=2\nframe.go frame=3\n");
  CHECK(said.find("s:2: frame.go frame=2: the program was ended") != std::string::npos);
  CHECK(desk.session.time.frame == 2);
}

TEST_CASE("a track is split, its halves merged again, begun and ended") {
  Desk desk;
  CHECK(desk.run("box.place at=9,3,-0.2 class=car yaw_deg=0\n"
                 "frame.go frame=10\nbox.move x=10\n"
                 "frame.go frame=19\nbox.move x=9\n"
                 "expect keys track=1 n=3\n"
                 "frame.go frame=5\ntrack.split track=1\n"
                 "expect tracks=2\nexpect selected=2\n"
                 "expect no_box track=1 frame=8\n"
                 "expect boxes frame=8 n=1\n"
                 "track.merge track=1 with=2\n"
                 "expect tracks=1\n"
                 "expect boxes frame=8 n=1\n"
                 "frame.go frame=3\ntrack.delete_before track=1\n"
                 "expect no_box track=1 frame=1\n"
                 "frame.go frame=15\ntrack.delete_after track=1\n"
                 "expect no_box track=1 frame=17\n"
                 "expect boxes frame=15 n=1\n"
                 "track.renumber\n"
                 "edit.undo_all\nexpect tracks=0\n") == "done");
}

TEST_CASE("what is parked has one place in the world, and may move again") {
  Desk desk;
  CHECK(desk.run("frame.go frame=7\nbox.place at=0,-8,-1.7 class=car yaw_deg=0\n"
                 "track.still\nexpect keys track=1 n=1\n"
                 "expect boxes frame=0 n=1\nexpect boxes frame=19 n=1\n"
                 "frame.go frame=15\nbox.move y=0.5\n"
                 "expect keys track=1 n=1\n"
                 "expect box track=1 frame=2 center=0,-7.5,-0.925 tolerance=0.03\n"
                 "track.still\n"
                 "edit.undo\n") == "done");
  CHECK(desk.session.document().track_named("1")->still);
}

TEST_CASE("doubts are marked and found again, around the end, too") {
  Desk desk;
  CHECK(desk.run("box.place at=9,3,-0.2 class=car\nframe.go frame=10\nbox.move x=10\n"
                 "frame.go frame=6\ntrack.unsure why=\"half hidden\"\n"
                 "frame.go frame=9\ntrack.unsure\n"
                 "track.deselect\ntrack.next_unsure\nexpect frame=6\nexpect selected=1\n"
                 "track.next_unsure\nexpect frame=9\n"
                 "track.unsure\ntrack.next_unsure\nexpect frame=6\n"
                 "time.next_key\nexpect frame=10\ntime.previous_key\nexpect frame=0\n") == "done");
  const auto track = desk.session.document().track_named("1");
  REQUIRE(track->marks.size() == 1);
  CHECK(track->marks.begin()->second.why == "half hidden");
}

TEST_CASE("labels are exported beside the data, never into it, and not over what is there") {
  Desk desk;
  const std::string out = (desk.folder / "out").string();
  CHECK(desk.run("box.place at=9,3,-0.2 class=car\n"
                 "labels.export format=sweepbox path=" +
                 out + "\nexpect exists=" + out + "\n") == "done");
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(desk.folder / "out"))
    files += entry.is_regular_file() ? 1 : 0;
  CHECK(files >= 1);
  CHECK(desk.run("labels.export format=sweepbox path=" + out).find("one that is there") !=
        std::string::npos);
  CHECK(desk.run("labels.export force=true format=sweepbox path=" + out) == "done");
  CHECK(desk.run("labels.export format=sweepbox path=" + (desk.folder / "drive" / "mine").string())
            .find("outside the drive") != std::string::npos);
  CHECK(desk.run("labels.export format=papyrus path=" + out).find("papyrus") != std::string::npos);
}

TEST_CASE("the project goes on elsewhere with everything") {
  Desk desk;
  const std::string elsewhere = (desk.folder / "else" / "where.sbx").string();
  CHECK(desk.run("box.place at=9,3,-0.2 class=car\nexpect saved\n"
                 "project.save_elsewhere path=" +
                 elsewhere +
                 "\n"
                 "box.move x=0.1\nexpect saved\nedit.save\nexpect message=Saved\n") == "done");
  const Document before = desk.session.document();
  OpenRequest request;
  request.path = elsewhere;
  REQUIRE(open_in_session(desk.session, request));
  CHECK(desk.session.document() == before);
}

TEST_CASE("views and looks change by actions and are remembered") {
  Desk desk;
  CHECK(desk.run(
            "view.color\nexpect color=intensity\nview.color by=range\nexpect color=range\n"
            "view.point_size size=3\nview.eye_dome\nview.color_map map=dusk\n"
            "theme.toggle\nlanguage.next\nlayout.calibrate\nexpect layout=calibrate\n"
            "layout.annotate\nview.palette\nexpect popup=palette\nedit.cancel\nexpect popup=none\n"
            "tool.place\nexpect tool=place\nedit.cancel\nexpect tool=select\n"
            "view.top\n") == "done");
  CHECK(desk.session.scene_camera.orthographic);
  CHECK(desk.session.scene_camera.pitch == Approx(-kPi / 2));
  const auto kept = load_settings(desk.folder / "config");
  REQUIRE(kept);
  CHECK(kept->theme == ThemeName::light);
  CHECK(kept->language == "zh");
  CHECK(kept->color_by == "range");
  CHECK(kept->color_map == "dusk");
  CHECK(kept->point_size == 3);
  CHECK_FALSE(kept->eye_dome);
  CHECK(kept->recent.size() == 1);
  CHECK(desk.run("calibrate.yaw_more").find("no images") != std::string::npos);
}

TEST_CASE("at UTM coordinates boxes stand, are edited and come back as at the origin") {
  // Munich in zone 32. A double has steps of 1e-9 m there, a float of half a metre.
  const Pose munich = pose_from_yaw(0.7, Vec3(691608.25, 5334760.5, 519.75));
  Desk home, away(munich);
  const std::string script =
      "box.place at=9,3,-0.2 class=car yaw_deg=20\n"
      "box.set center=10.1234,3.0567,-0.9251 size=4.511,1.823,1.547\n"
      "frame.go frame=10\nbox.move x=10.0123\nbox.turn_left\n"
      "frame.go frame=19\nbox.move x=9\n";
  CHECK(home.run(script) == away.run(script));
  const auto compare = [&] {
    for (const int frame : {0, 4, 5, 6, 13, 19}) {
      const auto here = cuboids_in_frame(home.session.document(), *home.session.drive, frame);
      const auto there = cuboids_in_frame(away.session.document(), *away.session.drive, frame);
      REQUIRE(here.size() == 1);
      REQUIRE(there.size() == 1);
      const Pose &a = here[0].cuboid_in_ego.pose, &b = there[0].cuboid_in_ego.pose;
      CHECK((a.translation - b.translation).norm() < 1e-8);
      CHECK(a.rotation.angularDistance(b.rotation) < 1e-8);
      CHECK(here[0].cuboid_in_ego.size == there[0].cuboid_in_ego.size);
    }
  };
  compare();
  // What was saved is what was shown.
  for (Desk* desk : {&home, &away}) {
    OpenRequest request;
    request.path = desk->folder / "work.sbx";
    REQUIRE(open_in_session(desk->session, request));
    desk->hooks.settle();
  }
  compare();
  const FrameBox* box = frame_box(away.session, away.session.document().track_named("1")->uid);
  REQUIRE(box);
  CHECK((box->cuboid_in_ego.pose.translation - Vec3(10.1234, 3.0567, -0.9251)).norm() < 1e-8);
}
