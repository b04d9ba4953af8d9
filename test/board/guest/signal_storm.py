"""Sends SIGUSR2 to every thread of a process, again and again: the kernel may choose any of them for a signal."""
import ctypes
import os
import signal
import sys
import time

libc = ctypes.CDLL(None)
process = int(sys.argv[1])
while os.path.exists(f"/proc/{process}"):
    for thread in os.listdir(f"/proc/{process}/task"):
        libc.tgkill(process, int(thread), signal.SIGUSR2)
    time.sleep(0.005)
