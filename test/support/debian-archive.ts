import { execFile } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const outputMaxBytes = 64 * 2 ** 20

export interface DebianPackage {
  readonly name: string
  readonly version: string
}

/**
 * Debian's packages beside those of the host: an apt with lists and configuration of its own, in one folder. The host's
 * sources are read for the mirror alone and never changed; signatures and checksums are apt's business. No root needed.
 */
export interface DebianArchive {
  /** Packages whose names match, the newest version of each. */
  find(name: RegExp): Promise<readonly DebianPackage[]>
  /** Fetches a package into the folder; answers the path of its file. */
  fetch(wanted: DebianPackage): Promise<string>
  /** Fetches these packages and all that they depend on, for the first architecture; answers the paths of their files. */
  fetchWhole(names: readonly string[]): Promise<readonly string[]>
}

/**
 * Opens the archive with these suites (`sid`, `trixie`, ...) for these architectures (`amd64`, `arm64`, ...). A suite
 * that cannot be reached is left out; what the others have is found. Fails where none can be reached.
 */
export async function openDebianArchive(
  folder: string,
  suites: readonly string[],
  architectures: readonly string[],
): Promise<DebianArchive> {
  const at = resolve(folder)
  for (const part of ['lists/partial', 'cache/archives/partial', 'packages'])
    await mkdir(join(at, part), { recursive: true })
  const mirror = await hostMirror()
  const lines = suites.map((suite) => `deb [signed-by=${keyring}] ${mirror} ${suite} main`)
  await writeFile(join(at, 'sources.list'), `${lines.join('\n')}\n`)
  await writeFile(join(at, 'status'), '')
  await writeFile(join(at, 'apt.conf'), settings(at, architectures))
  const apt = (program: 'apt-get' | 'apt-cache', ...args: readonly string[]) =>
    run(program, args, {
      cwd: join(at, 'packages'),
      env: { ...process.env, APT_CONFIG: join(at, 'apt.conf'), LC_ALL: 'C' },
      maxBuffer: outputMaxBytes,
    })
  await apt('apt-get', '-q', 'update')
  return {
    async find(name) {
      const { stdout } = await apt('apt-cache', 'pkgnames')
      const names = stdout.split('\n').filter((each) => name.test(each))
      if (names.length === 0) return []
      // Of each package its newest version comes first.
      const { stdout: table } = await apt('apt-cache', 'madison', ...names)
      const newest = new Map<string, DebianPackage>()
      for (const [each = '', version = ''] of table.split('\n').map((row) => row.split('|').map((cell) => cell.trim())))
        if (version !== '' && !newest.has(each)) newest.set(each, { name: each, version })
      return [...newest.values()]
    },
    async fetch({ name, version }) {
      await apt('apt-get', '-q', 'download', `${name}=${version}`)
      // The file's name is the package's own, with the colon of an epoch written as %3a.
      const [plainName = name] = name.split(':')
      const prefix = `${plainName}_${version.replaceAll(':', '%3a')}_`
      const file = (await readdir(join(at, 'packages'))).find((each) => each.startsWith(prefix))
      if (file === undefined) throw new Error(`apt fetched ${name} ${version}, but there is no file ${prefix}*.`)
      return join(at, 'packages', file)
    },
    async fetchWhole(names) {
      await apt('apt-get', '-q', '-y', '--no-install-recommends', '--download-only', 'install', ...names)
      const archives = join(at, 'cache/archives')
      const files = await readdir(archives)
      return files.filter((name) => name.endsWith('.deb')).map((name) => join(archives, name))
    },
  }
}

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'

function settings(folder: string, [native = 'amd64', ...foreign]: readonly string[]): string {
  return [
    `Dir::Etc::sourcelist "${folder}/sources.list";`,
    'Dir::Etc::sourceparts "/dev/null";',
    `Dir::State::lists "${folder}/lists";`,
    `Dir::State::status "${folder}/status";`,
    `Dir::Cache "${folder}/cache";`,
    `APT::Architecture "${native}";`,
    `APT::Architectures { "${[native, ...foreign].join('"; "')}"; };`,
    'Acquire::Languages "none";',
    // A mirror's copy of sid may be some days past the date until which it calls itself valid.
    'Acquire::Check-Valid-Until "false";',
    // apt hands work to a user of its own, who may not see into this folder.
    'APT::Sandbox::User "";',
    'APT::Get::List-Cleanup "true";',
    '',
  ].join('\n')
}

/** The mirror of Debian's main archive that this host uses. */
async function hostMirror(): Promise<string> {
  const { stdout } = await run('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'])
  return stdout.split('\n').find((uri) => /\/debian\/?$/.test(uri)) ?? 'http://deb.debian.org/debian/'
}
