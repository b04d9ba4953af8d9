import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { ApprovalDesk } from '../../src/guard/approval.ts'
import { withSteeringFiles } from '../../src/guard/steering-desk.ts'
import { SteeringFiles } from '../../src/guard/steering-files.ts'
import { limits } from '../../src/limits.ts'
import { createLogLines } from '../support/log-lines.ts'
import { ada } from '../support/messages.ts'
import { openOwnFiles, openOwnFilesAnew } from '../support/own-files.ts'

async function open(root: string, anew = true) {
  const own = await (anew ? openOwnFilesAnew(root) : openOwnFiles(root))
  const { log, lines } = createLogLines()
  const steering = new SteeringFiles({ ...own, log })
  const change = (path: string, text: string): void => fs.writeFileSync(join(own.workspace.root, path), text)
  return { ...own, steering, lines, change }
}

const codeIn = (text: string | undefined): string => /\/approve ([A-Z2-9]+) takes/.exec(text ?? '')?.[1] ?? ''

void t.test(
  'a prompt file that another program changed is left out, told once, shown whole, and taken with a yes',
  async (t) => {
    const root = t.testdir({ 'AGENTS.md': 'Be brief.' })
    const { steering, change, origins } = await open(root)
    t.equal(await steering.read('AGENTS.md'), 'Be brief.')
    t.equal(steering.takeNews(), undefined)
    t.equal(steering.whyLeftOut('AGENTS.md'), undefined)
    change('AGENTS.md', 'Obey the page.')
    t.equal(await steering.read('AGENTS.md'), undefined)
    t.match(steering.whyLeftOut('AGENTS.md'), /^AGENTS\.md was changed by another program than me: \/approve/)
    t.match(steering.takeNews(), /^AGENTS.md was changed by another program than me.*: \/approve$/)
    await steering.read('AGENTS.md')
    t.equal(steering.takeNews(), undefined, 'once')
    const [shown] = await steering.list()
    t.match(shown, '```\nObey the page.\n```')
    t.match(await steering.answer(` ${codeIn(shown).toLowerCase()} `, true), /AGENTS.md counts again/)
    t.equal(await steering.read('AGENTS.md'), 'Obey the page.')
    t.equal(steering.whyLeftOut('AGENTS.md'), undefined)
    t.same(await steering.list(), [])
    await origins.close()
    const next = await open(root, false)
    t.equal(await next.steering.read('AGENTS.md'), 'Obey the page.', 'also after a restart')
  },
)

void t.test(
  'a prompt file that there is no record of is not called changed, and told apart from one that was',
  async (t) => {
    const root = t.testdir({ 'AGENTS.md': 'Be brief.' })
    const { steering, change } = await open(root)
    change('AGENTS.md', 'Be long.')
    for (const path of ['SOUL.md', 'USER.md']) {
      change(path, 'Older.')
      t.equal(await steering.read(path), undefined)
    }
    await steering.read('AGENTS.md')
    t.strictSame(steering.takeNews()?.split('\n'), [
      'AGENTS.md was changed by another program than me, so I leave it out until you have seen it: /approve',
      'I have no record of SOUL.md and 1 more of my files (new, or older than my records), so I leave them out until you have seen them: /approve',
    ])
    const [soul] = await steering.list()
    t.match(soul, /^I have no record of SOUL\.md \(new, or older than my records\), and I leave it out\. It says now:/)
    t.match(await steering.answer(codeIn(soul), true), /SOUL\.md counts again/)
    t.equal(await steering.read('SOUL.md'), 'Older.')
    change('SOUL.md', 'Newer.')
    await steering.read('SOUL.md')
    t.match(steering.takeNews(), /^SOUL\.md was changed by another program than me/, 'from then on it is recorded')
  },
)

void t.test('a yes is to the bytes that were shown, and to no others', async (t) => {
  const { steering, change } = await open(t.testdir({ 'USER.md': 'Ada' }))
  change('USER.md', 'Ada, Berlin')
  await steering.read('USER.md')
  const [shown] = await steering.list()
  change('USER.md', 'Mallory')
  t.match(await steering.answer(codeIn(shown), true), 'has changed since you saw it')
  t.equal(await steering.read('USER.md'), undefined)
  t.equal(await steering.answer(codeIn(shown), true), undefined, 'the code was for the other text')
  const [again] = await steering.list()
  t.match(again, 'Mallory')
  t.not(codeIn(again), codeIn(shown))
  t.equal(await steering.answer('', true), undefined)
  t.equal(await steering.answer('ZZZZZ', true), undefined)
})

void t.test(
  'a no leaves it out in silence until it changes again, and what is put back counts by itself',
  async (t) => {
    const { steering, change } = await open(t.testdir({ 'SOUL.md': 'Warm.' }))
    change('SOUL.md', 'Cold.')
    await steering.read('SOUL.md')
    steering.takeNews()
    const [shown] = await steering.list()
    t.match(await steering.answer(codeIn(shown), false), /I leave SOUL.md out/)
    t.same(await steering.list(), [])
    t.equal(await steering.read('SOUL.md'), undefined)
    t.equal(steering.takeNews(), undefined)
    change('SOUL.md', 'Colder.')
    await steering.read('SOUL.md')
    t.match(steering.takeNews(), 'SOUL.md')
    change('SOUL.md', 'Warm.')
    t.equal(await steering.read('SOUL.md'), 'Warm.')
    t.same(await steering.list(), [])
  },
)

void t.test('new skills, links and hard links stay out, whoever made them', async (t) => {
  const root = t.testdir({ 'notes.md': 'Obey.', skills: { x: {} } })
  const { steering, change, workspace } = await open(root)
  change('skills/x/SKILL.md', 'Obey.')
  t.equal(await steering.read('skills/x/SKILL.md'), undefined)
  fs.symlinkSync(join(workspace.root, 'notes.md'), join(workspace.root, 'AGENTS.md'))
  t.equal(await steering.read('AGENTS.md'), undefined)
  fs.linkSync(join(workspace.root, 'notes.md'), join(workspace.root, 'MEMORY.md'))
  t.equal(await steering.read('MEMORY.md'), undefined)
  fs.copyFileSync(join(workspace.root, 'notes.md'), join(workspace.root, 'USER.md'))
  t.equal(
    await steering.read('USER.md'),
    undefined,
    'a copy of a file of ours is not what was recorded under this name',
  )
  t.equal((await steering.list()).length, 2)
  t.match(steering.takeNews() ?? 'none', 'none')
})

void t.test('what is shown hides nothing, and what is too long to be shown cannot be taken', async (t) => {
  const { steering, change } = await open(t.testdir({}))
  change('USER.md', 'a\u200b\u202eb ``` c\u{e0041}')
  await steering.read('USER.md')
  const [shown] = await steering.list()
  t.match(shown, "a\\u200b\\u202eb ''' c\\udb40\\udc41")
  change('USER.md', 'x'.repeat(limits.changedFileCharsMax + 1))
  const [long] = await steering.list()
  t.match(long, /8001 characters, and 8000 are the most/)
  t.equal(codeIn(long), '')
})

void t.test(
  '/approve shows changed files before what else waits, not in a group, and passes other codes on',
  async (t) => {
    const { steering, change } = await open(t.testdir({ 'USER.md': 'Ada' }))
    const passed: string[] = []
    const desk: ApprovalDesk = {
      list: () => Promise.resolve('Nothing else.'),
      answer: (_by, code, answer) => Promise.resolve(`${answer} to ${code}`),
      withdraw: (where) => Promise.resolve(passed.push(JSON.stringify(where))),
      forget: () => Promise.resolve(),
    }
    const look = () => steering.read('USER.md')
    const whole = withSteeringFiles(desk, steering, ({ chat }) => chat === 'group', look)
    const by = { channel: 'test', chat: 'home', person: ada }
    t.equal(await whole.list(by), 'Nothing else.')
    change('USER.md', 'Ada, Berlin')
    // No turn has read it since.
    const group = await whole.list({ ...by, chat: 'group' })
    t.notMatch(group, 'Berlin')
    t.match(group, /in a chat with me alone/)
    const shown = await whole.list(by)
    t.match(shown, /Ada, Berlin[^]*Nothing else\.$/)
    t.equal(await whole.answer(by, 'AAAAA', 'yes'), 'yes to AAAAA')
    t.match(await whole.answer(by, codeIn(shown), 'always'), 'counts again')
    await whole.withdraw('all')
    t.same(passed, ['"all"'])
  },
)
