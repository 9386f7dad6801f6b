#include "core/label/label.hpp"

namespace sweepbox {

// Each in format/NAME.cpp. To add one: a file there and a line here.
LabelFormat argoverse2_labels(), csv_labels(), datumaro_labels(), kitti_object_labels(),
    kitti_raw_labels(), kitti_tracking_labels(), labelcloud_labels(), once_labels(),
    pandaset_labels(), scale_labels(), segments_labels(), supervisely_labels(),
    sustechpoints_labels(), mmdetection3d_labels(), nuscenes_labels(), nuscenes_results_labels(),
    openlabel_labels(), openpcdet_labels(), view_of_delft_labels(), sweepbox_labels(),
    xtreme1_labels(), zod_labels();

std::span<const LabelFormat> label_formats() {
  static const LabelFormat table[] = {
      argoverse2_labels(),       csv_labels(),
      datumaro_labels(),         kitti_object_labels(),
      kitti_raw_labels(),        kitti_tracking_labels(),
      labelcloud_labels(),       once_labels(),
      pandaset_labels(),         scale_labels(),
      segments_labels(),         supervisely_labels(),
      sustechpoints_labels(),    mmdetection3d_labels(),
      openlabel_labels(),        nuscenes_labels(),
      nuscenes_results_labels(), openpcdet_labels(),
      view_of_delft_labels(),    sweepbox_labels(),
      xtreme1_labels(),          zod_labels(),
  };
  return table;
}

const LabelFormat* label_format(std::string_view name) {
  for (const LabelFormat& format : label_formats())
    if (format.name == name) return &format;
  return nullptr;
}

}  // namespace sweepbox
