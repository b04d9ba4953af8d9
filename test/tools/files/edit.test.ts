import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { toolsOn } from '../../support/file-tools.ts'

void t.test('edit_file that does not fit says how often and where the text stands, or what is nearest', async (t) => {
  const content = 'lamp on GPIO17\nfan on GPIO27\n\nlamp on GPIO17\n'
  const root = t.testdir({ 'a.md': content, 'mixed.md': 'one\r\ntwo\n', 'aaa.md': 'aaa' })
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
  t.match(await edit('mixed.md', 'one\ntwo'), /some of the file's lines end with \\r\\n/)
  t.match(await edit('a.md', ''), /^bad_call: old_text is empty/)
  t.match(await edit('a.md', 'fan', 'fan'), /^bad_call: .*nothing to change/)
  t.equal(fs.readFileSync(join(root, 'a.md'), 'utf8'), content, 'the file is as it was')
})

void t.test(
  'a file of \\r\\n lines keeps them, though models write \\n, and any other file stays as it is',
  async (t) => {
    const root = t.testdir({
      'dos.md': 'one\r\ntwo\r\nthree',
      'mixed.md': 'one\r\ntwo\nthree\n',
      'unix.md': 'one\ntwo',
    })
    const { call } = await toolsOn(root)
    const bytes = (path: string): string => fs.readFileSync(join(root, path), 'utf8')
    await call('edit_file', { path: 'dos.md', old_text: 'one\ntwo', new_text: 'one\ntwo\nand a half' })
    t.equal(bytes('dos.md'), 'one\r\ntwo\r\nand a half\r\nthree')
    await call('edit_file', { path: 'dos.md', old_text: 'two\r\nand', new_text: 'two\r\nor' })
    t.equal(bytes('dos.md'), 'one\r\ntwo\r\nor a half\r\nthree', 'also when \\r\\n is sent')
    await call('append_file', { path: 'dos.md', content: 'four\nfive\n' })
    t.equal(bytes('dos.md'), 'one\r\ntwo\r\nor a half\r\nthree\r\nfour\r\nfive\r\n')
    await call('edit_file', { path: 'mixed.md', old_text: 'two\nthree', new_text: '2\n3' })
    t.equal(bytes('mixed.md'), 'one\r\n2\n3\n')
    await call('append_file', { path: 'unix.md', content: 'three\r\n' })
    t.equal(bytes('unix.md'), 'one\ntwo\nthree\r\n')
  },
)

void t.test('an edit keeps the mode, the missing newline at the end, and every byte around it', async (t) => {
  const root = t.testdir({ 'run.sh': '\uFEFF#!/bin/sh\n\techo  Grüße 📓 \nexit 0' })
  fs.chmodSync(join(root, 'run.sh'), 0o750)
  const { call } = await toolsOn(root)
  await call('edit_file', { path: 'run.sh', old_text: 'exit 0', new_text: 'exit 1' })
  t.equal(fs.readFileSync(join(root, 'run.sh'), 'utf8'), '\uFEFF#!/bin/sh\n\techo  Grüße 📓 \nexit 1')
  t.equal(fs.statSync(join(root, 'run.sh')).mode & 0o777, 0o750)
})
