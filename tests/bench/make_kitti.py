#!/usr/bin/env python3
"""Writes a KITTI object set of N frames with six boxes each, the same for the same N: clouds of 120,000
points and images are hard links to eight files, so that 7,481 frames need less than 200 MB.

    make_kitti.py FOLDER N
"""
import array
import math
import os
import random
import struct
import sys
import zlib

folder, count = sys.argv[1], int(sys.argv[2])
DIFFERENT = 8
POINTS = 120_000
WIDTH, HEIGHT = 1242, 375
KINDS = [('Car', 1.5, 1.7, 4.2), ('Pedestrian', 1.75, 0.6, 0.8), ('Cyclist', 1.7, 0.6, 1.8), ('Van', 2.1, 1.9, 5.0)]
# Real numbers of one day: camera 2, and the velodyne ahead of and below the cameras.
CALIBRATION = """P0: 7.215377e+02 0 6.095593e+02 0 0 7.215377e+02 1.728540e+02 0 0 0 1 0
P1: 7.215377e+02 0 6.095593e+02 -3.875744e+02 0 7.215377e+02 1.728540e+02 0 0 0 1 0
P2: 7.215377e+02 0 6.095593e+02 4.485728e+01 0 7.215377e+02 1.728540e+02 2.163791e-01 0 0 1 2.745884e-03
P3: 7.215377e+02 0 6.095593e+02 -3.395242e+02 0 7.215377e+02 1.728540e+02 2.199936e+00 0 0 1 2.729905e-03
R0_rect: 9.999239e-01 9.837760e-03 -7.445048e-03 -9.869795e-03 9.999421e-01 -4.278459e-03 7.402527e-03 4.351614e-03 9.999631e-01
Tr_velo_to_cam: 7.533745e-03 -9.999714e-01 -6.166020e-04 -4.069766e-03 1.480249e-02 7.280733e-04 -9.998902e-01 -7.631618e-02 9.998621e-01 7.523790e-03 1.480755e-02 -2.717806e-01
Tr_imu_to_velo: 9.999976e-01 7.553071e-04 -2.035826e-03 -8.086759e-01 -7.854027e-04 9.998898e-01 -1.482298e-02 3.195559e-01 2.024406e-03 1.482454e-02 9.998881e-01 -7.997231e-01
"""


def path(kind, name):
    return os.path.join(folder, 'training', kind, name)


def cloud(seed):
    """Rings on the ground, walls on both sides."""
    rnd = random.Random(seed)
    values = array.array('f')
    for i in range(POINTS):
        angle = 2 * math.pi * rnd.random()
        distance = 3 + 60 * rnd.random() ** 2
        x, y = distance * math.cos(angle), distance * math.sin(angle)
        z = -1.73 + 0.02 * rnd.random()
        if abs(y) > 12:
            y, z = math.copysign(12, y), -1.73 + 5 * rnd.random()
        values.extend((x, y, z, rnd.random()))
    return values.tobytes()


def png(seed):
    rnd = random.Random(seed)
    rows = bytearray()
    for y in range(HEIGHT):
        rows.append(0)
        shade = 90 + y // 4 + rnd.randrange(8)
        rows.extend(bytes((shade, shade, (shade + 10) & 255)) * WIDTH)

    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))

    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', WIDTH, HEIGHT, 8, 2, 0, 0, 0)) +
            chunk(b'IDAT', zlib.compress(bytes(rows), 1)) + chunk(b'IEND', b''))


def row(rnd):
    kind, height, width, length = rnd.choice(KINDS)
    height, width, length = (side * rnd.uniform(0.9, 1.1) for side in (height, width, length))
    x, z, turn = rnd.uniform(-10, 10), rnd.uniform(6, 60), rnd.uniform(-math.pi, math.pi)
    u = 609.56 + 721.54 * x / z
    left, right = sorted((max(0.0, min(WIDTH - 1.0, u - 360 * width / z)), max(0.0, min(WIDTH - 1.0, u + 360 * width / z))))
    alpha = math.remainder(turn - math.atan2(x, z), 2 * math.pi)
    return '%s 0.00 0 %.2f %.2f %.2f %.2f %.2f %.2f %.2f %.2f %.2f 1.65 %.2f %.2f' % (
        kind, alpha, left, 170.0, right, 170 + 1200 / z, height, width, length, x, z, turn)


for kind in ('velodyne', 'image_2', 'calib', 'label_2'):
    os.makedirs(path(kind, ''), exist_ok=True)
for i in range(count):
    name = '%06d' % i
    for kind, ending, make in (('velodyne', '.bin', cloud), ('image_2', '.png', png)):
        if i < DIFFERENT:
            with open(path(kind, name + ending), 'wb') as file:
                file.write(make(i))
        else:
            os.link(path(kind, '%06d' % (i % DIFFERENT) + ending), path(kind, name + ending))
    if i == 0:
        with open(path('calib', name + '.txt'), 'w') as file:
            file.write(CALIBRATION)
    else:
        os.link(path('calib', '000000.txt'), path('calib', name + '.txt'))
    rnd = random.Random(1000 + i)
    with open(path('label_2', name + '.txt'), 'w') as file:
        file.write('\n'.join(row(rnd) for _ in range(6)) + '\n')
