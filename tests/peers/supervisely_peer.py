"""Supervisely: its SDK reads the project that Sweepbox wrote; Sweepbox reads what the SDK wrote.

In Supervisely's own files the width lies along x and the length along y, front at +y; that is what
Sweepbox writes, and what is written here with the SDK. The SDK carries the three angles and never
turns anything by them: the order of turns below is Sweepbox's own understanding.
"""
import json

import numpy
import supervisely as sly
from supervisely.geometry.cuboid_3d import Cuboid3d, Vector3d
from supervisely.pointcloud_annotation.pointcloud_object_collection import PointcloudObjectCollection
from supervisely.video_annotation.key_id_map import KeyIdMap

import peer

LIDAR_FROM_BOX = numpy.linalg.inv(peer.EGO_FROM_LIDAR) @ peer.EGO_FROM_BOX
QUARTER = peer.turn('z', -numpy.pi / 2)  # box axes of Supervisely from ours: its y is our x


def angles(m):
    """Of R = Rx Ry Rz, the order that CVAT's and Supervisely's windows turn in (three.js)."""
    return [float(a) for a in (numpy.arctan2(-m[1, 2], m[2, 2]), numpy.arcsin(m[0, 2]),
                               numpy.arctan2(-m[0, 1], m[0, 0]))]


def matrix_of(geometry):
    r, p = geometry.rotation, geometry.position
    turned = peer.turn('x', r.x) @ peer.turn('y', r.y) @ peer.turn('z', r.z)
    return peer.pose(turned @ QUARTER.T, (p.x, p.y, p.z))


def write_with_sdk(place):
    project = sly.PointcloudProject(str(place), sly.OpenMode.CREATE)
    car = sly.ObjClass('car', Cuboid3d)
    project.set_meta(sly.ProjectMeta(obj_classes=sly.ObjClassCollection([car]),
                                     project_type=sly.ProjectType.POINT_CLOUDS.value))
    data, keys = project.create_dataset('ds0'), KeyIdMap()
    turned = angles(peer.pose(LIDAR_FROM_BOX[:3, :3] @ QUARTER, (0, 0, 0)))
    for i, name in enumerate(peer.NAMES):
        thing = sly.PointcloudObject(car)
        box = Cuboid3d(Vector3d(*map(float, LIDAR_FROM_BOX[:3, 3])), Vector3d(*turned),
                       Vector3d(peer.SIZE[1], peer.SIZE[0], peer.SIZE[2]))
        figure = sly.PointcloudFigure(thing, box)
        annotation = sly.PointcloudAnnotation(PointcloudObjectCollection([thing]), [figure])
        cloud = place.parent / f'{name}.pcd'
        cloud.write_bytes(peer.pcd(peer.points(i)))
        data.add_item_file(f'{name}.pcd', str(cloud), annotation)
    keys.dump_json(str(place / 'key_id_map.json'))


def check(folder, checks):
    drive = peer.golden_drive(folder / 'golden')
    out = peer.convert(drive, 'supervisely', folder / 'out')
    clouds = out / 'ds0/pointcloud'
    clouds.mkdir()
    for i, name in enumerate(peer.NAMES):  # convert writes labels; the SDK wants clouds beside them
        (clouds / f'{name}.pcd').write_bytes(peer.pcd(peer.points(i)))
    project = sly.PointcloudProject(str(out), sly.OpenMode.READ)
    checks.equal('items the SDK reads', project.total_items, 3)
    KeyIdMap.load_json(str(out / 'key_id_map.json'))
    worst, things = 0, set()
    for name in peer.NAMES:
        annotation = project.datasets.get('ds0').get_ann(f'{name}.pcd', project.meta)
        figure, = annotation.figures
        assert figure.parent_object.obj_class.name == 'car'
        things.add(figure.parent_object.key().hex)
        size = figure.geometry.dimensions
        worst = max(worst, peer.corner_error(matrix_of(figure.geometry), (size.y, size.x, size.z),
                                             LIDAR_FROM_BOX))
    checks.near('their corners', worst)
    checks.equal('objects of the track', len(things), 1)

    write_with_sdk(folder / 'project')
    found = peer.cuboids(drive, '--labels', f'supervisely={folder / "project"}')
    checks.golden('Sweepbox reads labels', found)
    # As a drive of its own ego is the lidar, and the clouds are read too.
    own = peer.cuboids(folder / 'project', '--points')
    checks.near('Sweepbox reads the project', max(peer.cuboid_error(c, LIDAR_FROM_BOX) for c in own))
    checks.equal('points inside', [c['points'] for c in own], [200] * 3)


peer.main(check, 'supervisely')
