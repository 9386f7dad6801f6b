"""Zenseact ZOD: zod's dataclasses read the objects that Sweepbox wrote, and read back unchanged."""
import json

import numpy
from zod.anno.object import ObjectAnnotation
from zod.constants import Camera

import peer


def annotation(stem):
    """An object as ZOD's own files hold it."""
    w, x, y, z = peer.quaternion(peer.EGO_FROM_BOX)
    return {'geometry': {'type': 'MultiPoint', 'coordinates': [[10, 30], [20, 10], [40, 30], [20, 50]]},
            'properties': {'annotation_uuid': stem, 'class': 'Vehicle', 'type': 'Car', 'unclear': False,
                           'occlusion_ratio': 'None', 'emergency': False, 'is_pulling_or_pushing': 'None',
                           'location_3d': {'type': 'Point', 'coordinates': list(peer.CENTER)},
                           'size_3d_length': peer.SIZE[0], 'size_3d_width': peer.SIZE[1],
                           'size_3d_height': peer.SIZE[2], 'orientation_3d_qw': w,
                           'orientation_3d_qx': x, 'orientation_3d_qy': y, 'orientation_3d_qz': z}}


def check(folder, checks):
    drive = peer.golden_drive(folder / 'golden')
    files = sorted((peer.convert(drive, 'zod', folder / 'out') / 'annotations').glob('*.json'))
    checks.equal('files', len(files), 3)
    worst, off_image = 0, 0
    for file in files:
        for data in json.loads(file.read_text()):
            box = ObjectAnnotation.from_dict(data)
            assert box.subclass == 'Vehicle_Car' and not box.unclear, box
            assert box.box2d.frame == Camera.FRONT
            worst = max(worst, peer.same_corners(box.box3d.corners))
            # The 2D box is around the projected corners, cut at the image.
            ego = peer.corners(peer.EGO_FROM_BOX, peer.SIZE)
            camera = ego @ peer.CAMERA_FROM_EGO[:3, :3].T + peer.CAMERA_FROM_EGO[:3, 3]
            u = camera[:, :2] / camera[:, 2:] * peer.FOCUS + peer.MIDDLE
            low, high = u.min(axis=0).clip(0), numpy.minimum(u.max(axis=0), peer.IMAGE)
            off_image = max(off_image, float(numpy.abs(box.box2d.xyxy - [*low, *high]).max()))
    checks.near('their corners', worst)
    assert off_image < 1, f'the 2D boxes are off by {off_image:.2f} px'
    checks.done.append(f'their 2D boxes {off_image:.2f} px')
    place = folder / 'object_detection.json'
    place.write_text(json.dumps([annotation('a')]))
    box = ObjectAnnotation.from_dict(json.loads(place.read_text())[0]).box3d
    checks.near('zod reads ours', peer.same_corners(box.corners))
    checks.golden('Sweepbox reads the same', peer.cuboids(drive, '--labels', f'zod={place}'), 1)


peer.main(check, 'zod')
