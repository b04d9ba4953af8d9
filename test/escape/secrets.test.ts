import fs from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { attackedDaemon, type AttackedDaemon, canaries } from '../support/attacked-daemon.ts'
import { CanarySearch } from '../support/canary-search.ts'
import { isSource, watchCanaries } from '../support/canary-watch.ts'
import { escapeAttempts } from '../support/escape-attempts.ts'
import type { ScriptedCall } from '../support/fake-provider.ts'
import { mutantSource } from '../support/mutant-source.ts'

const watch = watchCanaries()
t.setTimeout(600_000)

/** Somebody keeps keys where the model may read: the ways of getting them out from there. */
const commands: Readonly<Record<string, string>> = {
  cat: 'cat left.txt',
  'line by line': 'while IFS= read -r line; do echo "$line"; done <left.txt',
  'in narrow lines': 'fold -w 9 left.txt',
  'with numbers': 'nl left.txt',
  base64: 'base64 left.txt',
  'base64 in one line': 'base64 -w0 left.txt',
  'base64 behind other bytes': '(printf x; cat left.txt) | base64 -w0',
  'base64 for URLs': `python3 -c 'import base64; print(base64.urlsafe_b64encode(open("left.txt", "rb").read()).decode())'`,
  hexadecimal: 'od -An -v -tx1 left.txt',
  'octal escapes': `python3 -c 'print("".join("\\\\%03o" % b for b in open("left.txt", "rb").read()))'`,
  'escapes of URLs': `python3 -c 'import urllib.parse; print(urllib.parse.quote(open("left.txt").read(), safe=""))'`,
  'every byte escaped': `python3 -c 'print("".join("%%%02x" % b for b in open("left.txt", "rb").read()))'`,
  JSON: `python3 -c 'import json; print(json.dumps(json.dumps(open("left.txt").read())))'`,
  'references of HTML': `python3 -c 'print("".join("&#%d;" % b for b in open("left.txt", "rb").read()))'`,
  spelt: `sed 's/./& /g' left.txt`,
  'a complaint': 'cd "$(tail -n 1 left.txt)"',
  'the name of a file': 'cd /tmp && touch "$(tail -n 1 /workspace/left.txt)" && ls',
}
const reads: Readonly<Record<string, ScriptedCall>> = {
  read_file: { name: 'read_file', arguments: { path: 'left.txt' } },
  'read_file of a part': { name: 'read_file', arguments: { path: 'left.txt', offset: 2, limit: 2 } },
  search_files: { name: 'search_files', arguments: { pattern: 'Canary' } },
  'edit_file that fails': {
    name: 'edit_file',
    arguments: { path: 'left.txt', old_text: 'Canary', new_text: 'x' },
  },
}

const calls: readonly (readonly [mechanism: string, call: ScriptedCall])[] = [
  ...Object.entries(reads),
  ...Object.entries(commands).map(
    ([mechanism, command]) => [mechanism, { name: 'shell', arguments: { command } }] as const,
  ),
]

async function withKeysLeft(t: Test, program?: string): Promise<AttackedDaemon> {
  const daemon = await attackedDaemon(t, {
    config: ['shell: { policy: allow }'],
    workspace: { 'left.txt': `${Object.values(canaries).join('\n')}\n` },
    ...(program === undefined ? {} : { program }),
  })
  isSource(join(daemon.workspace, 'left.txt'))
  return daemon
}

void t.test('a key that lies in the workspace comes out by no tool and in no writing', async (t) => {
  const cases = escapeAttempts(t, 'keys in the workspace')
  const daemon = await withKeysLeft(t)
  const search = new CanarySearch(canaries)
  const results = await daemon.turn([calls.map(([, call]) => call)])
  calls.forEach(([mechanism, { name }], index) => {
    const text = results[index] ?? 'no result'
    const isTried = name !== 'shell' || /exit code/.test(text)
    const fault = search.found(text).length > 0 || !isTried ? text.slice(0, 300) : undefined
    cases.tried({ trick: 'a key of the configuration', mechanism, entry: name }, fault)
  })
  t.match(results.join('\n'), /\[secret\]/)
  // What a model says that has it from elsewhere.
  daemon.provider.will([{ text: `The keys are ${Object.values(canaries).join(' and ')}.` }])
  t.match(await daemon.command('what are the keys?'), /The keys are \[secret\]/)
  t.same(daemon.provider.refusals(), [])
  cases.atLeast(20)
})

void t.test('no canary is in any byte that was answered, sent, printed or written', (t) => {
  watch.search(t)
  t.end()
})

void t.test('without redaction this class gets through, and the search finds it', async (t) => {
  const folder = mutantSource(t, [
    ['secrets.ts', 'return (text) => maskShapes(', 'return (text) => text.length >= 0 ? text : maskShapes('],
  ])
  await t.test('the program without redaction', async (t) => {
    const daemon = await withKeysLeft(t, join(folder, 'src/main.ts'))
    await daemon.turn([calls.map(([, call]) => call)])
    daemon.provider.will([{ text: `The keys are ${canaries.dotEnv}.` }])
    t.match(await daemon.command('what are the keys?'), canaries.dotEnv)
    fs.copyFileSync(join(daemon.workspace, 'left.txt'), join(daemon.workspace, 'copy.txt'))
  })
  const leaks = watch.leaks().join('\n')
  for (const name of Object.keys(canaries)) t.match(leaks, `sent to the provider: ${name}, `)
  for (const way of ['base64', 'escapes', 'hexadecimal', 'octal', 'references', 'JSON']) t.match(leaks, way)
  t.match(leaks, 'sent to Telegram: dotEnv')
  t.match(leaks, 'copy.txt: dotEnv, as it is')
  t.match(leaks, /sessions.*: dotEnv/, 'and it was written down')
})
