import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { type Machine, machineBuilds } from './machines.ts'

/** What the build calls, and the Debian package that has it. */
const tools = {
  gcc: 'gcc',
  make: 'make',
  flex: 'flex',
  bison: 'bison',
  bc: 'bc',
  python3: 'python3',
  perl: 'perl',
  tar: 'tar',
  xz: 'xz-utils',
  'apt-get': 'apt',
} as const

/** Without these a compiler is there, but cannot make a static program. */
const files = {
  '/usr/include/stdio.h': 'libc6-dev',
  '/usr/share/keyrings/debian-archive-keyring.gpg': 'debian-archive-keyring',
} as const

/** Says what the build lacks and the command that brings it; `undefined` where nothing is missing. */
export async function missingTools(machine: Machine): Promise<string | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const lacking = new Set<string>()
  for (const [tool, name] of Object.entries({ ...tools, ...compilersFor(machine) })) {
    const found = await Promise.all(folders.map((folder) => isThere(join(folder, tool), constants.X_OK)))
    if (!found.includes(true)) lacking.add(name)
  }
  for (const [file, name] of Object.entries(files)) if (!(await isThere(file, constants.R_OK))) lacking.add(name)
  if (lacking.size === 0) return undefined
  const names = [...lacking].join(' ')
  return `This build needs ${names}. Debian has them: apt-get install --no-install-recommends ${names}`
}

/** Another processor has compilers of its own; its addons are partly C++. */
function compilersFor(machine: Machine): Readonly<Record<string, string>> {
  const prefix = machineBuilds[machine].toolPrefix
  return prefix === ''
    ? {}
    : Object.fromEntries(['gcc', 'g++'].map((each) => [`${prefix}${each}`, `${each}-${prefix.slice(0, -1)}`]))
}

async function isThere(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  )
}
