import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { compileSanitized, sanitizerEnvironment, withoutSanitizer } from '../../support/sanitized-addon.ts'

const abuse = join(import.meta.dirname, '../../support/addon-abuse.ts')

function watched(...words: readonly string[]): { readonly stdout: string; readonly stderr: string } {
  const env = { PATH: process.env['PATH'], ...sanitizerEnvironment() }
  return spawnSync(process.execPath, [...words], { encoding: 'utf8', env })
}

void t.test(
  'no argument and no number of calls makes the addon touch memory that is not its own, or keep any',
  { skip: withoutSanitizer },
  async (t) => {
    const addon = join(t.testdir(), 'pincer.node')
    await compileSanitized(addon)
    const { stdout, stderr } = watched(abuse, addon)
    t.notMatch(stderr, /ERROR: AddressSanitizer|runtime error/)
    t.match(stderr, /LeakSanitizer/, 'what was left behind was looked for')
    t.notMatch(stderr, 'hardware/native/', 'and nothing of it is ours')
    t.match(stdout, /^\{"calls":20000,"refused":\d{5},"operations":100000,"leftOpen":0\}\n$/, stderr.slice(0, 2_000))
  },
)

void t.test(
  'a fault would be seen: memory that is freed twice, and memory that is forgotten',
  { skip: withoutSanitizer },
  async (t) => {
    const faults = {
      twice: ['free(memory); free(memory);', /ERROR: AddressSanitizer: attempting double-free/],
      forgotten: ['memory = NULL;', /LeakSanitizer: detected memory leaks[^]*forgotten\/fault\.c/],
    } as const
    const codeOf = (fault: string): string => `
      #include <node_api.h>
      #include <stdlib.h>
      NAPI_MODULE_INIT() { char *volatile memory = malloc(77); (void)env; ${fault} return exports; }`
    const folder = t.testdir({
      twice: { 'fault.c': codeOf(faults.twice[0]) },
      forgotten: { 'fault.c': codeOf(faults.forgotten[0]) },
    })
    for (const [name, [, seen]] of Object.entries(faults)) {
      const addon = join(folder, name, 'fault.node')
      await compileSanitized(addon, join(folder, name))
      t.match(watched('-e', `process.dlopen({ exports: {} }, ${JSON.stringify(addon)})`).stderr, seen, name)
    }
  },
)
