import { join } from 'node:path'
import t from 'tap'
import { sourceFiles, type SourceFile } from './support/source-files.ts'

/** What reading the source must never find, beside what lint and types forbid. */
interface Rule {
  readonly name: string
  readonly pattern: RegExp
  /** Files that may, and why they must. */
  readonly except: readonly string[]
}

const fileLinesMax = 300

const rules: readonly Rule[] = [
  // clock.ts reads the monotonic clock of the process; nothing but the process loads addons.
  {
    name: 'only main.ts touches the process',
    pattern: /\bprocess\.|['"](?:node:)?process['"]/,
    except: ['main.ts', 'clock.ts', 'hardware/native/addon.ts', 'hardware/linux/bindings.ts'],
  },
  { name: 'nothing writes to the console', pattern: /\bconsole\b/, except: [] },
  {
    name: 'timers come from the clock',
    pattern: /\bset(?:Timeout|Interval)\b|['"](?:node:)?timers(?:\/promises)?['"]|\bAbortSignal\.timeout\b/,
    except: ['clock.ts'],
  },
  { name: 'class names do not survive minifying', pattern: /\bconstructor\.name\b/, except: [] },
  { name: 'no default exports', pattern: /\bexport\s+default\b|\bas\s+default\b/, except: [] },
]

/** Looked for in comments too. */
const unfinished = /\b(?:TODO|FIXME|XXX|HACK|stubs?|placeholder|for now)\b/i

function faults(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => {
    const lines = file.text.replace(/\n$/, '').split('\n').length
    return [
      ...(lines > fileLinesMax ? [`${file.path}: ${lines} lines, at most ${fileLinesMax}`] : []),
      ...rules.flatMap(({ name, pattern, except }) =>
        !except.includes(file.path) && pattern.test(codeWithoutSentences(file.code)) ? [`${file.path}: ${name}`] : [],
      ),
      ...(unfinished.test(file.text) ? [`${file.path}: unfinished work does not stand in the source`] : []),
    ]
  })
}

/** Sentences for people hold words like "process."; module names and expressions in templates must stay. */
function codeWithoutSentences(code: string): string {
  return code.replaceAll(/'[^'\n]*'/g, (text) => (text.includes(' ') ? "''" : text))
}

void t.test('the source keeps the rules of the house', async (t) => {
  const files = sourceFiles(join(import.meta.dirname, '../src'))
  t.ok(files.length > 20, 'the source is found')
  t.strictSame(faults(files), [])
})

void t.test('each planted breach is found, and its neighbours are not', async (t) => {
  const folder = t.testdir({
    'main.ts': 'process.exit(0)',
    'clock.ts': 'setTimeout(run, process.pid)',
    'long.ts': 'x\n'.repeat(fileLinesMax + 1),
    'just-not-long.ts': 'x\n'.repeat(fileLinesMax),
    'environment.ts': "const home = process.env['HOME']",
    'between-strings.ts': "const text = 'pid ' + process.pid + ' and more'",
    'template.ts': 'const text = `pid ${process.pid}`',
    'imported.ts': "import { env } from 'node:process'",
    'loud.ts': "console.log('x')",
    'timer.ts': 'const handle = setInterval(run, 5)',
    'promised-timer.ts': "import { scheduler } from 'node:timers/promises'",
    'named.ts': 'throw new Error(error.constructor.name)',
    'default.ts': 'export default class Room {}',
    'renamed-default.ts': 'export { Room as default }',
    'later.ts': '// TODO: the rest',
    'temporary.ts': '/** Good enough for now. */',
    'fine.ts':
      "// It ends the process. setTimeout wraps.\nthrow new Error('This ends the process. Use console output.')",
  })
  t.strictSame(
    [...faults(sourceFiles(folder))].sort(),
    [
      'between-strings.ts: only main.ts touches the process',
      'default.ts: no default exports',
      'environment.ts: only main.ts touches the process',
      'imported.ts: only main.ts touches the process',
      'later.ts: unfinished work does not stand in the source',
      'long.ts: 301 lines, at most 300',
      'loud.ts: nothing writes to the console',
      'named.ts: class names do not survive minifying',
      'promised-timer.ts: timers come from the clock',
      'renamed-default.ts: no default exports',
      'template.ts: only main.ts touches the process',
      'temporary.ts: unfinished work does not stand in the source',
      'timer.ts: timers come from the clock',
    ].sort(),
  )
})
