import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import * as v from 'valibot'
import { limits } from '../../src/limits.ts'
import { toolSpec } from '../../src/tools/json-schema.ts'
import { toolsOn } from '../support/file-tools.ts'

void t.test('the six tools have the names, arguments and access of the contract', async (t) => {
  const { tools } = await toolsOn(t.testdir({}))
  const shapes = tools.map((tool) => {
    const { parameters } = toolSpec(tool)
    const required = Array.isArray(parameters['required']) ? parameters['required'] : []
    const names = Object.keys(tool.arguments.entries).map((name) => (required.includes(name) ? name : `${name}?`))
    return `${tool.access} ${tool.name}{${names.join(',')}}`
  })
  t.same(shapes, [
    'read read_file{path,offset?,limit?}',
    'change write_file{path,content}',
    'change edit_file{path,old_text,new_text}',
    'change append_file{path,content}',
    'read list_dir{path?}',
    'read search_files{pattern,path?}',
  ])
})

void t.test('all six cost at most 1,550 bytes of every request, and each says what a model cannot guess', async (t) => {
  const { tools } = await toolsOn(t.testdir({}))
  const wire = tools.map((tool) => ({ type: 'function', function: toolSpec(tool) }))
  t.ok(Buffer.byteLength(JSON.stringify(wire)) <= 1_550, JSON.stringify(wire).length.toString())
  const facts = {
    read_file: /^Up to limit \(400\) lines .* from line offset \(1\)$/,
    write_file: /whole/,
    edit_file: /exactly once/,
    append_file: /at the end .*, on a new line/,
    list_dir: /or the workspace/,
    search_files: /plain text, any case/,
  }
  t.strictSame(
    tools.map((tool) => tool.name),
    Object.keys(facts),
  )
  for (const tool of tools) t.match(tool.description, facts[tool.name as keyof typeof facts])
})

void t.test('only a change of what steers later turns is an acting call', async (t) => {
  const root = t.testdir({})
  const { tools, toolNamed } = await toolsOn(root)
  const changes = {
    write_file: { content: '' },
    append_file: { content: '' },
    edit_file: { old_text: 'a', new_text: 'b' },
  }
  for (const [name, rest] of Object.entries(changes)) {
    const tool = toolNamed(name)
    for (const path of ['AGENTS.md', 'notes/../memory.md', 'skills/x/SKILL.md', join(root, 'SOUL.md')]) {
      t.equal(tool.acts({ path, ...rest }), true, `${name} ${path}`)
    }
    for (const path of ['notes/a.md', 'notes/AGENTS.md', '../AGENTS.md', '']) {
      t.equal(tool.acts({ path, ...rest }), false, `${name} ${path}`)
    }
  }
  for (const tool of tools.filter((each) => each.access === 'read')) {
    t.equal(tool.acts({ path: 'AGENTS.md', pattern: 'x' }), false, tool.name)
  }
})

void t.test('a wrong or unknown argument does not pass the schema', async (t) => {
  const { toolNamed } = await toolsOn(t.testdir({}))
  for (const [name, args] of [
    ['read_file', {}],
    ['read_file', { path: 1 }],
    ['read_file', { path: 'a', offset: 1.5 }],
    ['read_file', { path: 'a', start: 5 }],
    ['write_file', { path: 'a' }],
    ['edit_file', { path: 'a', old: 'x', new: 'y' }],
    ['search_files', { path: 'a' }],
  ] as const) {
    t.equal(v.safeParse(toolNamed(name).arguments, args).success, false, `${name} ${JSON.stringify(args)}`)
  }
})

void t.test('every tool refuses what is outside, with the reason', async (t) => {
  const root = t.testdir({ workspace: {}, state: { journal: 'SECRET' }, 'pincer.yaml': 'SECRET' })
  const { call } = await toolsOn(join(root, 'workspace'))
  for (const path of ['../state/journal', '../pincer.yaml', join(root, 'state/journal'), '../state', '~/x', 'a\0']) {
    for (const [name, args] of [
      ['read_file', { path }],
      ['write_file', { path, content: 'x' }],
      ['edit_file', { path, old_text: 'SECRET', new_text: 'x' }],
      ['append_file', { path, content: 'x' }],
      ['list_dir', { path }],
      ['search_files', { path, pattern: 'SECRET' }],
    ] as const) {
      const said = await call(name, args)
      t.match(
        said,
        /^path_refused: .* is refused: .*\. Paths are relative to the workspace/,
        `${name} ${encodeURI(path)}`,
      )
    }
  }
  t.equal(fs.readFileSync(join(root, 'state/journal'), 'utf8'), 'SECRET')
  t.equal(fs.readFileSync(join(root, 'pincer.yaml'), 'utf8'), 'SECRET')
})

void t.test('read_file gives a short file word for word', async (t) => {
  const { call } = await toolsOn(t.testdir({ 'a.md': '# Title\n\nGrüße 📓\n', 'b.md': 'no newline', 'empty.md': '' }))
  t.equal(await call('read_file', { path: 'a.md' }), '# Title\n\nGrüße 📓')
  t.equal(await call('read_file', { path: 'b.md' }), 'no newline')
  t.equal(await call('read_file', { path: 'empty.md' }), '(empty.md is empty)')
  t.equal(await call('read_file', { path: 'c.md' }), 'file: c.md does not exist; list_dir shows what does.')
})

void t.test('read_file pages by lines and says where to go on', async (t) => {
  const lines = Array.from({ length: 950 }, (_, index) => `line ${index + 1}`)
  const { call } = await toolsOn(t.testdir({ 'log.md': `${lines.join('\n')}\n` }))
  const pages: string[] = []
  let offset = 1
  for (;;) {
    const page = await call('read_file', { path: 'log.md', offset })
    t.ok(page.length <= limits.toolResultCharsMax, 'a page is never parked')
    const next = /\n\[lines (\d+)-(\d+) of 950; continue with offset (\d+)\]$/.exec(page)
    pages.push(page.slice(0, next?.index))
    if (next === null) break
    t.equal(Number(next[1]), offset)
    offset = Number(next[3])
  }
  t.equal(pages.join('\n'), lines.join('\n'), 'the pages together are the file')
  t.equal(
    await call('read_file', { path: 'log.md', offset: 3, limit: 2 }),
    'line 3\nline 4\n[lines 3-4 of 950; continue with offset 5]',
  )
  t.equal(await call('read_file', { path: 'log.md', offset: 950, limit: 5 }), 'line 950')
  t.match(await call('read_file', { path: 'log.md', offset: 0, limit: 1 }), /^line 1\n/, '0 means the first')
  t.equal(
    await call('read_file', { path: 'log.md', offset: 951 }),
    'bad_call: log.md has 950 lines: offset 951 is past its end.',
  )
})

void t.test('read_file shows the beginning of a line that is longer than a page', async (t) => {
  const { call } = await toolsOn(t.testdir({ 'a.json': `short\n${'x'.repeat(9_000)}\nend` }))
  const page = await call('read_file', { path: 'a.json', offset: 2 })
  t.match(page, /^x{3600}\n\[line 2 of 3: 3600 of its 9000 characters; continue with offset 3\]$/)
})

void t.test('write_file, append_file and edit_file change the file and say so', async (t) => {
  const root = t.testdir({})
  const { call } = await toolsOn(root)
  t.equal(await call('write_file', { path: 'notes/a.md', content: 'lamp: off' }), 'Wrote notes/a.md.')
  t.equal(await call('append_file', { path: 'notes/a.md', content: 'fan: on\n' }), 'Appended to notes/a.md.')
  const edit = { path: 'notes/a.md', old_text: 'lamp: off', new_text: 'lamp: $& $1' }
  t.equal(await call('edit_file', edit), 'Edited notes/a.md.')
  t.equal(fs.readFileSync(join(root, 'notes/a.md'), 'utf8'), 'lamp: $& $1\nfan: on\n')
  t.equal(
    await call('edit_file', { ...edit, path: 'none.md' }),
    'file: none.md does not exist; list_dir shows what does.',
  )
  t.same(fs.readdirSync(root), ['notes'], 'and an edit never makes a file')
})

void t.test('list_dir shows folders with a slash, sizes, links, and its cap', async (t) => {
  const many = Object.fromEntries(Array.from({ length: 260 }, (_, index) => [`f${String(index).padStart(3, '0')}`, '']))
  const root = t.testdir({ notes: {}, 'a.md': 'x'.repeat(2_048), link: t.fixture('symlink', 'a.md'), many, none: {} })
  const { call } = await toolsOn(root)
  const top = 'a.md 2.0 KB\nlink (link, not followed)\nmany/\nnone/\nnotes/'
  t.equal(await call('list_dir', {}), top)
  t.equal(await call('list_dir', { path: '' }), top)
  t.equal(await call('list_dir', { path: 'none' }), '(none is empty)')
  t.equal(await call('list_dir', { path: 'gone' }), 'file: gone does not exist; list_dir shows what does.')
  t.match(
    await call('list_dir', { path: 'many' }),
    /^f000 0 B\n[^]*f199 0 B\n\[the first 200 are listed, at least 60 more are there\]$/,
  )
})

void t.test('a name with a line break cannot forge a line of a listing', async (t) => {
  const root = t.testdir({})
  fs.writeFileSync(join(root, 'a\nfake/'.replace('/', '')), '')
  const { call } = await toolsOn(root)
  t.equal(await call('list_dir', {}), 'a\\u{a}fake 0 B')
})

void t.test('a sparse file, a huge one and one that is no text are named, never read into the reply', async (t) => {
  const root = t.testdir({
    'photo.png': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0]),
    'cut.md': Buffer.from([0x61, 0xe2, 0x82]),
  })
  fs.writeFileSync(join(root, 'sparse.img'), '')
  fs.truncateSync(join(root, 'sparse.img'), 8 * 1024 ** 3)
  const { call } = await toolsOn(root)
  const edit = { old_text: 'a', new_text: 'b' }
  for (const [path, said] of [
    ['sparse.img', 'file: sparse.img is 8192.0 MB: 1.0 MB is the most that is read.'],
    ['photo.png', 'file: photo.png is not text (5 B of binary or non-UTF-8 data).'],
    ['cut.md', 'file: cut.md is not text (3 B of binary or non-UTF-8 data).'],
  ] as const) {
    t.equal(await call('read_file', { path }), said)
    t.equal(await call('edit_file', { path, ...edit }), said)
    t.equal(await call('append_file', { path, content: 'x' }), said)
  }
  t.equal(
    await call('search_files', { pattern: 'a' }),
    '["a" does not stand in 0 text files; 3 files skipped: not text, too large or not to be opened]',
  )
  t.match(
    await call('write_file', { path: 'big.md', content: 'x'.repeat(limits.fileBytesMax + 1) }),
    /^file: big.md would/,
  )
  t.same(fs.readdirSync(root).toSorted(), ['cut.md', 'photo.png', 'sparse.img'])
})
