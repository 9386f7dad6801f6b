"""Open3D reads the PCD that Sweepbox writes; Sweepbox reads its PCD and PLY."""
import json

import numpy
import open3d

import peer


def check(folder, checks):
    golden = peer.golden_drive(folder / 'golden')
    written = peer.convert(golden, 'sweepbox', folder / 'written', '--with-data')
    clouds = sorted(written.glob('**/*.pcd'))
    checks.equal('clouds written', len(clouds), 3)
    worst = 0
    for i, cloud in enumerate(clouds):
        found = numpy.asarray(open3d.io.read_point_cloud(str(cloud)).points)
        assert len(found) == 400, len(found)
        worst = max(worst, float(numpy.abs(found - peer.points(i)).max()))
    checks.near('Open3D reads their points', worst)

    lidar_from_box = numpy.linalg.inv(peer.EGO_FROM_LIDAR) @ peer.EGO_FROM_BOX
    labels = folder / 'labels.json'
    key = {'frame': '000000', 'stamp_ns': 0, 'center': list(lidar_from_box[:3, 3]), 'size': peer.SIZE,
           'rotation': list(peer.quaternion(lidar_from_box)), 'frame_of': 'ego', 'source': 'person'}
    labels.write_text(json.dumps({'tracks': [
        {'name': '1', 'class': 'car', 'rigid': True, 'attributes': {}, 'keys': [key]}]}))
    cloud = open3d.geometry.PointCloud(open3d.utility.Vector3dVector(peer.points().astype(float)))
    cloud.normals = open3d.utility.Vector3dVector(numpy.tile([0, 0, 1.], (400, 1)))
    cloud.colors = open3d.utility.Vector3dVector(numpy.full((400, 3), 0.25))
    for kind, ascii_, compressed in (('pcd', True, False), ('pcd', False, False), ('pcd', False, True),
                                     ('ply', True, False), ('ply', False, False)):
        drive = folder / f'{kind}_{ascii_}_{compressed}'
        drive.mkdir()
        open3d.io.write_point_cloud(str(drive / f'000000.{kind}'), cloud, write_ascii=ascii_,
                                    compressed=compressed)
        found = peer.cuboids(drive, '--format', 'folder', '--labels', f'sweepbox={labels}', '--points')
        assert [b['points'] for b in found] == [200], (drive.name, found)
    checks.equal('files by Open3D with 200 points in the box', 5, 5)


peer.main(check, 'open3d')
