"""How fast clouds are read, beside Open3D and laspy, in processes that take turns on one core.

    ninja -C build bench_clouds && tests/peers/run reading
    SWEEPBOX_READER=FILE           another bench_clouds than build/tests/bench_clouds
    SWEEPBOX_READER_BEFORE=FILE    one of another commit, which takes its turn too
    SWEEPBOX_ROUNDS=N              turns, 5 without it

Every turn is a process of its own. `start` is all of it, as the clock sees it from outside;
`reading` is what it took for the cloud alone, after imports. Ratios are medians of the ratios of
each turn, so that a machine that slows down slows both. The table comes before the last line; run
this file by the Python of the venv to see it.
"""
import os
import statistics
import subprocess
import sys
import time

import laspy
import numpy
import open3d

import peer

POINTS = int(os.environ.get('SWEEPBOX_POINTS', 1_000_000))
ROUNDS = int(os.environ.get('SWEEPBOX_ROUNDS', 5))
ONE_THREAD = dict.fromkeys(('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'), '1')

OPEN3D = '''
import sys, time, open3d
start = time.perf_counter()
cloud = open3d.io.read_point_cloud(sys.argv[1])
print(len(cloud.points), (time.perf_counter() - start) * 1000)
'''

# As a program gets its numbers: arrays of metres, not views that are scaled when they are asked.
LASPY = '''
import sys, time, laspy, numpy
start = time.perf_counter()
las = laspy.read(sys.argv[1])
names = sys.argv[2].split(',') if len(sys.argv) > 2 else list(las.point_format.dimension_names)
axes = [numpy.asarray(axis) for axis in (las.x, las.y, las.z)]
others = [numpy.asarray(las[name]) for name in names if name not in ('X', 'Y', 'Z')]
print(len(axes[0]), (time.perf_counter() - start) * 1000)
'''


def reader(variable, usual=None):
    path = os.environ.get(variable, usual)
    if path and not os.path.exists(path):
        raise peer.Skip(f'{path} is not built')
    return path


def scene():
    chance = numpy.random.default_rng(3)
    points = chance.uniform(-100, 100, (POINTS, 3)) * (1, 1, 0.05)
    return points.round(3), chance.integers(0, 256, POINTS)


def write_text(path, points, intensity):
    if path.suffix == '.ply':
        header = (f'ply\nformat ascii 1.0\nelement vertex {POINTS}\nproperty float x\nproperty float y\n'
                  'property float z\nproperty float intensity\nend_header')
    else:
        header = (f'VERSION 0.7\nFIELDS x y z intensity\nSIZE 4 4 4 4\nTYPE F F F F\nCOUNT 1 1 1 1\n'
                  f'WIDTH {POINTS}\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS {POINTS}\nDATA ascii')
    numpy.savetxt(path, numpy.c_[points, intensity], fmt=('%.3f',) * 3 + ('%d',), header=header,
                  comments='')


def write_las(path, points, intensity):
    header = laspy.LasHeader(point_format=3, version='1.2')
    header.scales, header.offsets = (0.001,) * 3, (0.0,) * 3
    las = laspy.LasData(header)
    las.x, las.y, las.z = points.T
    las.intensity = intensity.astype('u2')
    las.gps_time = numpy.linspace(0, 60, POINTS)
    las.red = las.green = las.blue = (intensity * 257).astype('u2')
    las.write(path)


def files(folder):
    """Path, words for our reader, the peer's code and its words, what is asked of the ratio."""
    points, intensity = scene()
    cloud = open3d.geometry.PointCloud(open3d.utility.Vector3dVector(points))
    cloud.colors = open3d.utility.Vector3dVector(numpy.c_[intensity, intensity, intensity] / 255)
    for kind in ('ply', 'pcd'):
        path = folder / f'text.{kind}'
        write_text(path, points, intensity)
        yield f'{kind} ASCII', path, (), OPEN3D, (), 2
        path = folder / f'open3d.{kind}'
        open3d.io.write_point_cloud(str(path), cloud, write_ascii=True)
        yield f'{kind} ASCII by Open3D', path, (), OPEN3D, (), 2
        path = folder / f'binary.{kind}'
        open3d.io.write_point_cloud(str(path), cloud, write_ascii=False)
        yield f'{kind} binary', path, (), OPEN3D, (), 1
    path = folder / 'cloud.las'
    write_las(path, points, intensity)
    yield 'las, x y z intensity', path, ('--channels', 'intensity'), LASPY, ('intensity',), 1
    yield 'las, all fields', path, (), LASPY, (), 1


def turn(words):
    """Milliseconds with start and without, points, and what is printed beyond."""
    cpu = {max(os.sched_getaffinity(0))}
    start = time.perf_counter()
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, check=True,
                          env=os.environ | ONE_THREAD,
                          preexec_fn=lambda: os.sched_setaffinity(0, cpu))
    whole = (time.perf_counter() - start) * 1000
    points, inside, *more = done.stdout.split()
    assert int(points) == POINTS, (words, done.stdout)
    return whole, float(inside), more


def ratios(of, over):
    """Medians of each turn's ratio, with start and alone."""
    return [statistics.median(a[i] / b[i] for a, b in zip(of, over)) for i in (0, 1)]


def check(folder, checks):
    ours = reader('SWEEPBOX_READER', str(peer.ROOT / 'build/tests/bench_clouds'))
    before = reader('SWEEPBOX_READER_BEFORE')
    print('{:24} {:>8} {:>8} {:>8} {:>9} {:>9} {:>9} {:>9} {:>7}'.format(
        'file', 'ours ms', 'before', 'peer ms', 'x before', 'x peer', 'x start', 'memory MB', 'before'))
    for name, path, words, code, peers_words, wanted in files(folder):
        turns = {'ours': [], 'before': [], 'peer': []}
        for _ in range(ROUNDS):
            turns['ours'].append(turn([ours, *words, path]))
            if before:
                turns['before'].append(turn([before, *words, path]))
            turns['peer'].append(turn([sys.executable, '-c', code, path, *peers_words]))
        alone = {who: statistics.median(t[1] for t in all_) for who, all_ in turns.items() if all_}
        memory = {who: int(all_[0][2][0]) / 1024 for who, all_ in turns.items() if all_ and all_[0][2]}
        with_start, reading = ratios(turns['peer'], turns['ours'])
        faster = ratios(turns['before'], turns['ours'])[1] if before else float('nan')
        nothing = float('nan')
        print(f'{name:24} {alone["ours"]:8.1f} {alone.get("before", nothing):8.1f} {alone["peer"]:8.1f} '
              f'{faster:9.2f} {reading:9.2f} {with_start:9.2f} {memory["ours"]:9.0f} '
              f'{memory.get("before", nothing):7.0f}')
        # Goals are of files as large as these; a few points are all start.
        ratio = with_start if code is LASPY else reading
        assert POINTS < 100_000 or ratio >= wanted, f'{name}: {ratio:.2f} x, wanted {wanted}'
        checks.done.append(f'{name} {reading:.2f} x, with start {with_start:.2f} x')


peer.main(check, 'open3d', 'laspy')
