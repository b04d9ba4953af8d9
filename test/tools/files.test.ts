import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import * as v from 'valibot'
import { isPincerError } from '../../src/errors.ts'
import { openWorkspace } from '../../src/guard/workspace.ts'
import { limits } from '../../src/limits.ts'
import { createFileTools } from '../../src/tools/files.ts'
import { toolSpec } from '../../src/tools/json-schema.ts'
import type { Tool, ToolContext } from '../../src/tools/tool.ts'

type Call = (name: string, args: Record<string, unknown>, signal?: AbortSignal) => Promise<string>

/** Calls a tool as the registry does: by its schema first. Failures come back as `code: sentence`. */
async function toolsOn(
  root: string,
): Promise<{ tools: readonly Tool[]; call: Call; toolNamed: (name: string) => Tool }> {
  const tools = createFileTools(await openWorkspace({ root }))
  const toolNamed = (name: string): Tool => {
    const tool = tools.find((each) => each.name === name)
    if (tool === undefined) throw new Error(`no tool ${name}`)
    return tool
  }
  const call: Call = async (name, args, signal = new AbortController().signal) => {
    const tool = toolNamed(name)
    const context: ToolContext = {
      channel: 'terminal',
      chat: 'here',
      person: { id: '1', name: 'Ada', role: 'owner' },
      signal,
      approved: undefined,
    }
    try {
      return await tool.run(v.parse(tool.arguments, args), context)
    } catch (error) {
      if (isPincerError(error)) return `${error.code}: ${error.message}`
      throw error
    }
  }
  return { tools, call, toolNamed }
}

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

void t.test('all six cost at most 1,250 bytes of every request', async (t) => {
  const { tools } = await toolsOn(t.testdir({}))
  const wire = tools.map((tool) => ({ type: 'function', function: toolSpec(tool) }))
  t.ok(Buffer.byteLength(JSON.stringify(wire)) <= 1_250, JSON.stringify(wire).length.toString())
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

void t.test('edit_file that does not fit says how often and where the text stands, or what is nearest', async (t) => {
  const content = 'lamp on GPIO17\nfan on GPIO27\n\nlamp on GPIO17\n'
  const root = t.testdir({ 'a.md': content, 'dos.md': 'one\r\ntwo\r\n', 'aaa.md': 'aaa' })
  const { call } = await toolsOn(root)
  const edit = (path: string, old_text: string, new_text = 'x'): Promise<string> =>
    call('edit_file', { path, old_text, new_text })
  t.equal(
    await edit('a.md', 'lamp on'),
    'bad_call: old_text stands 2 times in a.md (lines 1, 4): add the text around the one you mean.',
  )
  t.equal(
    await edit('a.md', 'Fan on GPIO 27'),
    'bad_call: old_text does not stand in a.md, letter for letter; the nearest is line 2: fan on GPIO27',
  )
  t.match(await edit('a.md', 'zzzz qqqq'), /no line is like it: read the file first/)
  t.match(await edit('aaa.md', 'aa'), /stands 2 times/, 'overlapping ones count')
  t.match(await edit('dos.md', 'one\ntwo'), /lines end with \\r\\n/)
  t.match(await edit('a.md', ''), /^bad_call: old_text is empty/)
  t.match(await edit('a.md', 'fan', 'fan'), /^bad_call: .*nothing to change/)
  t.equal(fs.readFileSync(join(root, 'a.md'), 'utf8'), content, 'the file is as it was')
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
    'a.md:1: The Relay (GPIO17)\na.md:3: relay again\nnotes/b.md:1: a.*b relay\n[3 files skipped: not text, too large or a link]',
  )
  t.equal(await call('search_files', { pattern: 'a.*b', path: 'notes' }), 'notes/b.md:1: a.*b relay')
  t.equal(await call('search_files', { pattern: 'nothing', path: 'a.md' }), 'a.md:2: nothing')
  t.equal(await call('search_files', { pattern: '^r', path: 'notes/' }), '["^r" does not stand in 1 text file]')
  t.equal(await call('search_files', { pattern: 'relay', path: '.hidden' }), '.hidden:1: relay', 'when it is named')
  t.match(await call('search_files', { pattern: '' }), /^bad_call: pattern must be some text of one line/)
  t.match(await call('search_files', { pattern: 'a\nb' }), /^bad_call: /)
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

void t.test('a pattern that would hang a regular expression is plain text here', async (t) => {
  const root = t.testdir({ 'a.md': `${'a'.repeat(100_000)}!` })
  const { call } = await toolsOn(root)
  t.equal(await call('search_files', { pattern: '(a+)+$' }), '["(a+)+$" does not stand in 1 text file]')
})
