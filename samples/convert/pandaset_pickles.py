#!/usr/bin/env python3
"""Turns PandaSet's pickled tables into files that Sweepbox reads.

    python3 pandaset_pickles.py SEQUENCE [OUTPUT]

SEQUENCE is the folder of one sequence ("001") as published: lidar/NN.pkl.gz and
annotations/cuboids/NN.pkl.gz. Written are lidar/NN.pcd (binary; x y z float32 in the world,
intensity and d uint8, dt float32 = the point's time minus lidar/timestamps.json[NN], in seconds)
and annotations/cuboids_csv/NN.csv (same columns and rows, nothing for what is missing). OUTPUT is
the sequence itself where it is left out; elsewhere the JSON files and images are linked beside
them, so that OUTPUT is a whole drive.

A pickle can run anything that its maker wished. Here only the names that a table of pandas
consists of are known, and they become plain lists: nothing of the file is executed. Needs Python
3.7 and nothing else; NumPy and pandas need not be installed.
"""

import array
import csv
import gzip
import io
import json
import math
import os
import pickle
import struct
import sys

LARGEST = 1 << 30  # bytes of one table, unpacked


class Dtype:
    def __init__(self, code, *_):
        self.code = code
        self.order = "<"

    def __setstate__(self, state):
        self.order = state[1]


class Array:
    """An array of NumPy as what it was pickled from: its shape and a flat list of values."""

    def __init__(self, *_):
        self.shape, self.values = (0,), []

    def __setstate__(self, state):
        _, self.shape, dtype, by_columns, data = state
        if isinstance(data, list):
            flat = data
        else:
            codes = {"f8": "d", "f4": "f", "i8": "q", "i4": "i", "i2": "h", "i1": "b", "u8": "Q",
                     "u4": "I", "u2": "H", "u1": "B", "b1": "B"}
            if dtype.code not in codes or dtype.order == ">":
                raise ValueError("numbers of type %s%s are not known" % (dtype.order, dtype.code))
            values = array.array(codes[dtype.code])
            values.frombytes(bytes(data))
            flat = [bool(v) for v in values] if dtype.code == "b1" else values
        self.values = flat
        self.by_columns = by_columns

    def rows(self):
        """The rows of a block: one a column of the table."""
        if len(self.shape) == 1:
            return [self.values]
        count, length = self.shape
        if len(self.values) != count * length:
            raise ValueError("an array of another size than it says")
        if self.by_columns:
            return [self.values[i::count] for i in range(count)]
        return [self.values[i * length:(i + 1) * length] for i in range(count)]


class Index:
    def __init__(self, fields=None):
        self.fields = fields or {}

    def names(self):
        data = self.fields.get("data")
        return list(data.values) if isinstance(data, Array) else None


class Manager:
    def __setstate__(self, state):
        self.state = state


class Frame:
    def __setstate__(self, state):
        self.manager = state.get("_data", state.get("_mgr"))

    def columns(self):
        """Names and values of the columns, in order."""
        parts = self.manager.state[3]["0.14.1"]
        names = parts["axes"][0].names()
        columns = [None] * len(names)
        for block in parts["blocks"]:
            places = block["mgr_locs"]
            if isinstance(places, slice):
                places = range(*places.indices(len(names)))
            else:
                places = list(places.values)
            rows = block["values"].rows()
            if len(rows) != len(places):
                raise ValueError("a block with another number of columns than it says")
            for place, row in zip(places, rows):
                columns[place] = row
        if any(column is None for column in columns):
            raise ValueError("columns without values")
        return dict(zip(names, columns))


def bytes_of(text, encoding):
    """What protocol 2 has for bytes."""
    if encoding != "latin1":
        raise ValueError("text in %s" % encoding)
    return text.encode("latin1")


KNOWN = {
    ("pandas.core.frame", "DataFrame"): Frame,
    ("pandas.core.internals.managers", "BlockManager"): Manager,
    ("pandas.core.internals", "BlockManager"): Manager,
    ("pandas.core.indexes.base", "_new_Index"): lambda kind, fields: Index(fields),
    ("pandas.core.indexes.base", "Index"): Index,
    ("pandas.core.indexes.range", "RangeIndex"): Index,
    ("pandas.core.indexes.numeric", "Int64Index"): Index,
    ("numpy.core.multiarray", "_reconstruct"): lambda *_: Array(),
    ("numpy._core.multiarray", "_reconstruct"): lambda *_: Array(),
    ("numpy", "ndarray"): Array,
    ("numpy", "dtype"): Dtype,
    ("builtins", "slice"): slice,
    ("__builtin__", "slice"): slice,
    ("_codecs", "encode"): bytes_of,
}


class Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) not in KNOWN:
            raise ValueError("%s.%s is no part of a table" % (module, name))
        return KNOWN[(module, name)]

    def persistent_load(self, _):
        raise ValueError("a reference outside of the file")


def read_table(path):
    opened = gzip.open(path) if path.endswith(".gz") else open(path, "rb")
    with opened as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ValueError("larger than %d bytes" % LARGEST)
    table = Unpickler(io.BytesIO(data)).load()
    if not isinstance(table, Frame):
        raise ValueError("no table")
    return table.columns()


def byte_of(value):
    return min(max(int(round(value)), 0), 255)


def write_cloud(table, stamp, path):
    names = ["x", "y", "z", "i", "t", "d"]
    missing = [name for name in names if name not in table]
    if missing:
        raise ValueError("columns missing: " + ", ".join(missing))
    count = len(table["x"])
    header = ("# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\n"
              "FIELDS x y z intensity d dt\nSIZE 4 4 4 1 1 4\nTYPE F F F U U F\n"
              "COUNT 1 1 1 1 1 1\nWIDTH %d\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS %d\n"
              "DATA binary\n" % (count, count))
    point = struct.Struct("<fffBBf")
    with open(path, "wb") as file:
        file.write(header.encode("ascii"))
        file.write(b"".join(
            point.pack(x, y, z, byte_of(i), byte_of(d), t - stamp)
            for x, y, z, i, t, d in zip(*(table[name] for name in names))))


def cell_of(value):
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return repr(value) if isinstance(value, (float, bool)) else str(value)


def write_csv(table, path):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table)
        for row in zip(*table.values()):
            writer.writerow([cell_of(value) for value in row])


def pickles(folder):
    if not os.path.isdir(folder):
        return []
    return sorted(name for name in os.listdir(folder) if name.endswith((".pkl.gz", ".pkl")))


def link_others(source, target):
    """JSON files and images beside what is written elsewhere."""
    for folder, folders, files in os.walk(source):
        folders.sort()
        for name in files:
            if not name.endswith((".json", ".jpg", ".png")):
                continue
            there = os.path.join(target, os.path.relpath(folder, source), name)
            if not os.path.lexists(there):
                os.makedirs(os.path.dirname(there), exist_ok=True)
                os.symlink(os.path.abspath(os.path.join(folder, name)), there)


def main(arguments):
    if len(arguments) not in (1, 2) or arguments[0].startswith("-"):
        print(__doc__.strip())
        return 0 if arguments in (["-h"], ["--help"]) else 2
    source, target = arguments[0], arguments[-1]
    if os.path.abspath(source) != os.path.abspath(target):
        link_others(source, target)
    with open(os.path.join(source, "lidar", "timestamps.json"), encoding="utf-8") as file:
        stamps = json.load(file)
    faults = written = 0
    for kind, folder, to, ending in (("cloud", "lidar", "lidar", ".pcd"),
                                     ("table", "annotations/cuboids", "annotations/cuboids_csv",
                                      ".csv")):
        for name in pickles(os.path.join(source, folder)):
            stem = name.split(".")[0]
            place = os.path.join(target, to, stem + ending)
            if os.path.exists(place):
                continue
            os.makedirs(os.path.dirname(place), exist_ok=True)
            half = place + ".part"
            try:
                table = read_table(os.path.join(source, folder, name))
                if kind == "cloud":
                    write_cloud(table, stamps[int(stem)], half)
                else:
                    write_csv(table, half)
                os.replace(half, place)
                written += 1
                print(place)
            except (ValueError, KeyError, IndexError, AttributeError, TypeError, EOFError, OSError,
                    pickle.UnpicklingError, struct.error, OverflowError) as fault:
                faults += 1
                if os.path.exists(half):
                    os.remove(half)
                print("%s: %s" % (os.path.join(folder, name), fault), file=sys.stderr)
    print("%d files written%s" % (written, ", %d could not be read" % faults if faults else ""))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
