#!/bin/sh
# The first process of the guest. Its files are the host's, read-only; what it writes is in memory (/run), on the disk
# of the board (/run/disk) or in the one folder that it shares with the test (/run/shared).
root=$(CDPATH= cd -- "$(dirname -- "$0")/../../.." && pwd)
argument() { sed -n "s/.*\\bboard\\.$1=\\([^ ]*\\).*/\\1/p" /proc/cmdline; }

mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t configfs config /sys/kernel/config
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t tmpfs run /run
mkdir -p /run/shared /run/disk /run/tmp
# User-mode Linux reaches the host's files by their paths; an emulator has exported this folder.
if [ -n "$(argument shared)" ]; then
  mount -t hostfs shared /run/shared -o "$(argument shared)"
else
  mount -t 9p shared /run/shared -o trans=virtio,version=9p2000.L
fi
for disk in /dev/ubda /dev/vda; do
  if [ -b $disk ]; then mount -t ext4 $disk /run/disk; fi
done
# The loopback interface is down at first, and Debian's smallest systems have no `ip`: perl they all have.
perl -e 'my $up = pack("a16s", "lo", 1); socket(my $s, 2, 2, 0); ioctl($s, 0x8914, $up) or die "lo: $!"'

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TMPDIR=/run/tmp HOME=/run
sh "$root/build/node" "$root/test/board/guest/agent.ts" <>"/dev/$(argument line)" >&0
