#!/bin/sh
# smoke.sh MACHINE: the tests of the virtual board that show what another processor could change, on an emulated one. One
# file after the other: an emulator takes a whole processor of the host.
set -e
cd "$(dirname "$0")/../../.."
npm run -s board:kernel -- "$1"
npm run -s board:emulator -- "$1"
npm run -s test:plugins
export BOARD_MACHINE="$1"
set -- test/board/buses.board.ts test/board/gpio.board.ts test/board/real-lines.board.ts
exec sh build/node node_modules/tap/dist/esm/run.mjs run --jobs=1 --timeout=1800 "$@"
