import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { limits } from '../../../src/limits.ts'
import { toolsOn } from '../../support/file-tools.ts'

void t.test('search_files finds plain text in any case and says what it left out', async (t) => {
  const root = t.testdir({
    'a.md': 'The Relay (GPIO17)\nnothing\nrelay again',
    notes: { 'b.md': 'a.*b relay' },
    'photo.bin': Buffer.from([0, 1, 2]),
    'huge.txt': 'relay'.repeat(300_000),
    '.hidden': 'relay',
    link: t.fixture('symlink', 'a.md'),
  })
  const { call } = await toolsOn(root)
  t.equal(
    await call('search_files', { pattern: 'RELAY' }),
    'a.md:1: The Relay (GPIO17)\na.md:3: relay again\nnotes/b.md:1: a.*b relay\n[3 files skipped: not text, too large or not to be opened]',
  )
  t.equal(await call('search_files', { pattern: 'a.*b', path: 'notes' }), 'notes/b.md:1: a.*b relay')
  t.equal(await call('search_files', { pattern: 'nothing', path: 'a.md' }), 'a.md:2: nothing')
  t.equal(await call('search_files', { pattern: '^r', path: 'notes/' }), '["^r" does not stand in 1 text file]')
  t.equal(await call('search_files', { pattern: 'relay', path: '.hidden' }), '.hidden:1: relay', 'when it is named')
  t.match(await call('search_files', { pattern: '' }), /^bad_call: pattern must be some text of one line/)
  t.match(await call('search_files', { pattern: 'a\nb' }), /^bad_call: /)
  t.match(
    await call('search_files', { pattern: 'a'.repeat(201) }),
    /^bad_call: pattern has 201 characters, at most 200/,
  )
  t.match(await call('search_files', { pattern: 'x', path: 'gone' }), /^file: gone does not exist/)
})

void t.test('search_files stops at its caps, shortens long lines around the match, and obeys a stop', async (t) => {
  const root = t.testdir({
    'many.md': 'hit\n'.repeat(200),
    'long.md': `${'a'.repeat(5_000)} needle ${'b'.repeat(5_000)}`,
  })
  const { call } = await toolsOn(root)
  const many = await call('search_files', { pattern: 'hit' })
  t.equal(many.split('\n').length, limits.searchMatchesMax + 1)
  t.match(many, /\n\[there are more matches: narrow the pattern or the path\]$/)
  t.ok(many.length <= limits.toolResultCharsMax)
  const long = await call('search_files', { pattern: 'needle' })
  t.match(long, /^long.md:1: \.\.\.a+ needle b+\.\.\.$/)
  t.ok(long.length < 250)
  t.match(await call('search_files', { pattern: 'hit' }, AbortSignal.abort()), /^stopped: /)
})

void t.test('search_files enters 32 folders inside each other and names the one where it stopped', async (t) => {
  const root = t.testdir({})
  const deep = 'd/'.repeat(limits.walkLevelsMax)
  fs.mkdirSync(join(root, `${deep}d`), { recursive: true })
  fs.writeFileSync(join(root, `${deep}hit.md`), 'needle')
  fs.writeFileSync(join(root, `${deep}d/miss.md`), 'needle')
  const { call } = await toolsOn(root)
  t.equal(
    await call('search_files', { pattern: 'needle' }),
    `${deep}hit.md:1: needle\n[the folder ${deep}d is too deep: give its path]`,
  )
  t.equal(await call('search_files', { pattern: 'needle', path: `${deep}d` }), `${deep}d/miss.md:1: needle`)
})

void t.test('a folder of more files than a search reads is said, and ends', async (t) => {
  const root = t.testdir({ wide: {} })
  for (let index = 0; index <= limits.searchFilesMax; index++) fs.symlinkSync('none', join(root, `wide/${index}`))
  const { call } = await toolsOn(root)
  t.match(await call('search_files', { pattern: 'needle' }), /; not everything was searched: narrow/)
})

void t.test('a pattern that would hang a regular expression is plain text here', async (t) => {
  const root = t.testdir({ 'a.md': `${'a'.repeat(100_000)}!` })
  const { call } = await toolsOn(root)
  t.equal(await call('search_files', { pattern: '(a+)+$' }), '["(a+)+$" does not stand in 1 text file]')
})
