"""LAS: Sweepbox reads what laspy wrote, every version and point format, to half a scale step."""
import laspy
import numpy

import peer

OFFSET = (456_000.0, 5_400_000.0, 200.0)


def write(path, version, kind, cloud):
    header = laspy.LasHeader(point_format=kind, version=version)
    header.scales, header.offsets = (0.001,) * 3, OFFSET
    las = laspy.LasData(header)
    las.x, las.y, las.z = (cloud + OFFSET).T
    las.intensity = numpy.arange(len(cloud), dtype='u2')
    las.write(path)


def check(folder, checks):
    cloud = peer.points().astype(float)
    kinds = [('1.2', k) for k in range(4)] + [('1.3', k) for k in (4, 5)] + [('1.4', k) for k in range(6, 11)]
    for version, kind in kinds:
        name = f'{version.replace(".", "_")}_{kind}'
        drive = folder / name
        drive.mkdir()
        write(drive / '000000.las', version, kind, cloud)
        told = peer.info(drive, '--format', 'folder')
        errors = [p for p in told['problems'] if p.get('severity') == 'error']
        assert not errors, (name, errors)
        # The same cloud through Sweepbox as a labelled box: its points are counted inside.
        box = peer.EGO_FROM_LIDAR
        lidar_from_box = numpy.linalg.inv(box) @ peer.EGO_FROM_BOX
        row = {'frame': '000000'}
        center = lidar_from_box[:3, 3] + OFFSET
        q = peer.quaternion(lidar_from_box)
        labels = folder / f'{name}.json'
        key = {'frame': '000000', 'stamp_ns': 0, 'center': list(center), 'size': peer.SIZE,
               'rotation': list(q), 'frame_of': 'world', 'source': 'person'}
        peer.Path(labels).write_text(peer.json.dumps({'tracks': [
            {'name': '1', 'class': 'car', 'rigid': True, 'attributes': {}, 'keys': [key]}]}))
        found = peer.cuboids(drive, '--format', 'folder', '--labels', f'sweepbox={labels}', '--points')
        assert [c['points'] for c in found] == [200], (name, found)
    checks.equal('versions and point formats', len(kinds), 11)
    checks.equal('points in the box at UTM coordinates, each', 200, 200)


peer.main(check, 'laspy')
