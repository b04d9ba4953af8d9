import { spawnSync } from 'node:child_process'

/**
 * Before a program: the folder `$1` is mounted read-only, for this process and its children alone, until a line comes in
 * on the file descriptor 4. Root is stopped by no mode bits, so this is the only true one.
 */
const script = [
  'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" || exit 99',
  '(read -r _ <&4; mount -o remount,rw,bind "$1") &',
  'shift',
  'exec "$@"',
].join('\n')

const unshare = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c'] as const

/** What to put before the command line. */
export function readOnly(folder: string): readonly string[] {
  return [...unshare, script, 'sh', folder]
}

/** Containers and some hosts do not let a user mount anything. */
export function canMount(folder: string): boolean {
  const [program, ...rest] = unshare
  return spawnSync(program, [...rest, `${script.split('\n')[0]}`, 'sh', folder]).status === 0
}
