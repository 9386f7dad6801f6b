"""nuScenes: the devkit reads the tables and results that Sweepbox wrote, as they are."""
import json

import numpy
from nuscenes.eval.common.config import config_factory
from nuscenes.eval.common.loaders import load_prediction
from nuscenes.eval.tracking.data_classes import TrackingBox
from nuscenes.nuscenes import NuScenes

import peer


def matrix_of(box):
    return peer.pose(box.orientation.rotation_matrix, box.center)


def size_of(box):
    width, length, height = box.wlh
    return length, width, height


def chains(nusc):
    """Annotations hang together as the devkit's own tests ask."""
    for instance in nusc.instance:
        chain, token = [], instance['first_annotation_token']
        while token:
            annotation = nusc.get('sample_annotation', token)
            assert annotation['prev'] == (chain[-1] if chain else ''), token
            assert annotation['instance_token'] == instance['token'], token
            chain.append(token)
            token = annotation['next']
        assert len(chain) == instance['nbr_annotations']
        assert chain[-1] == instance['last_annotation_token']
    return len(nusc.instance)


def check(folder, checks):
    drive = peer.golden_drive(folder / 'golden')
    out = peer.convert(drive, 'nuscenes', folder / 'out')
    version, = [p.name for p in out.iterdir() if p.is_dir()]
    nusc = NuScenes(version=version, dataroot=str(out), verbose=False)
    checks.equal('annotations the devkit reads', len(nusc.sample_annotation), 3)
    checks.equal('chains that hold', chains(nusc), 1)
    world, sensor, points, seen = 0, 0, [], 0
    for i, sample in enumerate(sorted(nusc.sample, key=lambda s: s['timestamp'])):
        assert sample['timestamp'] * 1000 == peer.START + i * peer.GAP
        box, = nusc.get_boxes(nusc.get('sample', sample['token'])['data']['top'])
        expected = peer.world_from_ego(i) @ peer.EGO_FROM_BOX
        world = max(world, peer.corner_error(matrix_of(box), size_of(box), expected))
        _, own, _ = nusc.get_sample_data(sample['data']['top'])
        lidar = numpy.linalg.inv(peer.EGO_FROM_LIDAR) @ peer.EGO_FROM_BOX
        sensor = max(sensor, peer.corner_error(matrix_of(own[0]), size_of(own[0]), lidar))
        _, own, intrinsic = nusc.get_sample_data(sample['data']['front'])
        camera = peer.CAMERA_FROM_EGO @ peer.EGO_FROM_BOX
        seen += len(own)
        sensor = max([sensor] + [peer.corner_error(matrix_of(b), size_of(b), camera) for b in own])
        assert numpy.allclose(intrinsic, [[300, 0, 161.5], [0, 310, 118.5], [0, 0, 1]])
        points += [nusc.get('sample_annotation', t)['num_lidar_pts'] for t in sample['anns']]
    checks.near('corners in the world', world)
    checks.near('corners in the lidar and the camera', sensor)
    checks.equal('boxes in the image', seen, 3)
    checks.equal('num_lidar_pts', points, [200] * 3)
    # The same tables again through Sweepbox, as labels of the drive.
    checks.golden('Sweepbox reads the tables',
                  peer.cuboids(drive, '--labels', f'nuscenes={out / version}'))

    results = peer.convert(drive, 'nuscenes_results', folder / 'results') / 'results_nusc.json'
    config_factory('tracking_nips_2019')  # fills the devkit's list of names
    boxes, meta = load_prediction(str(results), 500, TrackingBox, verbose=False)
    checks.equal('tracked boxes the devkit reads', len(boxes.all), 3)
    order = sorted(boxes.all, key=lambda b: b.translation)
    worst = max(peer.corner_error(peer.pose(peer.rotation(b.rotation), b.translation),
                                  (b.size[1], b.size[0], b.size[2]),
                                  peer.world_from_ego(i) @ peer.EGO_FROM_BOX)
                for i, b in enumerate(sorted(order, key=lambda b: list(json.loads(
                    results.read_text())['results']).index(b.sample_token))))
    checks.near('their corners', worst)
    checks.done.append(f'meta {sorted(k for k, v in meta.items() if v)}')


peer.main(check, 'nuscenes-devkit')
