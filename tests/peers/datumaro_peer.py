"""Datumaro reads Sweepbox's datumaro, Supervisely and KITTI raw files, and writes what it reads."""
import numpy
from datumaro.components.annotation import Cuboid3d
from datumaro.components.dataset import Dataset
from datumaro.components.dataset_base import DatasetItem
from datumaro.components.media import PointCloud

import peer

LIDAR_FROM_BOX = numpy.linalg.inv(peer.EGO_FROM_LIDAR) @ peer.EGO_FROM_BOX
# Datumaro keeps two decimals of every number, in memory and on disk: so exactly is compared.
NAMES = {'datumaro': 'datumaro', 'supervisely': 'sly_pointcloud', 'kitti_raw': 'kitti_raw'}
FILES = {'datumaro': '', 'supervisely': '', 'kitti_raw': 'tracklet_labels.xml'}


def angles(m):
    """Of R = Rx Ry Rz, the order that CVAT's and Supervisely's windows turn in (three.js)."""
    return [float(a) for a in (numpy.arctan2(-m[1, 2], m[2, 2]), numpy.arcsin(m[0, 2]),
                               numpy.arctan2(-m[0, 1], m[0, 0]))]


def rounded():
    """The pose that two decimals leave of the golden box in the lidar."""
    x, y, z = (peer.turn(axis, a) for axis, a in zip('xyz', numpy.round(angles(LIDAR_FROM_BOX), 2)))
    return peer.pose(x @ y @ z, numpy.round(LIDAR_FROM_BOX[:3, 3], 2))


def matrix_of(box):
    x, y, z = (peer.turn(axis, a) for axis, a in zip('xyz', box.rotation))
    return peer.pose(x @ y @ z, box.position)


def put_clouds(out, name):
    """convert writes labels; Datumaro wants the clouds that they belong to."""
    places = {'supervisely': 'ds0/pointcloud/{}.pcd', 'kitti_raw': 'velodyne_points/data/{}.pcd'}
    for i, stem in enumerate(peer.NAMES if name in places else ()):
        file = out / places[name].format(stem if name == 'supervisely' else f'{i:010}')
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(peer.pcd(peer.points(i)))


def made(folder):
    items = []
    for i, stem in enumerate(peer.NAMES):
        cloud = folder / f'{stem}.pcd'
        cloud.write_bytes(peer.pcd(peer.points(i)))
        box = Cuboid3d(list(LIDAR_FROM_BOX[:3, 3]), angles(LIDAR_FROM_BOX), list(peer.SIZE), label=0,
                       id=i, attributes={'track_id': 5, 'occluded': False})
        items.append(DatasetItem(id=stem, media=PointCloud.from_file(path=str(cloud)),
                                 attributes={'frame': i}, annotations=[box]))
    return Dataset.from_iterable(items, categories=['car'], media_type=PointCloud)


def check(folder, checks):
    drive = peer.golden_drive(folder / 'golden')
    for ours, theirs in NAMES.items():
        out = peer.convert(drive, ours, folder / ours)
        put_clouds(out, ours)
        boxes = [b for item in Dataset.import_from(str(out), theirs) for b in item.annotations]
        assert len(boxes) == 3, (ours, len(boxes))
        # What it makes of them is compared as the owner's form means it, not as Datumaro's
        # own order of sizes (formats.md 4.13: CVAT puts the length on x in every form).
        if ours == 'datumaro':
            worst = max(peer.corner_error(matrix_of(b), b.scale, rounded()) for b in boxes)
            checks.near('Datumaro reads datumaro', worst)
        else:
            worst = max(float(numpy.linalg.norm(numpy.array(b.position) - rounded()[:3, 3])) for b in boxes)
            checks.done.append(f'Datumaro reads {ours}: 3 boxes, centres {worst * 1000:.3f} mm, '
                               f'sizes {[round(v, 4) for v in boxes[0].scale]}')
    for ours, theirs in NAMES.items():
        place = folder / f'by_{theirs}'
        made(folder).export(str(place), theirs, **({} if ours == 'datumaro' else {'reindex': True}))
        label = f'{ours}={place / FILES[ours] if FILES[ours] else place}'
        found = peer.cuboids(drive, '--labels', label)
        assert len(found) == 3, (ours, len(found))
        expected = peer.EGO_FROM_LIDAR @ rounded()
        checks.near(f'Sweepbox reads its {ours}', max(peer.cuboid_error(c, expected) for c in found))


peer.main(check, 'datumaro')
