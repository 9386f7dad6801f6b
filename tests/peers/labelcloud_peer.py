"""labelCloud reads the centroids that Sweepbox wrote; Sweepbox reads all three forms it writes."""
import json
import os
import types
from pathlib import Path

import numpy

import peer

try:
    import pkg_resources  # noqa: F401
except ImportError:  # setuptools dropped it; labelCloud asks it for one path
    import importlib.util
    import sys

    def resource_filename(package, name):
        return str(Path(importlib.util.find_spec(package).submodule_search_locations[0]) / name)

    sys.modules['pkg_resources'] = types.SimpleNamespace(resource_filename=resource_filename)

from labelCloud.control.config_manager import config
from labelCloud.io.labels.centroid import CentroidFormat
from labelCloud.io.labels.config import LabelConfig
from labelCloud.io.labels.vertices import VerticesFormat
from labelCloud.model import BBox

LIDAR_FROM_BOX = numpy.linalg.inv(peer.EGO_FROM_LIDAR) @ peer.EGO_FROM_BOX
# labelCloud's own box has a heading, and a pitch and roll where z_rotation_only is off.


def degrees():
    m = LIDAR_FROM_BOX
    return [float(numpy.degrees(a)) % 360 for a in (
        numpy.arctan2(m[2, 1], m[2, 2]), numpy.arcsin(-m[2, 0]), numpy.arctan2(m[1, 0], m[0, 0]))]


def write_with_labelcloud(folder, form, name):
    folder.mkdir(parents=True)
    for stem in peer.NAMES:
        box = BBox(*LIDAR_FROM_BOX[:3, 3], *peer.SIZE)
        box.set_rotations(*degrees())
        box.set_classname('car')
        form(folder, 8, relative_rotation=name == 'centroid_rel').export_labels(
            [box], Path(f'top/{stem}.pcd'))
    (folder / '_classes.json').write_text(json.dumps({
        'classes': [{'name': 'car', 'id': 0, 'color': '#ff0000'}], 'default': 0,
        'type': 'object_detection', 'format': name,
        'created_with': {'name': 'labelCloud', 'version': peer.versions('labelCloud').split()[-1]}}))


def check(folder, checks):
    os.chdir(folder)
    drive = peer.golden_drive(folder / 'golden')
    labels = peer.convert(drive, 'labelcloud', folder / 'out') / 'labels'
    config.set('FILE', 'class_definitions', str(labels / '_classes.json'))
    classes = LabelConfig()
    classes.load_config()
    checks.equal('classes labelCloud reads', [c.name for c in classes.classes], ['car'])
    worst = 0
    for stem in peer.NAMES:
        box, = CentroidFormat(labels, 8).import_labels(Path(f'top/{stem}.pcd'))
        worst = max(worst, peer.same_corners(box.get_vertices(), LIDAR_FROM_BOX))
    checks.near('their corners', worst)
    for form, name in ((CentroidFormat, 'centroid_abs'), (CentroidFormat, 'centroid_rel'),
                       (VerticesFormat, 'vertices')):
        write_with_labelcloud(folder / name, form, name)
        checks.golden(f'Sweepbox reads {name}',
                      peer.cuboids(drive, '--labels', f'labelcloud={folder / name}'))


peer.main(check, 'labelCloud')
