"""Argoverse 2: av2 reads annotations that Sweepbox wrote; Sweepbox reads a log that pyarrow wrote."""
import numpy
import pyarrow
from av2.structures.cuboid import CuboidList
from av2.structures.sweep import Sweep
from av2.utils.io import read_feather
from pyarrow import feather

import peer

LOG = '00000000-0000-0000-0000-000000000001'
COLUMNS = ('qw', 'qx', 'qy', 'qz', 'tx_m', 'ty_m', 'tz_m')


def ego_points(i):
    return peer.points(i) @ peer.EGO_FROM_LIDAR[:3, :3].T + peer.EGO_FROM_LIDAR[:3, 3]


def rows_of(matrices):
    poses = numpy.array([[*peer.quaternion(m), *m[:3, 3]] for m in matrices], float)
    return dict(zip(COLUMNS, poses.T))


def write(path, columns, compression):
    path.parent.mkdir(parents=True, exist_ok=True)
    feather.write_feather(pyarrow.table(columns), str(path), compression=compression)


def write_log(log, compression):
    stamps = [peer.START + i * peer.GAP for i in range(3)]
    for i, stamp in enumerate(stamps):
        cloud = ego_points(i).astype('<f2').T
        count = cloud.shape[1]
        write(log / f'sensors/lidar/{stamp}.feather', {
            'x': cloud[0], 'y': cloud[1], 'z': cloud[2],
            'intensity': numpy.full(count, 9, 'u1'),
            'laser_number': (numpy.arange(count) % 64).astype('u1'),
            'offset_ns': numpy.zeros(count, 'i4')}, compression)
    lidar = peer.EGO_FROM_LIDAR
    write(log / 'calibration/egovehicle_SE3_sensor.feather', {
        'sensor_name': ['up_lidar', 'down_lidar', 'ring_front_center'],
        **rows_of([lidar, lidar, peer.EGO_FROM_CAMERA])}, compression)
    write(log / 'calibration/intrinsics.feather', {
        'sensor_name': ['ring_front_center'], 'fx_px': [300.0], 'fy_px': [310.0],
        'cx_px': [161.5], 'cy_px': [118.5], 'k1': [0.0], 'k2': [0.0], 'k3': [0.0],
        'height_px': numpy.array([240], 'u4'), 'width_px': numpy.array([320], 'u4')}, compression)
    write(log / 'city_SE3_egovehicle.feather', {
        'timestamp_ns': stamps, **rows_of([peer.world_from_ego(i) for i in range(3)])}, compression)
    write(log / 'annotations.feather', {
        'timestamp_ns': stamps, 'track_uuid': [LOG] * 3, 'category': ['REGULAR_VEHICLE'] * 3,
        'length_m': [peer.SIZE[0]] * 3, 'width_m': [peer.SIZE[1]] * 3,
        'height_m': [peer.SIZE[2]] * 3, **rows_of([peer.EGO_FROM_BOX] * 3),
        'num_interior_pts': [200] * 3}, compression)


def check(folder, checks):
    drive = peer.golden_drive(folder / 'golden')
    file = peer.convert(drive, 'argoverse2', folder / 'out') / 'annotations.feather'
    boxes = CuboidList.from_feather(file)
    checks.equal('av2 reads boxes', len(boxes), 3)
    checks.near('their corners', max(peer.same_corners(b.vertices_m) for b in boxes.cuboids))
    counted = [b.compute_interior_points(ego_points(i))[1].sum() for i, b in enumerate(boxes.cuboids)]
    checks.equal('num_interior_pts', read_feather(file)['num_interior_pts'].to_list(),
                 list(map(int, counted)))
    checks.equal('stamps', [int(b.timestamp_ns) - peer.START for b in boxes.cuboids],
                 [0, peer.GAP, 2 * peer.GAP])

    for compression in ('uncompressed', 'lz4', 'zstd'):
        log = folder / compression / LOG
        write_log(log, compression)
        first = next((log / 'sensors/lidar').glob(f'{peer.START}.feather'))
        assert len(Sweep.from_feather(first)) == 400
        found = peer.cuboids(log, '--points')
        checks.golden(f'Sweepbox reads {compression}', found)
        inside = [b['points'] for b in found]
        # float16 moves points by up to 4 mm; the outermost are 15 mm from the faces.
        assert inside == [200] * 3, inside


peer.main(check, 'av2', 'pyarrow')
