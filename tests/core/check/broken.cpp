#include "tests/core/check/broken.hpp"

#include <cmath>
#include <cstdlib>
#include <set>

#include "core/drive/formats.hpp"
#include "core/drive/repaired.hpp"
#include "core/label/instants.hpp"
#include "core/label/repairs.hpp"
#include "core/scene/world.hpp"
#include "core/synth/synth.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_folder.hpp"

namespace sweepbox::test {
namespace {

/// The sample street with fewer rays and pixels: twelve frames, two cameras.
std::shared_ptr<const Drive> synthetic() {
  static const TempFolder folder;
  auto spec = parse_synth_spec(embedded_street(), "street.json");
  if (!spec) return nullptr;
  spec->frames = 12;
  spec->lidars.front().beams = 48;
  spec->lidars.front().columns = 1200;
  spec->lidars.front().truth = false;
  std::erase_if(spec->cameras, [](const CameraSpec& camera) {
    return camera.camera.name != "left" && camera.camera.name != "rear";
  });
  for (CameraSpec& camera : spec->cameras) camera.smooth = false;
  if (!make_synthetic_drive(*spec, folder / "street")) return nullptr;
  const auto drive = open_drive(folder / "street", "sweepbox", {}, {});
  return drive ? *drive : nullptr;
}

void add(std::vector<Subject>& all, std::string name, std::shared_ptr<const Drive> drive) {
  if (!drive || drive->info().lidars.empty()) return;
  auto labels = read_own_labels(*drive);
  if (!labels) return;
  DriveTables tables = tables_of(drive, *labels);
  all.push_back({std::move(name), drive, std::move(tables), std::move(*labels)});
}

void add_real(std::vector<Subject>& all, const char* folder, const char* drive_name = "") {
  const auto path = shared_data(folder);
  if (!path) return;
  const auto drive = open_drive(*path, "", drive_name, {});
  if (drive) add(all, *drive_name ? std::string(folder) + "/" + drive_name : folder, *drive);
}

using Apply = decltype(Breakage::apply);

Apply labels_by(const char* name, const char* value) {
  return [=](const Subject& good, DriveTables&, LabelSet& labels) {
    apply_label_repair(labels, *good.good, name, value);
    return !labels.labels.empty();
  };
}

/// What `change` makes of camera-from-points, for every camera.
Apply cameras_by(std::function<Pose(const Pose&)> change) {
  return [=](const Subject&, DriveTables& tables, LabelSet&) {
    const Pose lidar = tables.lidars.front().ego_from_points;
    for (TableCamera& camera : tables.cameras)
      for (TableImage& image : camera.images) {
        auto broken = std::make_shared<Camera>(*image.calibration);
        broken->camera_from_ego = change(broken->camera_from_ego * lidar) * lidar.inverse();
        image.calibration = std::move(broken);
      }
    return !tables.cameras.empty();
  };
}

Apply poses_by(std::function<Pose(const Pose&)> change) {
  return [=](const Subject&, DriveTables& tables, LabelSet&) {
    for (const TableLidar& lidar : tables.lidars)
      for (const TableSweep& sweep : lidar.sweeps)
        if (sweep.ego_from_points &&
            sweep.ego_from_points->translation.norm() > 10)  // points in the world
          return false;
    if (tables.poses.size() < 2 || tables.lidars.front().sweeps.size() < 2) return false;
    for (TablePose& pose : tables.poses) pose.world_from_ego = change(pose.world_from_ego);
    return true;
  };
}

bool give_coefficients(const Subject&, DriveTables& tables, LabelSet&) {
  bool any = false;
  for (TableCamera& camera : tables.cameras)
    for (TableImage& image : camera.images) {
      const auto* plain = std::get_if<Pinhole>(&image.calibration->lens);
      if (!plain) continue;
      auto broken = std::make_shared<Camera>(*image.calibration);
      broken->lens = *make_lens("brown_conrady",
                                {{"fx", plain->fx},
                                 {"fy", plain->fy},
                                 {"cx", plain->cx},
                                 {"cy", plain->cy},
                                 {"k1", -0.3},
                                 {"k2", 0.1}},
                                broken->width,
                                broken->height);
      image.calibration = std::move(broken);
      any = true;
    }
  return any;
}

bool read_fisheye_as_plain(const Subject&, DriveTables& tables, LabelSet&) {
  bool any = false;
  for (TableCamera& camera : tables.cameras)
    for (TableImage& image : camera.images) {
      const auto* fisheye = std::get_if<KannalaBrandt>(&image.calibration->lens);
      if (!fisheye) continue;
      auto broken = std::make_shared<Camera>(*image.calibration);
      broken->lens = *make_lens("brown_conrady",
                                {{"fx", fisheye->fx},
                                 {"fy", fisheye->fy},
                                 {"cx", fisheye->cx},
                                 {"cy", fisheye->cy},
                                 {"k1", fisheye->k[0]},
                                 {"k2", fisheye->k[1]},
                                 {"p1", fisheye->k[2]},
                                 {"p2", fisheye->k[3]}},
                                broken->width,
                                broken->height);
      image.calibration = std::move(broken);
      any = true;
    }
  return any;
}

/// Every image shows what the next frame sees.
bool shift_images(const Subject& good, DriveTables& tables, LabelSet&) {
  if (!good.good->info().sequence) return false;
  bool any = false;
  for (TableCamera& camera : tables.cameras) {
    for (std::size_t i = 0; i + 1 < camera.images.size(); ++i)
      camera.images[i].read = camera.images[i + 1].read;
    any = any || camera.images.size() > 4;
    camera.images.pop_back();
  }
  std::erase_if(tables.cameras, [](const TableCamera& camera) { return camera.images.empty(); });
  return any;
}

bool shrink_stamps(const Subject& good, DriveTables& tables, LabelSet& labels) {
  if (!good.good->info().sequence || good.good->frames().size() < 4) return false;
  const auto shrink = [](Stamp& stamp) { stamp.ns /= 1000; };
  for (TableLidar& lidar : tables.lidars)
    for (TableSweep& sweep : lidar.sweeps) shrink(sweep.stamp);
  for (TableCamera& camera : tables.cameras)
    for (TableImage& image : camera.images) shrink(image.stamp);
  for (TablePose& pose : tables.poses) shrink(pose.stamp);
  for (Label& label : labels.labels) shrink(label.stamp);
  return true;
}

bool box_twice(const Subject&, DriveTables&, LabelSet& labels) {
  const std::size_t count = labels.labels.size();
  for (std::size_t i = 0; i < count; i += 2) {
    Label again = labels.labels[i];
    again.track += "_b";
    again.cuboid_in_ego.pose.translation += Vec3(0.1, -0.06, 0.02);
    labels.labels.push_back(again);
  }
  return count >= 8;
}

bool large_floats(const Subject&, DriveTables& tables, LabelSet&) {
  for (TablePose& pose : tables.poses) {
    pose.world_from_ego.translation += Vec3(691'608, 5'334'760, 0);
    // GCC 12 leaves a rounding to float and back out where it vectorises; not through memory.
    for (double& value : pose.world_from_ego.translation) {
      volatile float rounded = static_cast<float>(value);
      value = static_cast<double>(rounded);
    }
  }
  for (const TableLidar& lidar : tables.lidars)
    for (const TableSweep& sweep : lidar.sweeps)
      if (sweep.ego_from_points && sweep.ego_from_points->translation.norm() > 10) return false;
  return tables.poses.size() >= 4;
}

bool world_yaw(const Subject& good, DriveTables&, LabelSet& labels) {
  double most = 0;
  for (Label& label : labels.labels) {
    const double yaw = yaw_of(world_from_ego_of_label(*good.good, label.stamp).rotation);
    // A quarter turn looks like another axis, half a turn like nothing.
    most = std::max(most, std::abs(std::sin(2 * yaw)));
    label.cuboid_in_ego.pose.rotation =
        pose_from_yaw(yaw).rotation * label.cuboid_in_ego.pose.rotation;
  }
  return good.good->info().poses && most > 0.3;
}

bool alpha(const Subject& good, DriveTables&, LabelSet& labels) {
  LabelSet twice = labels;
  apply_label_repair(twice, *good.good, "labels.yaw", "alpha");
  for (std::size_t i = 0; i < labels.labels.size(); ++i) {
    Quat& rotation = labels.labels[i].cuboid_in_ego.pose.rotation;
    const Quat turn = rotation.conjugate() * twice.labels[i].cuboid_in_ego.pose.rotation;
    rotation = (rotation * turn.conjugate()).normalized();
  }
  return !labels.labels.empty();
}

bool to_world(const Subject& good, DriveTables&, LabelSet& labels) {
  if (!good.good->info().poses) return false;
  double most = 0;
  for (Label& label : labels.labels) {
    const Pose pose = world_from_ego_of_label(*good.good, label.stamp);
    most = std::max(most, pose.translation.norm());
    label.cuboid_in_ego = pose * label.cuboid_in_ego;
  }
  const LabelFormat* format = label_format(labels.format);
  return most > 5 && (!format || !format->reference_of);
}

bool has_sequence(const Subject& good) {
  return good.good->info().sequence && good.good->info().poses && good.good->frames().size() >= 2;
}

Apply moving(const char* name, const char* value) {
  return [=](const Subject& good, DriveTables&, LabelSet& labels) {
    apply_label_repair(labels, *good.good, name, value);
    return has_sequence(good) && !labels.labels.empty();
  };
}

bool same(const Pose& a, const Pose& b) {
  return (a.translation - b.translation).norm() < 1e-9 &&
         a.rotation.angularDistance(b.rotation) < 1e-9;
}

}  // namespace

DriveTables tables_of(const std::shared_ptr<const Drive>& drive, const LabelSet& labels) {
  DriveTables tables;
  const DriveInfo& info = drive->info();
  tables.info = info;
  tables.info.lidars.clear();
  tables.info.cameras.clear();
  tables.match_by_name = true;  // every file keeps its frame
  tables.lidars.resize(info.lidars.size());
  tables.cameras.resize(info.cameras.size());
  for (std::size_t i = 0; i < info.lidars.size(); ++i) {
    tables.lidars[i].name = info.lidars[i].name;
    tables.lidars[i].ego_from_points = drive->ego_from(info.lidars[i].name, 0).value_or(Pose());
    tables.lidars[i].parts = info.lidars[i].parts;
  }
  for (std::size_t i = 0; i < info.cameras.size(); ++i)
    tables.cameras[i].name = info.cameras[i].name;
  std::set<Stamp> posed;
  for (int f = 0; f < static_cast<int>(drive->frames().size()); ++f) {
    const FrameInfo& frame = drive->frames()[static_cast<std::size_t>(f)];
    std::vector<Stamp> stamps = {frame.stamp};
    for (std::size_t l = 0; l < frame.sweeps.size(); ++l) {
      if (!frame.sweeps[l]) continue;
      TableSweep sweep{frame.name, frame.sweeps[l]->stamp, frame.sweeps[l]->file};
      sweep.read = [drive, f, l]() -> Result<CloudRead> {
        auto read = drive->read_sweep(f, static_cast<int>(l));
        if (!read) return tl::unexpected(read.error());
        CloudRead cloud;
        if (!read->pieces.empty()) cloud.cloud = *read->pieces.front();
        return cloud;
      };
      // Only points that are stored in the world have a pose of their own.
      if (const auto pose = drive->ego_from(tables.lidars[l].name, f);
          pose && !same(*pose, tables.lidars[l].ego_from_points))
        sweep.ego_from_points = pose;
      stamps.push_back(sweep.stamp);
      tables.lidars[l].sweeps.push_back(std::move(sweep));
    }
    for (const ImageFile& file : frame.images) {
      TableImage image{frame.name, file.stamp, file.file, file.calibration};
      image.read = [drive, f, camera = file.camera](int width) {
        return drive->read_image(f, camera, width);
      };
      stamps.push_back(image.stamp);
      tables.cameras[static_cast<std::size_t>(file.camera)].images.push_back(std::move(image));
    }
    for (const char* name : {"camera_rect_0", "lidar", "imu", "LIDAR_TOP"})
      if (const auto pose = drive->ego_from(name, f)) tables.frames_of_reference[{name, f}] = *pose;
    for (const Stamp stamp : stamps)
      if (const auto pose = drive->world_from_ego(stamp); pose && posed.insert(stamp).second)
        tables.poses.push_back({stamp, *pose});
  }
  constexpr std::int64_t kHeld = kNsPerSecond / 2;  // beyond its ends a drive's last pose holds
  for (const Label& label : labels.labels) {
    const Stamp stamp = label.stamp;
    if (drive->world_from_ego({stamp.ns - kHeld}) && drive->world_from_ego({stamp.ns + kHeld}) &&
        posed.insert(stamp).second)
      tables.poses.push_back({stamp, *drive->world_from_ego(stamp)});
  }
  std::sort(tables.poses.begin(), tables.poses.end(), [](const TablePose& a, const TablePose& b) {
    return a.stamp < b.stamp;
  });
  return tables;
}

const std::vector<Subject>& subjects() {
  static const std::vector<Subject> all = [] {
    std::vector<Subject> made;
    add(made, "synth", synthetic());
    add_real(made, "kitti_object");
    add_real(made, "kitti_tracking");
    add_real(made, "kitti_raw", "2011_09_26_drive_0001_sync");
    add_real(made, "kitti_raw", "2011_09_26_drive_9001_sync");
    add_real(made, "sustechpoints");
    add_real(made, "nuscenes");
    add_real(made, "argoverse2");
    add_real(made, "pandaset");
    add_real(made, "view_of_delft");
    return made;
  }();
  return all;
}

std::shared_ptr<const Drive> opened(DriveTables tables, const std::string& repair) {
  Repairs repairs;
  if (!repair.empty() && !add_repair(repairs, repair)) return nullptr;
  auto drive = make_table_drive(std::move(tables), repairs);
  return drive ? std::shared_ptr<const Drive>(std::move(*drive)) : nullptr;
}

std::vector<Breakage> breakages() {
  using A = Ailment;
  const Pose optical_from_body = repaired_extrinsics(Pose(), "body");
  return {
      {"centre for bottom",
       {A::half_height},
       {"labels.center=bottom"},
       labels_by("labels.center", "centre")},
      {"bottom for centre",
       {A::half_height},
       {"labels.center=centre"},
       labels_by("labels.center", "bottom")},
      {"turned by 90°",
       {A::turned_90},
       {"labels.yaw=90", "labels.yaw=-90"},
       labels_by("labels.yaw", "-90")},
      {"turned by 180°", {A::turned_180}, {"labels.yaw=180"}, moving("labels.yaw", "180")},
      {"clockwise",
       {A::mirrored, A::turned_90},
       {"labels.yaw=mirrored", "labels.yaw=mirrored_180"},
       labels_by("labels.yaw", "mirrored")},
      {"width for length", {A::size_order}, {"labels.size=wlh"}, labels_by("labels.size", "wlh")},
      {"small angle", {A::small_angle}, {"labels.turn="}, labels_by("labels.turn", "3")},
      {"alpha for yaw", {A::alpha_for_yaw}, {"labels.yaw=alpha"}, alpha},
      {"world yaw", {A::world_yaw}, {"labels.yaw=world"}, world_yaw},
      {"boxes in the world", {A::label_frame}, {"labels.frame=world"}, to_world},
      {"shifted by 1.2 m",
       {A::everything_shifted},
       {"labels.offset="},
       labels_by("labels.offset", "0.9 -0.8 0")},
      {"boxes of the next frame",
       {A::label_shift, A::movers_off},
       {"labels.shift="},
       moving("labels.shift", "1")},
      {"movers 100 ms off",
       {A::movers_off},
       {"labels.time_offset_ms="},
       moving("labels.time_offset_ms", "-100")},
      {"boxed twice", {A::boxed_twice}, {"labels.duplicates=first"}, box_twice},
      {"extrinsic inverted",
       {A::extrinsic_inverted},
       {"=inverse"},
       cameras_by([](const Pose& pose) { return pose.inverse(); })},
      {"extrinsic transposed",
       {A::extrinsic_transposed},
       {"=transposed"},
       cameras_by([](const Pose& pose) { return repaired_extrinsics(pose, "transposed"); })},
      {"OpenGL axes", {A::camera_axes}, {"=opengl"}, cameras_by([](const Pose& pose) {
         return repaired_extrinsics(pose, "opengl");
       })},
      {"body axes", {A::camera_axes}, {"=body"}, cameras_by([=](const Pose& pose) {
         return optical_from_body.inverse() * pose;
       })},
      {"undistorted with coefficients", {A::image_lens}, {"=undistorted"}, give_coefficients},
      {"fisheye as plumb bob", {A::image_lens}, {"=equidistant"}, read_fisheye_as_plain},
      {"images of the next frame", {A::image_shift}, {".shift="}, shift_images},
      {"poses inverted", {A::pose_inverted}, {"poses=inverse"}, poses_by([](const Pose& pose) {
         return pose.inverse();
       })},
      {"poses wxyz for xyzw",
       {A::pose_quaternion},
       {"poses.quaternion=wxyz"},
       poses_by([](const Pose& pose) {
         const Quat& q = pose.rotation;
         return Pose{Quat(q.z(), q.w(), q.x(), q.y()), pose.translation};
       })},
      {"stamps in microseconds", {A::stamp_unit}, {"stamps.unit=1000"}, shrink_stamps},
      {"32-bit poses", {A::float_jitter}, {}, large_floats},
      // By other amounts than those that the doctor was made with.
      {"turned by −90°",
       {A::turned_90},
       {"labels.yaw=90", "labels.yaw=-90"},
       labels_by("labels.yaw", "90"),
       false},
      {"clockwise from behind",
       {A::mirrored, A::turned_90},
       {"labels.yaw=mirrored"},
       labels_by("labels.yaw", "mirrored_180"),
       false},
      {"clockwise from the left",
       {A::mirrored, A::turned_90},
       {"labels.yaw=mirrored_90", "labels.yaw=mirrored_-90"},
       labels_by("labels.yaw", "mirrored_90"),
       false},
      {"height for width",
       {A::size_order},
       {"labels.size="},
       labels_by("labels.size", "lhw"),
       false},
      {"height, width, length",
       {A::size_order},
       {"labels.size="},
       labels_by("labels.size", "hwl"),
       false},
      {"2° to the right",
       {A::small_angle},
       {"labels.turn="},
       labels_by("labels.turn", "-2"),
       false},
      {"4° to the right",
       {A::small_angle},
       {"labels.turn="},
       labels_by("labels.turn", "-4"),
       false},
      {"back and to the left",
       {A::everything_shifted},
       {"labels.offset="},
       labels_by("labels.offset", "-0.6 1.0 0"),
       false},
      {"1.2 m up",
       {A::everything_shifted, A::half_height},
       {"labels.offset=", "labels.center="},
       labels_by("labels.offset", "0 0 1.2"),
       false},
      {"boxes of the frame before",
       {A::label_shift},
       {"labels.shift="},
       moving("labels.shift", "-1"),
       false},
      {"movers 150 ms late",
       {A::movers_off},
       {"labels.time_offset_ms="},
       moving("labels.time_offset_ms", "150"),
       false},
      {"movers 70 ms early",
       {A::movers_off},
       {"labels.time_offset_ms="},
       moving("labels.time_offset_ms", "-70"),
       false},
      {"poses xyzw for wxyz",
       {A::pose_quaternion},
       {"poses.quaternion=xyzw"},
       poses_by([](const Pose& pose) {
         const Quat& q = pose.rotation;
         return Pose{Quat(q.x(), q.y(), q.z(), q.w()), pose.translation};
       }),
       false},
  };
}

}  // namespace sweepbox::test
