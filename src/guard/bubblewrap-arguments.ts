import { limits } from '../limits.ts'
import { sandboxFolder } from './paths.ts'

export interface BubblewrapOptions {
  /** On the host: absolute, without links. */
  readonly workspace: string
  readonly network: boolean
  readonly timezone: string
  /** Names in the workspace that are read-only inside. They must exist, and be no links. */
  readonly readOnly: readonly string[]
}

/** File descriptors of bubblewrap beside the usual three. */
export const descriptors = { arguments: 3, passwd: 4, group: 5, status: 6, filter: 7 } as const

/**
 * Empty at each command. Were the workspace the home, programs would take what the model writes there for their settings:
 * python3 runs a file of ~/.local, and git what ~/.gitconfig names, so that a command that was allowed would do more.
 */
const homeFolder = '/tmp'
export const passwdText = `pincer:x:1000:1000::${homeFolder}:/bin/sh\n`
export const groupText = 'pincer:x:1000:\n'

/** The only devices. Not /dev/tty, no terminals, no shared memory, and nothing of pins and buses. */
const devices = ['null', 'zero', 'full', 'random', 'urandom'] as const

/** What programs look up in /etc and what tells nothing: not hosts, users, keys or services of this machine. */
const etc = ['ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'alternatives', 'os-release', 'debian_version']
const etcForNetwork = ['resolv.conf', 'hosts', 'nsswitch.conf', 'services', 'protocols', 'ssl/certs', 'ssl/openssl.cnf']

/**
 * What bubblewrap is told: an empty root, into which only the named things come. Mounts are made in this order, and
 * what is above them is made read-only last. Everything of the host that is not named does not exist inside: no homes,
 * no state/, no /run, /var or /sys.
 */
export function bubblewrapArguments({ workspace, network, timezone, readOnly }: BubblewrapOptions): readonly string[] {
  const files = network ? [...etc, ...etcForNetwork] : etc
  const options: readonly (readonly string[])[] = [
    // The user of the daemon, under a number that means nothing: its files stay its own, it has no rights beyond.
    ['--unshare-user', '--disable-userns', '--uid', '1000', '--gid', '1000'],
    ['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup', '--hostname', 'pincer'],
    network ? [] : ['--unshare-net'],
    // With the daemon, or with bubblewrap, every process inside dies. No terminal of ours can be typed into.
    ['--die-with-parent', '--new-session', '--cap-drop', 'ALL'],
    ['--ro-bind', '/usr', '/usr'],
    // Links on a merged system, folders on another.
    ...['bin', 'sbin', 'lib', 'lib32', 'lib64'].map((name) => ['--ro-bind-try', `/${name}`, `/${name}`]),
    ...files.map((name) => ['--ro-bind-try', `/etc/${name}`, `/etc/${name}`]),
    ['--perms', '0444', '--ro-bind-data', String(descriptors.passwd), '/etc/passwd'],
    ['--perms', '0444', '--ro-bind-data', String(descriptors.group), '/etc/group'],
    // Where the daemon is root, files of /proc/sys would let it be written; nothing inside needs to write there.
    ['--proc', '/proc', '--remount-ro', '/proc'],
    ['--perms', '0755', '--size', '65536', '--tmpfs', '/dev'],
    ...devices.map((name) => ['--dev-bind', `/dev/${name}`, `/dev/${name}`]),
    ['--remount-ro', '/dev'],
    ['--perms', '1777', '--size', String(limits.shellTmpBytesMax), '--tmpfs', '/tmp'],
    ['--bind', workspace, sandboxFolder],
    ...readOnly.map((name) => ['--ro-bind', `${workspace}/${name}`, `${sandboxFolder}/${name}`]),
    ['--remount-ro', '/', '--chdir', sandboxFolder],
    ['--clearenv'],
    ...Object.entries(environment(timezone)).map(([name, value]) => ['--setenv', name, value]),
    ['--seccomp', String(descriptors.filter), '--json-status-fd', String(descriptors.status)],
  ]
  return options.flat()
}

function environment(timezone: string): Readonly<Record<string, string>> {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: homeFolder,
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    TZ: timezone,
  }
}

/** Said on stderr by what runs inside once it is there, and awaited by it on stdin before it does anything. */
export const ready = 'ready\n'
export const go = 'go\n'

/**
 * The command inside: both streams into one, so that they come in order; limits that the kernel holds; then the shell.
 * It waits for a word first. Until it runs, bubblewrap's own processes are not yet bound to each other's life, and what
 * is killed then could start after all; so nothing is killed then, and where the word does not come nothing is run.
 * Files that the daemon was started with, by whoever started it, are closed first, which takes a shell that can.
 */
export function limitedCommand(command: string): readonly string[] {
  const held = [
    `--as=${limits.shellAddressSpaceBytesMax}`,
    `--fsize=${limits.shellFileBytesMax}`,
    `--nofile=${limits.shellOpenFilesMax}`,
    `--nproc=${limits.shellProcessesMax}`,
    '--core=0',
  ]
  const start = `
    for file in /proc/self/fd/*; do if [ "\${file##*/}" -gt 2 ]; then eval "exec \${file##*/}>&-"; fi; done
    echo ready >&2
    read -r go || exit
    exec </dev/null 2>&1 /usr/bin/env -u SHLVL /usr/bin/prlimit ${held.join(' ')} -- /bin/sh -c "$1"`
  // Its stdin is a socket, for which bash reads ~/.bashrc, unless it is told not to.
  return ['/bin/bash', '--norc', '-c', start, 'bash', command]
}
