"""The one thing about a virtual board that Node cannot do: share memory and file descriptors with the guest.

This process speaks vhost-user (the protocol by which a guest's virtio devices are served from outside) and knows nothing
of pins or chips: each request that the guest puts into a queue is passed to the parent as it stands, and what the parent
answers is put back. It speaks JSON lines on stdin and stdout:

  first line in  {"folder": "/run/x", "devices": [{"name": "gpio", "features": 1, "queues": 2, "config": "1c00..."}]}
  out            {"ready": true}            every device now listens at FOLDER/NAME.sock
  out            {"request": 7, "device": "gpio", "queue": 0, "out": ["0400..."], "in": [2], "last": true}
  in             {"answer": 7, "in": ["0001"]}    any time later, in any order, or never: that is a device that hangs
  in             {"gone": true}            the guest is: what it had still asked for is forgotten
  out            {"left": true}            no request of that guest follows

`out` are the buffers that the guest wrote, `in` the sizes of those that it wants written; bytes are hexadecimal. `last` is
false where the guest handed over more at the same time. A guest that goes away takes its open requests with it, and the
next one may connect. Python 3.9 or newer, standard library only.
"""

import json
import mmap
import os
import selectors
import socket
import struct
import sys

# Requests of the vhost-user protocol, and the feature bits that this side offers.
GET_FEATURES, SET_FEATURES, SET_OWNER, SET_MEM_TABLE = 1, 2, 3, 5
SET_VRING_NUM, SET_VRING_ADDR, SET_VRING_BASE, GET_VRING_BASE = 8, 9, 10, 11
SET_VRING_KICK, SET_VRING_CALL, SET_VRING_ERR = 12, 13, 14
GET_PROTOCOL_FEATURES, GET_QUEUE_NUM, SET_BACKEND_CHANNEL, GET_CONFIG = 15, 17, 21, 24
VIRTIO_VERSION_1, HAS_PROTOCOL_FEATURES = 1 << 32, 1 << 30
# QEMU gives an I2C device a queue of four: that is room for more than one message only where a message takes one place.
INDIRECT_DESCRIPTORS = 1 << 28
MANY_QUEUES, REPLY_ACK, BACKEND_CHANNEL, CONFIG = 1 << 0, 1 << 3, 1 << 5, 1 << 9
NEEDS_REPLY, REPLY_FLAGS = 8, 5
NO_DESCRIPTOR = 1 << 8

# Flags of a descriptor in a virtqueue.
MORE_FOLLOWS, GUEST_READS, IS_A_TABLE = 1, 2, 4

selector = selectors.DefaultSelector()
open_requests = {}
requests_made = 0


def tell(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


class Queue:
    """One virtqueue: rings in the guest's memory, and an event descriptor each way."""

    def __init__(self, number):
        self.number = number
        self.size = 0
        self.descriptors = self.available = self.used = None
        self.taken = 0
        self.kick = self.call = -1

    def listen(self, kick, kicked):
        if self.kick >= 0:
            selector.unregister(self.kick)
            os.close(self.kick)
        self.kick = kick
        if kick >= 0:
            selector.register(kick, selectors.EVENT_READ, kicked)

    def set_call(self, call):
        """An emulator sets another one each time that the guest masks its interrupt."""
        if self.call >= 0:
            os.close(self.call)
        self.call = call

    def close(self):
        self.listen(-1, None)
        self.set_call(-1)


class Device:
    """One virtio device, served to one guest at a time."""

    def __init__(self, folder, name, features, queues, config):
        self.name = name
        self.features = features
        self.queue_count = queues
        self.config = bytes.fromhex(config)
        self.connection = None
        self.channel = -1
        self.queues = []
        self.memory = []
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(os.path.join(folder, name + ".sock"))
        listener.listen(1)
        selector.register(listener, selectors.EVENT_READ, self.accept)

    def accept(self, listener):
        connection, _ = listener.accept()
        self.leave()
        self.connection = connection
        self.queues = [Queue(number) for number in range(self.queue_count)]
        selector.register(connection, selectors.EVENT_READ, self.message)

    def leave(self):
        """The guest is gone: what it still waits for has nobody to take it."""
        if self.connection is None:
            return
        selector.unregister(self.connection)
        self.connection.close()
        if self.channel >= 0:
            os.close(self.channel)
        for queue in self.queues:
            queue.close()
        for number in [n for n, (device, _, _, _) in open_requests.items() if device is self]:
            del open_requests[number]
        self.connection, self.channel, self.queues, self.memory = None, -1, [], []

    # The protocol.

    def message(self, connection):
        descriptors = []
        try:
            header = self.receive(12, descriptors)
            request, flags, size = struct.unpack("<III", header)
            answer = self.handle(request, self.receive(size, descriptors), descriptors)
            if answer is None and flags & NEEDS_REPLY:
                answer = struct.pack("<Q", 0)
            if answer is not None:
                connection.sendall(struct.pack("<III", request, REPLY_FLAGS, len(answer)) + answer)
        except OSError:
            self.leave()

    def receive(self, size, descriptors):
        data = b""
        while len(data) < size:
            part, received, _, _ = socket.recv_fds(self.connection, size - len(data), 8)
            if not part:
                raise ConnectionResetError
            data += part
            descriptors += received
        return data

    def handle(self, request, payload, descriptors):
        if request == GET_FEATURES:
            own = VIRTIO_VERSION_1 | HAS_PROTOCOL_FEATURES | INDIRECT_DESCRIPTORS
            return struct.pack("<Q", own | self.features)
        if request == GET_PROTOCOL_FEATURES:
            return struct.pack("<Q", MANY_QUEUES | REPLY_ACK | BACKEND_CHANNEL | CONFIG)
        if request == GET_QUEUE_NUM:
            return struct.pack("<Q", self.queue_count)
        if request == GET_CONFIG:
            offset, size, flags = struct.unpack_from("<III", payload)
            part = self.config[offset : offset + size].ljust(size, b"\0")
            return struct.pack("<III", offset, size, flags) + part
        if request == SET_MEM_TABLE:
            self.map_memory(payload, descriptors)
        elif request == SET_VRING_NUM:
            number, size = struct.unpack("<II", payload)
            self.queues[number].size = size
        elif request == SET_VRING_BASE:
            number, taken = struct.unpack("<II", payload)
            self.queues[number].taken = taken
        elif request == SET_VRING_ADDR:
            number, _, descriptor_table, used, available, _ = struct.unpack("<IIQQQQ", payload)
            queue = self.queues[number]
            queue.descriptors = self.own_view(descriptor_table, 16 * queue.size)
            queue.used = self.own_view(used, 6 + 8 * queue.size)
            queue.available = self.own_view(available, 6 + 2 * queue.size)
        elif request == GET_VRING_BASE:
            number, _ = struct.unpack("<II", payload)
            queue = self.queues[number]
            queue.close()
            return struct.pack("<II", number, queue.taken)
        elif request == SET_BACKEND_CHANNEL:
            # Nothing is ever said on it, but user-mode Linux before 7 makes interrupts only for who takes it.
            self.channel = descriptors[0]
        elif request in (SET_VRING_KICK, SET_VRING_CALL, SET_VRING_ERR):
            self.set_event(request, *struct.unpack("<Q", payload), descriptors)
        return None

    def set_event(self, request, number, descriptors):
        queue = self.queues[number & 255]
        descriptor = -1 if number & NO_DESCRIPTOR else descriptors[0]
        if request == SET_VRING_KICK:
            queue.listen(descriptor, lambda _: self.kicked(queue))
        elif request == SET_VRING_CALL:
            queue.set_call(descriptor)

    # The guest's memory. It names places in two ways: by its own addresses, and by those of its process.

    def map_memory(self, payload, descriptors):
        (count,) = struct.unpack_from("<I", payload)
        self.memory = []
        for index in range(count):
            guest, size, own, offset = struct.unpack_from("<QQQQ", payload, 8 + 32 * index)
            self.memory.append((guest, own, size, memoryview(mmap.mmap(descriptors[index], size + offset))[offset:]))
            os.close(descriptors[index])

    def guest_view(self, address, size):
        for start, _, length, view in self.memory:
            if start <= address < start + length:
                return view[address - start : address - start + size]
        raise ValueError(f"{self.name}: the guest named memory that it has not shared: {address:#x}")

    def own_view(self, address, size):
        for _, start, length, view in self.memory:
            if start <= address < start + length:
                return view[address - start : address - start + size]
        raise ValueError(f"{self.name}: the guest placed a queue in memory that it has not shared: {address:#x}")

    # The queues.

    def kicked(self, queue):
        global requests_made
        os.read(queue.kick, 8)
        (end,) = struct.unpack_from("<H", queue.available, 2)
        while queue.taken & 0xFFFF != end:
            (head,) = struct.unpack_from("<H", queue.available, 4 + 2 * (queue.taken % queue.size))
            queue.taken += 1
            written, wanted = self.buffers(queue, head)
            requests_made += 1
            open_requests[requests_made] = (self, queue, head, wanted)
            tell(
                {
                    "request": requests_made,
                    "device": self.name,
                    "queue": queue.number,
                    "out": [bytes(view).hex() for view in written],
                    "in": [len(view) for view in wanted],
                    "last": queue.taken & 0xFFFF == end,
                }
            )

    def buffers(self, queue, index):
        written, wanted = [], []
        descriptors = queue.descriptors
        while True:
            address, size, flags, following = struct.unpack_from("<QIHH", descriptors, 16 * index)
            if flags & IS_A_TABLE:
                descriptors, index = self.guest_view(address, size), 0
                continue
            (wanted if flags & GUEST_READS else written).append(self.guest_view(address, size))
            if not flags & MORE_FOLLOWS:
                return written, wanted
            index = following


def answer(number, parts):
    """Puts an answer into the buffers that the guest gave, and tells the guest. Of a guest that is gone: nothing."""
    if number not in open_requests:
        return
    _, queue, head, wanted = open_requests.pop(number)
    size = 0
    for view, part in zip(wanted, parts):
        data = bytes.fromhex(part)
        view[: len(data)] = data
        size += len(data)
    (count,) = struct.unpack_from("<H", queue.used, 2)
    struct.pack_into("<II", queue.used, 4 + 8 * (count % queue.size), head, size)
    struct.pack_into("<H", queue.used, 2, (count + 1) & 0xFFFF)
    if queue.call >= 0:
        os.write(queue.call, struct.pack("<Q", 1))


def read_parent(stream):
    """Lines come whole, or in pieces; the end of them is the end of this process."""
    global unread
    data = os.read(stream, 65536)
    if not data:
        sys.exit(0)
    *lines, unread = (unread + data).split(b"\n")
    for line in lines:
        message = json.loads(line)
        if "answer" in message:
            answer(message["answer"], message["in"])
            continue
        for device in devices:
            device.leave()
        tell({"left": True})


unread = b""
setup = json.loads(sys.stdin.buffer.raw.readline())
devices = [Device(setup["folder"], **device) for device in setup["devices"]]
selector.register(0, selectors.EVENT_READ, read_parent)
tell({"ready": True})
while True:
    for key, _ in selector.select():
        # One that an earlier one of this round has closed is to be left alone.
        if selector.get_map().get(key.fd) == key:
            key.data(key.fileobj)
