#!/usr/bin/env python3
"""Writes tables as large as nuScenes trainval: 850 scenes of 20 s, 34 thousand samples, 2.67 million
sample_data and as many ego_pose rows, 1.17 million annotations (3 GB in the layout of the real ones,
a line a field). One scene, that in the middle, has (tiny) sensor files.

    make_nuscenes.py FOLDER [SCENES]
"""
import math
import os
import struct
import sys

folder = sys.argv[1]
scenes = int(sys.argv[2]) if len(sys.argv) > 2 else 850
tables = os.path.join(folder, 'v1.0-trainval')
os.makedirs(tables, exist_ok=True)

SAMPLES = 40
CAMERAS = ['CAM_FRONT', 'CAM_FRONT_RIGHT', 'CAM_BACK_RIGHT', 'CAM_BACK', 'CAM_BACK_LEFT', 'CAM_FRONT_LEFT']
RADARS = ['RADAR_FRONT', 'RADAR_FRONT_LEFT', 'RADAR_FRONT_RIGHT', 'RADAR_BACK_LEFT', 'RADAR_BACK_RIGHT']
RATES = {'LIDAR_TOP': 20, **{c: 12 for c in CAMERAS}, **{r: 13 for r in RADARS}}
CHANNELS = list(RATES)
INSTANCES = 76          # a scene; each lives for 18 samples: 1.17 million boxes in all
LIFE = 18
CATEGORIES = ['vehicle.car', 'human.pedestrian.adult', 'movable_object.barrier', 'vehicle.truck']


def token(kind, *numbers):
    """32 hex digits, as nuScenes has them; no two alike."""
    n = 0
    for number in numbers:
        n = n * 100003 + number + 1
    return '%08x%024x' % (kind * 0x9E3779B1 % 2**32, n)


def rows(name, lines):
    with open(os.path.join(tables, name + '.json'), 'w', buffering=1 << 20) as file:
        file.write('[\n')
        first = True
        for line in lines:
            file.write(line if first else ',\n' + line)
            first = False
        file.write('\n]\n')


def row(**fields):
    import json
    return json.dumps(fields, indent=0)


def ego(scene, t):
    """10 m/s on a wide circle, somewhere of its own for each scene."""
    angle = t * 10 / 200
    x, y = scene % 30 * 700 + 200 * math.sin(angle), scene // 30 * 700 + 200 * (1 - math.cos(angle))
    return x, y, angle


def stamps(scene, channel):
    """(index, microseconds, sample that it belongs to, whether it is that sample's own)."""
    start = 1532402927647951 + scene * 60_000_000
    rate = RATES[channel]
    count = int(20 * rate)
    lead = 0 if channel == 'LIDAR_TOP' else 1000 * (CHANNELS.index(channel) * 3 + 1)
    own = {round(s * 0.5 * rate) for s in range(SAMPLES)}
    for i in range(count):
        # The file of a key frame stands exactly before its sample, the others at the sensor's rate.
        nearest = round(i / rate / 0.5)
        key = i in own and round(nearest * 0.5 * rate) == i
        t = nearest * 500_000 if key else round(i / rate * 1e6)
        yield i, start + t - lead, min(nearest if key else math.ceil(i / rate / 0.5), SAMPLES - 1), key


def file_name(scene, channel, us, key):
    end = {'C': 'jpg', 'L': 'pcd.bin', 'R': 'pcd'}[channel[0]]
    return f"{'samples' if key else 'sweeps'}/{channel}/n{scene:03d}-2018-07-24-11-22-45+0800__{channel}__{us}.{end}"


def sample_data():
    for scene in range(scenes):
        for c, channel in enumerate(CHANNELS):
            size = (1600, 900) if channel[0] == 'C' else (0, 0)
            form = 'jpg' if channel[0] == 'C' else 'pcd'
            calibrated = token(3, scene, c)
            count = 20 * RATES[channel]
            for i, us, sample, key in stamps(scene, channel):
                own = token(1, scene, c, i)
                before = token(1, scene, c, i - 1) if i else ''
                after = token(1, scene, c, i + 1) if i + 1 < count else ''
                yield (f'{{\n"token": "{own}",\n"sample_token": "{token(4, scene, sample)}",\n'
                       f'"ego_pose_token": "{own}",\n"calibrated_sensor_token": "{calibrated}",\n'
                       f'"timestamp": {us},\n"fileformat": "{form}",\n'
                       f'"is_key_frame": {"true" if key else "false"},\n"height": {size[1]},\n"width": {size[0]},\n'
                       f'"filename": "{file_name(scene, channel, us, key)}",\n"prev": "{before}",\n"next": "{after}"\n}}')


def ego_pose():
    for scene in range(scenes):
        start = 1532402927647951 + scene * 60_000_000
        for c, channel in enumerate(CHANNELS):
            for i, us, sample, key in stamps(scene, channel):
                x, y, angle = ego(scene, (us - start) * 1e-6)
                yield (f'{{\n"token": "{token(1, scene, c, i)}",\n"timestamp": {us},\n'
                       f'"rotation": [\n{math.cos(angle / 2)!r},\n0.0,\n0.0,\n{math.sin(angle / 2)!r}\n],\n'
                       f'"translation": [\n{x!r},\n{y!r},\n0.0\n]\n}}')


def life(instance):
    first = instance * 7 % (SAMPLES - LIFE + 1)
    return first, first + LIFE - 1


def sample_annotation():
    for scene in range(scenes):
        for instance in range(INSTANCES):
            first, last = life(instance)
            for s in range(first, last + 1):
                x, y, angle = ego(scene, s * 0.5)
                before = token(5, scene, instance, s - 1) if s > first else ''
                after = token(5, scene, instance, s + 1) if s < last else ''
                yield (f'{{\n"token": "{token(5, scene, instance, s)}",\n"sample_token": "{token(4, scene, s)}",\n'
                       f'"instance_token": "{token(6, scene, instance)}",\n"visibility_token": "4",\n'
                       f'"attribute_tokens": [\n"{token(7, 0)}"\n],\n'
                       f'"translation": [\n{x + instance % 9 * 4:.3f},\n{y + instance // 9 * 4:.3f},\n0.9\n],\n'
                       f'"size": [\n1.9,\n4.6,\n1.7\n],\n'
                       f'"rotation": [\n{math.cos(angle / 2)!r},\n0.0,\n0.0,\n{math.sin(angle / 2)!r}\n],\n'
                       f'"prev": "{before}",\n"next": "{after}",\n"num_lidar_pts": {instance},\n"num_radar_pts": 0\n}}')


rows('sample_data', sample_data())
rows('ego_pose', ego_pose())
rows('sample_annotation', sample_annotation())
rows('sensor', (row(token=token(8, c), channel=channel,
                    modality={'C': 'camera', 'L': 'lidar', 'R': 'radar'}[channel[0]]) for c, channel in enumerate(CHANNELS)))
rows('calibrated_sensor', (
    row(token=token(3, scene, c), sensor_token=token(8, c), translation=[1.7, 0.0, 1.5],
        rotation=[0.5, -0.5, 0.5, -0.5] if channel[0] == 'C' else [0.7071067811865476, 0.0, 0.0, -0.7071067811865476],
        camera_intrinsic=[[1266.4, 0.0, 816.3], [0.0, 1266.4, 491.5], [0.0, 0.0, 1.0]] if channel[0] == 'C' else [])
    for scene in range(scenes) for c, channel in enumerate(CHANNELS)))
rows('sample', (
    row(token=token(4, scene, s), timestamp=1532402927647951 + scene * 60_000_000 + s * 500_000,
        prev=token(4, scene, s - 1) if s else '', next=token(4, scene, s + 1) if s + 1 < SAMPLES else '',
        scene_token=token(9, scene)) for scene in range(scenes) for s in range(SAMPLES)))
rows('scene', (
    row(token=token(9, scene), log_token=token(10, 0), nbr_samples=SAMPLES, first_sample_token=token(4, scene, 0),
        last_sample_token=token(4, scene, SAMPLES - 1), name=f'scene-{scene + 1:04d}', description='made, not driven')
    for scene in range(scenes)))
rows('instance', (
    row(token=token(6, scene, i), category_token=token(2, i % len(CATEGORIES)), nbr_annotations=LIFE,
        first_annotation_token=token(5, scene, i, life(i)[0]), last_annotation_token=token(5, scene, i, life(i)[1]))
    for scene in range(scenes) for i in range(INSTANCES)))
rows('category', (row(token=token(2, c), name=name, description='') for c, name in enumerate(CATEGORIES)))
rows('attribute', [row(token=token(7, 0), name='vehicle.moving', description='')])
rows('visibility', (row(description='', token=str(n + 1), level=level)
                    for n, level in enumerate(['v0-40', 'v40-60', 'v60-80', 'v80-100'])))
rows('log', [row(token=token(10, 0), logfile='made', vehicle='none', date_captured='2018-07-24', location='nowhere')])
rows('map', [])

middle = scenes // 2
cloud = b''.join(struct.pack('<5f', x, 5.0, -1.0, 10.0, 3.0) for x in range(-20, 20))
for channel in CHANNELS:
    for part in ('samples', 'sweeps'):
        os.makedirs(os.path.join(folder, part, channel), exist_ok=True)
    for i, us, sample, key in stamps(middle, channel):
        with open(os.path.join(folder, file_name(middle, channel, us, key)), 'wb') as file:
            file.write(cloud if channel == 'LIDAR_TOP' else b'')
