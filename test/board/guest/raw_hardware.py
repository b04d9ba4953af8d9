"""The pins and buses of the board by the kernel's interfaces alone: the second opinion beside Pincer's drivers.

  raw_hardware.py drive OFFSET LEVEL     holds a line of the header as an output; each line on stdin is a new level
  raw_hardware.py retake OFFSET          takes a line as a high output and gives it back, again and again
  raw_hardware.py watch OFFSET           says `watching`, then `rising` or `falling` for each edge
  raw_hardware.py i2c BUS ADDRESS WRITE COUNT    one transaction: the bytes WRITE (hexadecimal), then COUNT bytes read
  raw_hardware.py spi BUS.CHIP BYTES     one exchange
"""

import ctypes
import fcntl
import os
import struct
import sys

GET_LINE, SET_VALUES = 0xC250B407, 0xC010B40F
INPUT, OUTPUT, RISING, FALLING = 1 << 2, 1 << 3, 1 << 4, 1 << 5
FIRST_VALUES = 2
I2C_RDWR, I2C_READ = 0x0707, 1
SPI_MESSAGE = 0x40206B00


def request_line(offset, flags, first_value=None):
    """struct gpio_v2_line_request: offsets, consumer, flags with attributes, number of lines; the descriptor comes back last."""
    attributes = b"" if first_value is None else struct.pack("<IIQQ", FIRST_VALUES, 0, first_value, 1)
    configuration = struct.pack("<QI20x240s", flags, 1 if attributes else 0, attributes)
    request = bytearray(struct.pack("<I252x32s272sII20xi", offset, b"raw", configuration, 1, 0, 0))
    with open("/dev/gpiochip0", "rb") as chip:
        fcntl.ioctl(chip, GET_LINE, request)
    return struct.unpack_from("<i", request, 588)[0]


def drive(offset, level):
    line = request_line(int(offset), OUTPUT, int(level))
    print("driving", flush=True)
    for level in sys.stdin:
        fcntl.ioctl(line, SET_VALUES, bytearray(struct.pack("<QQ", int(level), 1)))


def retake(offset):
    while True:
        os.close(request_line(int(offset), OUTPUT, 1))


def watch(offset):
    line = request_line(int(offset), INPUT | RISING | FALLING)
    print("watching", flush=True)
    while True:
        _, kind = struct.unpack_from("<QI", os.read(line, 48))
        print("rising" if kind == 1 else "falling", flush=True)


def i2c(bus, address, write, count):
    sent = ctypes.create_string_buffer(bytes.fromhex(write), len(write) // 2)
    read = ctypes.create_string_buffer(int(count))
    parts = [(0, sent)] * bool(len(sent)) + [(I2C_READ, read)] * bool(len(read))
    messages = b"".join(
        struct.pack("<HHHxxQ", int(address, 0), flags, len(part), ctypes.addressof(part)) for flags, part in parts
    )
    block = ctypes.create_string_buffer(messages, len(messages))
    with open(f"/dev/i2c-{bus}", "rb") as device:
        done = fcntl.ioctl(device, I2C_RDWR, bytearray(struct.pack("<QI4x", ctypes.addressof(block), len(parts))))
    print(read.raw.hex() if done == len(parts) else f"only {done} of {len(parts)} messages", flush=True)


def spi(name, data):
    size = len(data) // 2
    sent = ctypes.create_string_buffer(bytes.fromhex(data), size)
    read = ctypes.create_string_buffer(size)
    transfer = struct.pack("<QQI12x", ctypes.addressof(sent), ctypes.addressof(read), size)
    with open(f"/dev/spidev{name}", "rb") as device:
        fcntl.ioctl(device, SPI_MESSAGE, bytearray(transfer))
    print(read.raw.hex(), flush=True)


action = {"drive": drive, "retake": retake, "watch": watch, "i2c": i2c, "spi": spi}[sys.argv[1]]
action(*sys.argv[2:])
