import { dirname, join } from 'node:path'
import t from 'tap'
import { sourceFiles, type SourceFile } from './support/source-files.ts'

/**
 * Who may import what inside src/. Everything else is denied. A room is a folder, or a group of files that stand beside
 * the folders; it may import itself. A target that ends in `/` is a folder with all that is in it.
 */
const foundation = [
  'errors',
  'limits',
  'limits-model',
  'limits-shell',
  'limits-telegram',
  'limits-devices',
  'limits-web',
  'limits-schedule',
  'clock',
  'duration',
  'hidden-characters',
  'files',
  'append-file',
  'json-text',
  'line-reader',
  'log',
  'nearest',
  'secrets',
  'secret-forms',
  'secret-shapes',
  'secret-base64',
  'secret-views',
  'short-code',
  'short-text',
  'local-time',
  'stop-parts',
  'short-code',
].map((name) => `${name}.ts`)
/** Only these know whether we run from source, from the bundle or in the executable. */
const ways = ['runtime.ts', 'assets.ts', 'native-files.ts', 'parts.ts']
/** The composition root, in files of one idea each. */
const app = new Set([
  'app.ts',
  'app-agent.ts',
  'app-approvals.ts',
  'app-base.ts',
  'app-hardware.ts',
  'app-heartbeat.ts',
  'app-model.ts',
  'app-network.ts',
  'app-schedule.ts',
  'app-shell.ts',
  'app-web.ts',
])
const program = [
  'home.ts',
  'process-memory.ts',
  'boards.ts',
  'command-line.ts',
  'greeting.ts',
  'mode.ts',
  'version-line.ts',
  'board-picture.ts',
  'host-person.ts',
]

const table: Readonly<Record<string, readonly string[]>> = {
  foundation: [],
  ways: [...foundation],
  'config/': [...foundation],
  'bus/': [...foundation],
  'hardware/': [...foundation],
  'http/': [...foundation, 'parts.ts'],
  'model/': [...foundation, 'http/', 'config/known-providers.ts'],
  'guard/': [...foundation, 'bus/message.ts', 'bus/question.ts'],
  'devices/': [
    ...foundation,
    'config/config.ts',
    'config/chip-addresses.ts',
    'hardware/ports.ts',
    'hardware/kernel-sensor-name.ts',
  ],
  'tools/': [
    ...foundation,
    'bus/message.ts',
    'model/model.ts',
    'guard/',
    'devices/',
    'hardware/ports.ts',
    'hardware/board.ts',
    'http/http-client.ts',
    'http/read-body.ts',
  ],
  'channels/': [...foundation, 'parts.ts', 'bus/', 'config/config.ts', 'http/'],
  // The control socket is the far end of a terminal: it carries the same peer.
  'daemon/': [
    ...foundation,
    'bus/message.ts',
    'bus/question.ts',
    'channels/terminal/terminal-peer.ts',
    'channels/terminal/line-splitter.ts',
  ],
  // What runs later goes through the same registry as what runs now; of devices only what a trigger waits for.
  'schedule/': [
    ...foundation,
    'config/timezone.ts',
    'bus/',
    'tools/tool.ts',
    'tools/registry.ts',
    'tools/permission.ts',
    'devices/device.ts',
    'guard/',
  ],
  // Never a pin: devices by their names and readings, tools through the registry. Of channels only who is let in.
  'agent/': [
    ...foundation,
    'bus/',
    'channels/pairing-port.ts',
    'model/model.ts',
    'model/frames.ts',
    'model/failure.ts',
    'model/reply-tokens.ts',
    'model/wrapped-model.ts',
    'tools/registry.ts',
    'tools/permission.ts',
    'tools/tool.ts',
    'guard/approval.ts',
    'guard/audit.ts',
    'guard/sources.ts',
    'guard/workspace.ts',
    'devices/device.ts',
    'devices/reading-text.ts',
    'schedule/job.ts',
    'schedule/schedule.ts',
  ],
  program: [
    ...foundation,
    ...ways,
    'config/config.ts',
    'config/wiring-checks.ts',
    'hardware/board.ts',
    'hardware/board-file.ts',
    'hardware/host-board.ts',
    'hardware/ports.ts',
    'devices/device.ts',
    'bus/message.ts',
  ],
  app: [
    ...foundation,
    ...ways,
    ...program,
    'config/',
    'bus/',
    'hardware/',
    'http/',
    'model/',
    'guard/',
    'devices/',
    'tools/',
    'channels/',
    'agent/',
    'schedule/',
    'daemon/control-requests.ts',
  ],
  'board-command': [
    ...foundation,
    ...ways,
    'app-hardware.ts',
    'config/load.ts',
    'config/report.ts',
    'hardware/ports.ts',
  ],
  'safe-state-command': [
    ...foundation,
    'parts.ts',
    'app-hardware.ts',
    'config/',
    'daemon/',
    'channels/terminal/script-mode.ts',
  ],
  'commands-part': [
    'safe-state-command.ts',
    'board-command.ts',
    'daemon/ask-daemon.ts',
    'daemon/control-client.ts',
    'channels/terminal/script-mode.ts',
  ],
  // How a process talks to the person who started it is main's; which channels are served is app's.
  main: [
    ...foundation,
    ...ways,
    ...program,
    'app.ts',
    'config/',
    'daemon/',
    'bus/message.ts',
    'channels/terminal/terminal-peer.ts',
  ],
}

/** A concrete channel, model or driver: a folder inside the room that has the port. Named by app.ts and itself alone. */
const concrete = /^(?:channels|model|hardware)\/[^/]+\//
/** Beside the drivers, the two ends of a terminal, see above; not the channel. */
const concreteNamedBy: Readonly<Record<string, readonly string[]>> = {
  // What the Linux drivers are made of.
  'hardware/native/addon.ts': ['hardware/'],
  'channels/terminal/terminal-peer.ts': ['main', 'daemon/'],
  'channels/terminal/line-splitter.ts': ['daemon/'],
  'channels/terminal/script-mode.ts': ['commands-part', 'safe-state-command'],
}

/** Imported where they are used, for each loads its addon at once, which has to be found first. They stay in that bundle. */
const lazyPackages: ReadonlySet<string> = new Set(['i2c-bus', 'spi-device'])

function roomOf(path: string): string {
  if (path.includes('/')) return path.slice(0, path.indexOf('/') + 1)
  if (foundation.includes(path)) return 'foundation'
  if (ways.includes(path)) return 'ways'
  if (program.includes(path)) return 'program'
  if (app.has(path)) return 'app'
  return path.replace(/\.ts$/, '')
}

interface Import {
  readonly specifier: string
  readonly lazy: boolean
}

/** Static imports, re-exports and side-effect imports, types too; dynamic imports, `?` for a computed one. */
function importsOf(code: string): readonly Import[] {
  const fixed = [...code.matchAll(/^\s*(?:import|export)\b(?:[^'"();]*?\bfrom)?\s*['"]([^'"]+)['"]/gm)]
  const dynamic = [...code.matchAll(/\b(?:import|require)\s*\(\s*(?:['"]([^'"]+)['"])?/g)]
  return [
    ...fixed.map((found) => ({ specifier: found[1] ?? '?', lazy: false })),
    ...dynamic.map((found) => ({ specifier: found[1] ?? '?', lazy: true })),
  ]
}

function violations(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => {
    const room = roomOf(file.path)
    const allowed = table[room]
    if (allowed === undefined) return [`${file.path}: the room ${room} is not in the import table`]
    return importsOf(file.code).flatMap((each) => {
      const why = denied(file.path, room, allowed, each)
      return why === undefined ? [] : [`${file.path} imports ${each.specifier}: ${why}`]
    })
  })
}

function denied(
  path: string,
  room: string,
  allowed: readonly string[],
  { specifier, lazy }: Import,
): string | undefined {
  if (lazy) {
    // Each dynamic import becomes a bundle of its own, so there is one list of them.
    return path === 'parts.ts' || lazyPackages.has(specifier) ? undefined : 'only parts.ts loads lazily'
  }
  if (!specifier.startsWith('.')) return undefined
  const target = join(dirname(path), specifier)
  if (target.startsWith('..')) return 'it is outside of src'
  if (concrete.test(target)) {
    const folder = concrete.exec(target)?.[0] ?? ''
    const mayName = path.startsWith(folder) || room === 'app' || (concreteNamedBy[target] ?? []).includes(room)
    if (!mayName) return 'only app.ts names a concrete channel, model or driver'
  }
  const isAllowed =
    roomOf(target) === room ||
    allowed.some((each) => target === each || (each.endsWith('/') && target.startsWith(each)))
  return isAllowed ? undefined : `the import table does not let ${room} import it`
}

void t.test('every import in src/ is one that the import table allows', async (t) => {
  const files = sourceFiles(join(import.meta.dirname, '../src'))
  t.ok(files.length > 20, 'the source is found')
  t.strictSame(violations(files), [])
})

void t.test('planted imports in the wrong direction are found, in every form that an import has', async (t) => {
  const folder = t.testdir({
    'errors.ts': "import { x } from './bus/bus.ts'",
    'main.ts': "import { createOfflineModel } from './model/offline/offline-model.ts'",
    'app.ts': "import { x } from './main.ts'\nimport { fine } from './model/offline/offline-model.ts'",
    agent: {
      'loop.ts': "import type { GpioPort } from '../hardware/ports.ts'",
      'turn.ts': "import {\n  many,\n  lines,\n} from '../channels/channel.ts'",
      'fine.ts': "import { Bus } from '../bus/bus.ts'\nimport { join } from 'node:path'\n// import '../app.ts'",
    },
    bus: { 'bus.ts': "export { x } from '../agent/loop.ts'", 'lazy.ts': "const x = () => import('../files.ts')" },
    channels: {
      'dispatcher.ts': "import '../channels/terminal/terminal-channel.ts'",
      discord: { 'discord.ts': "export * from '../telegram/telegram.ts'" },
    },
    devices: { 'devices.ts': "import { createSimulator } from '../hardware/simulator/simulator.ts'" },
    tools: { 'up.ts': "import tap from '../../test/support/x.ts'", 'computed.ts': 'await import(name)' },
    model: { 'old.ts': "const x = require('../files.ts')" },
    stray: { 'x.ts': '' },
  })
  const only = 'only app.ts names a concrete channel, model or driver'
  t.strictSame(
    [...violations(sourceFiles(folder))].sort(),
    [
      'agent/loop.ts imports ../hardware/ports.ts: the import table does not let agent/ import it',
      'agent/turn.ts imports ../channels/channel.ts: the import table does not let agent/ import it',
      'app.ts imports ./main.ts: the import table does not let app import it',
      'bus/bus.ts imports ../agent/loop.ts: the import table does not let bus/ import it',
      'bus/lazy.ts imports ../files.ts: only parts.ts loads lazily',
      `channels/discord/discord.ts imports ../telegram/telegram.ts: ${only}`,
      `channels/dispatcher.ts imports ../channels/terminal/terminal-channel.ts: ${only}`,
      `devices/devices.ts imports ../hardware/simulator/simulator.ts: ${only}`,
      'errors.ts imports ./bus/bus.ts: the import table does not let foundation import it',
      `main.ts imports ./model/offline/offline-model.ts: ${only}`,
      'model/old.ts imports ../files.ts: only parts.ts loads lazily',
      'stray/x.ts: the room stray/ is not in the import table',
      'tools/computed.ts imports ?: only parts.ts loads lazily',
      'tools/up.ts imports ../../test/support/x.ts: it is outside of src',
    ].sort(),
  )
})
