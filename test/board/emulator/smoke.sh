#!/bin/sh
# smoke.sh MACHINE [FILE...]: the tests of the virtual board that show what another processor could change, or those of
# FILE, on an emulated one. One file after the other: an emulator takes a whole processor of the host.
set -e
cd "$(dirname "$0")/../../.."
export BOARD_MACHINE="$1"
shift
npm run -s board:kernel -- "$BOARD_MACHINE"
npm run -s board:emulator -- "$BOARD_MACHINE"
npm run -s test:plugins
[ $# -gt 0 ] || set -- test/board/buses.board.ts test/board/gpio.board.ts test/board/real-lines.board.ts
exec sh build/node node_modules/tap/dist/esm/run.mjs run --jobs=1 --timeout=1800 "$@"
