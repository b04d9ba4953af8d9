#!/bin/sh
# smoke.sh MACHINE: the tests of the virtual board that show what another processor could change, on an emulated one. One
# file after the other: an emulator takes a whole processor of the host.
set -e
cd "$(dirname "$0")/../../.."
npm run -s board:kernel -- "$1"
npm run -s board:emulator -- "$1"
npm run -s test:plugins
files=
for name in boot hardware gpio buses real-lines; do files="$files test/board/$name.board.ts"; done
# shellcheck disable=SC2086
BOARD_MACHINE=$1 exec sh build/node node_modules/tap/dist/esm/run.mjs run --jobs=1 --timeout=1800 $files
