"""Recordings: Sweepbox reads ROS 1 and ROS 2 bags by rosbags and MCAP files by the mcap package.

Every one holds the golden drive: clouds in the lidar, an image and a calibration for each, the
ego's way in /tf and the places of the sensors in /tf_static.
"""
import json

import numpy
import zstandard
from mcap.writer import CompressionType
from mcap.writer import Writer as McapWriter
from rosbags.rosbag1 import Writer as Bag1
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin
from rosbags.rosbag2 import Writer as Bag2
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

import peer

ROS1, ROS2 = get_typestore(Stores.ROS1_NOETIC), get_typestore(Stores.ROS2_HUMBLE)
ROS1.register(get_types_from_msg('geometry_msgs/TransformStamped[] transforms', 'tf2_msgs/msg/TFMessage'))
DEFINITION = b'# the reader knows it by its name'


def messages(store, ros1):
    """(topic, message, ns) of the golden drive, in order of time."""
    t = store.types

    def header(ns, frame):
        stamp = t['builtin_interfaces/msg/Time'](sec=ns // 10**9, nanosec=ns % 10**9)
        return t['std_msgs/msg/Header'](**({'seq': 3} if ros1 else {}), stamp=stamp, frame_id=frame)

    def transform(ns, parent, child, matrix):
        w, x, y, z = map(float, peer.quaternion(matrix))
        return t['geometry_msgs/msg/TransformStamped'](
            header=header(ns, parent), child_frame_id=child,
            transform=t['geometry_msgs/msg/Transform'](
                translation=t['geometry_msgs/msg/Vector3'](*map(float, matrix[:3, 3])),
                rotation=t['geometry_msgs/msg/Quaternion'](x, y, z, w)))

    frames = t['tf2_msgs/msg/TFMessage']
    yield '/tf_static', frames(transforms=[
        transform(peer.START, 'base_link', 'lidar', peer.EGO_FROM_LIDAR),
        transform(peer.START, 'base_link', 'camera', peer.EGO_FROM_CAMERA)]), peer.START
    field = t['sensor_msgs/msg/PointField']
    for i in range(3):
        ns = peer.START + i * peer.GAP
        yield '/tf', frames(transforms=[transform(ns, 'odom', 'base_link', peer.world_from_ego(i))]), ns
        xyz = peer.points(i)
        cloud = numpy.zeros(len(xyz), dtype=numpy.dtype({
            'names': ['x', 'y', 'z', 'intensity', 'ring'], 'formats': ['<f4'] * 4 + ['<u2'],
            'offsets': [0, 4, 8, 16, 20], 'itemsize': 32}))  # with gaps, as drivers write it
        cloud['x'], cloud['y'], cloud['z'] = xyz.T
        cloud['ring'] = numpy.arange(len(xyz)) % 64
        kinds = [('x', 0, 7), ('y', 4, 7), ('z', 8, 7), ('intensity', 16, 7), ('ring', 20, 4)]
        yield '/points', t['sensor_msgs/msg/PointCloud2'](
            header=header(ns, 'lidar'), height=1, width=len(cloud),
            fields=[field(name=n, offset=o, datatype=d, count=1) for n, o, d in kinds],
            is_bigendian=False, point_step=32, row_step=32 * len(cloud),
            data=numpy.frombuffer(cloud.tobytes(), numpy.uint8), is_dense=True), ns
        yield '/camera/image_raw/compressed', t['sensor_msgs/msg/CompressedImage'](
            header=header(ns, 'camera'), format='png',
            data=numpy.frombuffer(peer.png(), numpy.uint8)), ns
        k = numpy.array([300, 0, 161.5, 0, 310, 118.5, 0, 0, 1.])
        p = numpy.array([300, 0, 161.5, 0, 0, 310, 118.5, 0, 0, 0, 1, 0.])
        matrices = {'d': numpy.zeros(5), 'k': k, 'r': numpy.eye(3).ravel(), 'p': p}
        yield '/camera/camera_info', t['sensor_msgs/msg/CameraInfo'](
            header=header(ns, 'camera'), height=240, width=320, distortion_model='plumb_bob',
            **{(n.upper() if ros1 else n): m for n, m in matrices.items()}, binning_x=0, binning_y=0,
            roi=t['sensor_msgs/msg/RegionOfInterest'](0, 0, 0, 0, False)), ns


def fill(writer, store, ros1):
    topics = {}
    for topic, message, ns in messages(store, ros1):
        kind = message.__msgtype__
        if topic not in topics:
            topics[topic] = writer.add_connection(topic, kind, typestore=store)
        data = (store.serialize_ros1 if ros1 else store.serialize_cdr)(message, kind)
        writer.write(topics[topic], ns, data)


def bag1(path, compression):
    writer = Bag1(path)
    if compression:
        writer.set_compression(compression)
    with writer:
        fill(writer, ROS1, True)


def bag2(path, plugin, mode):
    writer = Bag2(path, version=8, storage_plugin=plugin)
    if mode:
        writer.set_compression(mode, CompressionFormat.ZSTD)
    with writer:
        fill(writer, ROS2, False)


def mcap(path, compression, chunked=True):
    with open(path, 'wb') as file:
        writer = McapWriter(file, compression=compression, use_chunking=chunked)
        writer.start(profile='ros2', library='peer')
        channels = {}
        for topic, message, ns in messages(ROS2, False):
            kind = message.__msgtype__
            if topic not in channels:
                schema = writer.register_schema(name=kind, encoding='ros2msg', data=DEFINITION)
                channels[topic] = writer.register_channel(topic=topic, message_encoding='cdr', schema_id=schema)
            writer.add_message(channel_id=channels[topic], log_time=ns, publish_time=ns,
                               data=bytes(ROS2.serialize_cdr(message, kind)))
        writer.finish()


def recordings(folder):
    for name, kind in (('plain', None), ('bz2', Bag1.CompressionFormat.BZ2), ('lz4', Bag1.CompressionFormat.LZ4)):
        path = folder / f'ros1_{name}.bag'
        bag1(path, kind)
        yield path
    for name, plugin, mode in (('sqlite', StoragePlugin.SQLITE3, None),
                               ('sqlite_messages', StoragePlugin.SQLITE3, CompressionMode.MESSAGE),
                               ('sqlite_file', StoragePlugin.SQLITE3, CompressionMode.FILE),
                               ('mcap', StoragePlugin.MCAP, None),
                               ('mcap_storage', StoragePlugin.MCAP, CompressionMode.STORAGE)):
        path = folder / f'ros2_{name}'
        bag2(path, plugin, mode)
        yield path
    for kind in CompressionType:
        path = folder / f'owner_{kind.name.lower()}.mcap'
        mcap(path, kind)
        yield path
    path = folder / 'owner_without_chunks.mcap'
    mcap(path, CompressionType.NONE, chunked=False)
    yield path


def unpacked_as_told(path):
    """Files that are compressed as a whole are not read in place; Sweepbox says how to unpack them."""
    file, = path.glob('*.db3.zstd')
    try:
        peer.info(path)
    except AssertionError as refused:
        assert f'zstd -d {file.name}' in str(refused), refused
    else:
        raise AssertionError(f'{file.name} was read')
    with open(file, 'rb') as packed, open(file.with_suffix(''), 'wb') as unpacked:
        zstandard.ZstdDecompressor().copy_stream(packed, unpacked)


def check(folder, checks):
    labels = folder / 'labels.json'
    keys = [{'frame': '', 'stamp_ns': peer.START + i * peer.GAP, 'frame_of': 'world', 'source': 'person',
             'center': list((peer.world_from_ego(i) @ peer.EGO_FROM_BOX)[:3, 3]), 'size': peer.SIZE,
             'rotation': list(peer.quaternion(peer.world_from_ego(i) @ peer.EGO_FROM_BOX))} for i in range(3)]
    labels.write_text(json.dumps({'tracks': [
        {'name': '1', 'class': 'car', 'rigid': True, 'attributes': {}, 'keys': keys}]}))
    names, worst = [], 0
    for path in recordings(folder):
        if path.name == 'ros2_sqlite_file':
            unpacked_as_told(path)
        told = peer.info(path)
        problems = [p for p in told['problems'] if p['severity'] == 'error']
        assert not problems, (path.name, problems)
        found = (told['frames'], told['sweeps'], told['images'], told['poses'], len(told['cameras']))
        assert found == (3, 3, 3, True, 1), (path.name, found)
        camera, lidar = told['cameras'][0], told['lidars'][0]
        assert (camera['width'], camera['height']) == peer.IMAGE, (path.name, camera)
        assert lidar['points_median'] == 400 and {'intensity', 'ring'} <= set(lidar['channels']), lidar
        boxes = peer.cuboids(path, '--labels', f'sweepbox={labels}', '--points')
        # 200 points lie in the box where points, places of sensors and ways are read rightly.
        assert [b['points'] for b in boxes] == [200] * 3, (path.name, [b['points'] for b in boxes])
        # The ego of the recording is base_link: the box of the world is the golden one in it.
        worst = max([worst, *map(peer.cuboid_error, boxes)])
        names.append(path.name)
    checks.equal('recordings', len(names), 12)
    checks.near('the box through their poses', worst)
    checks.done.append('3 frames, images, calibrations, 200 points in each box')


peer.main(check, 'rosbags', 'mcap')
