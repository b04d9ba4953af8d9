#!/bin/sh
# The first process of an emulated guest, whose files are a small Debian of its own. The checkout of the host comes to
# where it is on the host, with links to what is made for this processor laid over it; then all goes on as on every board.
at=$checkout
made=$layer
unset checkout layer
mount -t 9p checkout /mnt -o ro,trans=virtio,version=9p2000.L,cache=loose,msize=262144
# Folders that lie in each other cannot be laid over each other: links to the files can.
mount -t tmpfs layer /layer
cp -rs "/mnt/$made/." /layer
mount -t overlay checkout "$at" -o ro,lowerdir=/layer:/mnt
exec /bin/sh "$at/test/board/guest/init.sh"
