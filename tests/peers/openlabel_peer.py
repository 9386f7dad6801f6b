"""ASAM OpenLABEL: the schema and vcd read what Sweepbox wrote; Sweepbox reads what vcd wrote."""
import json
import os
import warnings

import jsonschema
import numpy
from vcd import core, scl, types

import peer

SCHEMA = 'formats/openlabel/openlabel_json_schema-v1.0.0.json'


def box_of(val):
    """The pose of a cuboid of ten values, x y z qx qy qz qw, and its size."""
    return peer.pose(peer.rotation([val[6], *val[3:6]]), val[:3]), val[7:10]


def ten(matrix):
    w, x, y, z = peer.quaternion(matrix)
    return [float(v) for v in (*matrix[:3, 3], x, y, z, w, *peer.SIZE)]


def nine(matrix):
    """x y z rx ry rz and the size; R = Rz Ry Rx."""
    m = matrix[:3, :3]
    angles = (numpy.arctan2(m[2, 1], m[2, 2]), numpy.arcsin(-m[2, 0]), numpy.arctan2(m[1, 0], m[0, 0]))
    return [float(v) for v in (*matrix[:3, 3], *angles, *peer.SIZE)]


def write_with_vcd(path, form, frame):
    """The golden box in vehicle-iso8855 or in the lidar, as ten or nine values."""
    label = core.OpenLABEL()
    label.add_coordinate_system('world', types.CoordinateSystemType.scene_cs)
    label.add_coordinate_system('vehicle-iso8855', types.CoordinateSystemType.local_cs, 'world')
    label.add_coordinate_system('top', types.CoordinateSystemType.sensor_cs, 'vehicle-iso8855',
                                types.PoseData([float(v) for v in peer.EGO_FROM_LIDAR.ravel()],
                                               types.TransformDataType.matrix_4x4))
    label.add_stream('top', '', 'test', core.StreamType.lidar)
    uid = label.add_object('car', 'car')
    matrix = peer.EGO_FROM_BOX
    if frame == 'top':
        matrix = numpy.linalg.inv(peer.EGO_FROM_LIDAR) @ matrix
    for i in range(3):
        label.add_frame_properties(i, timestamp=f'{(peer.START + i * peer.GAP) / 1e9:.9f}')
        label.add_transform(i, types.Transform('vehicle-iso8855', 'world', types.PoseData(
            [float(v) for v in peer.world_from_ego(i).ravel()], types.TransformDataType.matrix_4x4)))
        label.add_object_data(uid, types.cuboid('box', form(matrix), coordinate_system=frame), i)
    label.save(str(path), validate=True)


def check(folder, checks):
    warnings.simplefilter('ignore')
    drive = peer.golden_drive(folder / 'golden')
    file = peer.convert(drive, 'openlabel', folder / 'out') / 'openlabel.json'
    text = file.read_text()
    shared = peer.Path(os.environ.get('SWEEPBOX_DATA', peer.ROOT.parent / 'shared' / 'data'))
    if (shared / SCHEMA).exists():
        jsonschema.validate(json.loads(text), json.loads((shared / SCHEMA).read_text()))
        checks.equal("valid against ASAM's schema", True, True)
    else:
        checks.done.append(f"ASAM's schema is not at {shared}: not checked")

    label = core.OpenLABEL()
    label.load_from_file(str(file), validation=True)
    checks.equal('objects vcd reads', len(label.data['openlabel']['objects']), 1)
    scene, worst, world = scl.Scene(label), 0, 0
    for i in range(3):
        objects = label.get_frame(i)['objects']
        cuboid = next(iter(objects.values()))['object_data']['cuboid'][0]
        worst = max(worst, peer.corner_error(*box_of(cuboid['val'])))
        moved, _ = scene.get_transform(cuboid['coordinate_system'], 'world', i)
        world = max(world, float(numpy.abs(moved - peer.world_from_ego(i)).max()))
    checks.near('their corners', worst)
    checks.near('the poses vcd finds', world)

    for form in (nine, ten):
        for frame in ('vehicle-iso8855', 'top'):
            path = folder / f'{form.__name__}_{frame}.json'
            write_with_vcd(path, form, frame)
            checks.golden(f'Sweepbox reads {form.__name__} values in {frame}',
                          peer.cuboids(drive, '--labels', f'openlabel={path}'))


peer.main(check, 'vcd', 'jsonschema')
