"""What every peer test shares: the program, the golden drive, comparisons, one line of result.

The golden drive: three frames at 10 Hz, two of them a turn apart, a lidar and a camera that both
are turned and shifted, and one car of 4.1 x 1.7 x 1.5 m at (12.3, -4.5, 0.6) in the ego of every
frame, yaw 0.3. Quaternions are w x y z, poses 4 x 4.
"""
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import traceback
import zlib
from pathlib import Path

import numpy

ROOT = Path(__file__).resolve().parents[2]
SIZE = (4.1, 1.7, 1.5)
CENTER = (12.3, -4.5, 0.6)
YAW = 0.3
START = 1_700_000_000_000_000_000
GAP = 100_000_000
NAMES = ('000000', '000001', '000002')
MILLIMETRE = 1e-3


class Skip(Exception):
    """The check cannot be made here; its text says why."""


def program():
    path = Path(os.environ.get('SWEEPBOX_PROGRAM', ROOT / 'build' / 'sweepbox'))
    if not path.exists():
        raise Skip(f'{path} is not built')
    return str(path)


def sweepbox(*words):
    """Standard output of the program; its errors become an exception."""
    done = subprocess.run([program(), *map(str, words)], capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(f'sweepbox {" ".join(map(str, words))}: {done.stderr.strip()[:500]}')
    return done.stdout


def convert(drive, to, out, *more):
    sweepbox('convert', drive, '--to', to, '-o', out, '--quiet', *more)
    return Path(out)


def info(drive, *more):
    return json.loads(sweepbox('info', drive, '--json', *more))


def cuboids(drive, *more):
    """The cuboids in the ego of their frames: dicts as `sweepbox labels --json` prints them."""
    frames = json.loads(sweepbox('labels', drive, '--json', *more))['frames']
    return [cuboid | {'frame': frame['name']} for frame in frames for cuboid in frame['cuboids']]


def rotation(q):
    w, x, y, z = numpy.asarray(q, float) / numpy.linalg.norm(q)
    return numpy.array([[1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
                        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)]])


def quaternion(matrix):
    """w x y z of a rotation that turns by less than half a turn."""
    m = numpy.asarray(matrix, float)[:3, :3]
    values, vectors = numpy.linalg.eigh(numpy.array([
        [m[0, 0] + m[1, 1] + m[2, 2], m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1]],
        [m[2, 1] - m[1, 2], m[0, 0] - m[1, 1] - m[2, 2], m[0, 1] + m[1, 0], m[0, 2] + m[2, 0]],
        [m[0, 2] - m[2, 0], m[0, 1] + m[1, 0], m[1, 1] - m[0, 0] - m[2, 2], m[1, 2] + m[2, 1]],
        [m[1, 0] - m[0, 1], m[0, 2] + m[2, 0], m[1, 2] + m[2, 1], m[2, 2] - m[0, 0] - m[1, 1]]]))
    q = vectors[:, values.argmax()]
    return q if q[0] >= 0 else -q


def turn(axis, angle):
    q = [numpy.cos(angle / 2), 0, 0, 0]
    q['xyz'.index(axis) + 1] = numpy.sin(angle / 2)
    return rotation(q)


def pose(turned, at):
    result = numpy.eye(4)
    result[:3, :3] = turned
    result[:3, 3] = at
    return result


EGO_FROM_LIDAR = pose(turn('z', 0.4) @ turn('y', 0.02), (1.1, 0.1, 1.9))
EGO_FROM_CAMERA = pose(numpy.array([[0, 0, 1], [-1, 0, 0], [0, -1, 0.]]) @ turn('y', 0.05),
                       (1.7, 0.05, 1.5))
CAMERA_FROM_EGO = numpy.linalg.inv(EGO_FROM_CAMERA)
FOCUS, MIDDLE, IMAGE = (300.0, 310.0), (161.5, 118.5), (320, 240)


def world_from_ego(i):
    return pose(turn('z', 0.5 + 0.1 * i), (1000 + 0.8 * i, 2000 + 0.3 * i, 3))


def seven(matrix):
    """The seven numbers of a pose in drive.json."""
    return [*map(float, matrix[:3, 3]), *map(float, quaternion(matrix))]


EGO_FROM_BOX = pose(turn('z', YAW), CENTER)


def corners(matrix, size):
    """The 8 x 3 corners of a box, whose axes MATRIX gives, in a fixed order."""
    signs = numpy.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    return (signs * numpy.asarray(size, float) / 2) @ matrix[:3, :3].T + matrix[:3, 3]


def corner_error(matrix, size, expected=EGO_FROM_BOX, expected_size=SIZE):
    """The farthest that a corner is from where it belongs, in metres."""
    off = corners(matrix, size) - corners(expected, expected_size)
    return float(numpy.linalg.norm(off, axis=1).max())


def same_corners(found, expected=EGO_FROM_BOX, expected_size=SIZE):
    """The same for 8 corners of any order."""
    wanted = corners(expected, expected_size)
    found = numpy.asarray(found, float)
    apart = numpy.linalg.norm(found[:, None] - wanted[None], axis=2)
    return float(max(apart.min(axis=0).max(), apart.min(axis=1).max()))


def cuboid_error(cuboid, expected=EGO_FROM_BOX):
    return corner_error(pose(rotation(cuboid['rotation']), cuboid['center']), cuboid['size'], expected)


def points(i=0, count=200):
    """Points inside the golden box and around it, in the lidar; their count inside is COUNT."""
    chance = numpy.random.default_rng(7 + i)
    inside = (chance.random((count, 3)) - 0.5) * 0.98 * numpy.array(SIZE)
    ground = numpy.c_[chance.uniform(-30, 30, (count, 2)), numpy.full(count, -1.0)]
    ego = numpy.vstack([inside @ EGO_FROM_BOX[:3, :3].T + EGO_FROM_BOX[:3, 3], ground])
    lidar_from_ego = numpy.linalg.inv(EGO_FROM_LIDAR)
    return (ego @ lidar_from_ego[:3, :3].T + lidar_from_ego[:3, 3]).astype('<f4')


def pcd(cloud):
    header = ('# .PCD v0.7\nVERSION 0.7\nFIELDS x y z intensity\nSIZE 4 4 4 4\nTYPE F F F F\n'
              f'COUNT 1 1 1 1\nWIDTH {len(cloud)}\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\n'
              f'POINTS {len(cloud)}\nDATA binary\n')
    return header.encode() + numpy.c_[cloud, numpy.full(len(cloud), 0.5)].astype('<f4').tobytes()


def png(width=IMAGE[0], height=IMAGE[1]):
    def chunk(kind, data):
        return (struct.pack('>I', len(data)) + kind + data +
                struct.pack('>I', zlib.crc32(kind + data)))
    rows = b''.join(b'\0' + bytes([60, 90, 120]) * width for _ in range(height))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)) +
            chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


def golden_drive(folder):
    """Writes the golden drive as Sweepbox's own folder and returns its path."""
    folder = Path(folder)
    for name in ('top', 'front'):
        (folder / name).mkdir(parents=True)
    frames, keys, poses = [], [], ['stamp_ns,x,y,z,qw,qx,qy,qz']
    for i, name in enumerate(NAMES):
        stamp = START + i * GAP
        (folder / f'top/{name}.pcd').write_bytes(pcd(points(i)))
        (folder / f'front/{name}.png').write_bytes(png())
        frames.append({'name': name, 'stamp_ns': stamp,
                       'sweeps': {'top': {'file': f'top/{name}.pcd', 'stamp_ns': stamp}},
                       'images': {'front': {'file': f'front/{name}.png', 'stamp_ns': stamp}}})
        keys.append({'frame': name, 'stamp_ns': stamp, 'center': CENTER, 'size': SIZE,
                     'rotation': list(quaternion(EGO_FROM_BOX)), 'frame_of': 'ego',
                     'source': 'person'})
        poses.append(f'{stamp},' + ','.join(map(repr, seven(world_from_ego(i)))))
    drive = {'sweepbox': 1, 'name': 'golden', 'sequence': True, 'frames': frames,
             'lidars': {'top': {'ego_from_lidar': seven(EGO_FROM_LIDAR), 'compensated': True}},
             'cameras': {'front': {'lens': 'pinhole',
                                   'parameters': {'fx': FOCUS[0], 'fy': FOCUS[1],
                                                  'cx': MIDDLE[0], 'cy': MIDDLE[1]},
                                   'width': IMAGE[0], 'height': IMAGE[1],
                                   'camera_from_ego': seven(CAMERA_FROM_EGO)}}}
    track = {'name': '1', 'class': 'car', 'rigid': True, 'attributes': {}, 'keys': keys}
    (folder / 'drive.json').write_text(json.dumps(drive, indent=1))
    (folder / 'poses.csv').write_text('\n'.join(poses) + '\n')
    (folder / 'labels.json').write_text(json.dumps({'tracks': [track]}))
    return folder


class Checks:
    """Collects what one script compared; `line` is the result."""

    def __init__(self):
        self.done = []

    def near(self, what, error, limit=MILLIMETRE):
        """A distance in metres that must stay below LIMIT."""
        assert error < limit, f'{what}: {error * 1000:.3f} mm, allowed {limit * 1000:g} mm'
        self.done.append(f'{what} {error * 1000:.4f} mm')

    def equal(self, what, found, expected):
        assert found == expected, f'{what}: found {found!r}, expected {expected!r}'
        self.done.append(f'{what} {found}')

    def golden(self, what, found, count=len(NAMES)):
        """COUNT cuboids of `labels --json`, each the golden box."""
        assert len(found) == count, f'{what}: {len(found)} boxes, expected {count}'
        self.near(what, max(map(cuboid_error, found)))


def versions(*packages):
    from importlib.metadata import version
    return ', '.join(f'{name} {version(name)}' for name in packages)


def main(check, *packages):
    """Runs check(folder, checks) in a temporary folder; exit 0 passed, 1 failed, 77 skipped."""
    folder = Path(tempfile.mkdtemp(prefix='sweepbox-peer-'))
    checks = Checks()
    try:
        check(folder, checks)
        print(f'{versions(*packages)}: {"; ".join(checks.done)}')
        status = 0
    except Skip as reason:
        print(f'{reason}')
        status = 77
    except Exception as reason:  # pylint: disable=broad-except
        traceback.print_exc()
        print(f'{type(reason).__name__}: {reason}')
        status = 1
    if os.environ.get('SWEEPBOX_PEERS_KEEP'):
        print(f'kept: {folder}', file=sys.stderr)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(status)
