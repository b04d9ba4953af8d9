"""Sends SIGUSR2 to every thread of a process, again and again: the kernel may choose any of them for a signal.

Says `storming` when all have had the first one.
"""

import ctypes
import os
import signal
import sys
import time

libc = ctypes.CDLL(None)
process = int(sys.argv[1])
rounds = 0
while os.path.exists(f"/proc/{process}"):
    for thread in os.listdir(f"/proc/{process}/task"):
        libc.tgkill(process, int(thread), signal.SIGUSR2)
    rounds += 1
    if rounds == 1:
        print("storming", flush=True)
    time.sleep(0.005)
