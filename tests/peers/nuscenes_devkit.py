#!/usr/bin/env python3
"""Lets nuscenes-devkit read the tables that Sweepbox wrote, and compares its boxes with a list.

    nuscenes_devkit.py FOLDER VERSION BOXES.csv

FOLDER holds the folder VERSION of the tables; a line of BOXES.csv is timestamp (us of the sample),
class, centre x y z, size length width height, rotation w x y z, all in the world; then, where they
are known, the centre in LIDAR_TOP and in CAM_FRONT as their files store them. Exit 1 if a box is
not there within 1 mm and 0.001 rad. Needs nuscenes-devkit (PyPI).
"""
import csv
import sys

import numpy
from nuscenes.nuscenes import NuScenes
from pyquaternion import Quaternion


def main():
    folder, version, boxes = sys.argv[1:4]
    nusc = NuScenes(version=version, dataroot=folder, verbose=False)
    devkit = []
    for annotation in nusc.sample_annotation:
        sample = nusc.get('sample', annotation['sample_token'])
        instance = nusc.get('instance', annotation['instance_token'])
        # Chains and counts hold together.
        chain, token = [], instance['first_annotation_token']
        while token:
            chain.append(token)
            token = nusc.get('sample_annotation', token)['next']
        assert annotation['token'] in chain and len(chain) == instance['nbr_annotations']
        assert chain[-1] == instance['last_annotation_token']
        box = nusc.get_box(annotation['token'])
        places = []
        for channel in ('LIDAR_TOP', 'CAM_FRONT'):
            if channel in sample['data']:
                _, own, _ = nusc.get_sample_data(sample['data'][channel], box_vis_level=0,
                                                 selected_anntokens=[annotation['token']])
                places.append(own[0].center if own else None)
        devkit.append((sample['timestamp'], annotation['category_name'], box, places))
    worst = 0
    with open(boxes) as file:
        rows = list(csv.reader(file))
    assert rows and len(rows) <= len(devkit), (len(rows), len(devkit))  # other scenes' stay
    compared = 0
    for row in rows:
        numbers = numpy.array(row[2:], dtype=float)
        same = [d for d in devkit if d[0] == int(row[0]) and d[1] == row[1]]
        stamp, name, box, places = min(same, key=lambda d: numpy.linalg.norm(d[2].center - numbers[:3]))
        length, width, height = numbers[3:6]
        off = [numpy.abs(box.center - numbers[:3]).max(), numpy.abs(box.wlh - [width, length, height]).max(),
               Quaternion.absolute_distance(box.orientation, Quaternion(numbers[6:10]))]
        for i, place in enumerate(places):
            if place is not None and len(numbers) >= 13 + 3 * i:
                off.append(numpy.abs(place - numbers[10 + 3 * i:13 + 3 * i]).max())
                compared += 1
        worst = max(worst, *off)
    print(f'{len(rows)} boxes, {compared} places in sensors, farthest {worst:.2e}')
    sys.exit(worst > 1e-3)


main()
