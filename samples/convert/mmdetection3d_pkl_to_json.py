#!/usr/bin/env python3
"""Turns an info file of mmdetection3d (a Python pickle) into the JSON that Sweepbox reads.

    python3 mmdetection3d_pkl_to_json.py nuscenes_infos_val.pkl [nuscenes_infos_val.json]

A pickle can run anything when it is loaded: convert only files that you made or trust. Needs numpy
(the pickle holds its arrays). Put the JSON beside the pickle, where samples/ and sweeps/ lie. Not a
number becomes null. mmdetection3d loads the JSON through mmengine.load as it loads the pickle.
"""
import json
import math
import pickle
import sys


def plain(value):
    if hasattr(value, 'tolist'):  # numpy's arrays and numbers
        value = value.tolist()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    source = sys.argv[1]
    target = sys.argv[2] if len(sys.argv) == 3 else source.rsplit('.', 1)[0] + '.json'
    with open(source, 'rb') as file:
        infos = pickle.load(file)
    with open(target, 'w') as file:
        json.dump(plain(infos), file, indent=1)
    print(target)


main()
