import fs from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { chipAddresses } from '../../src/config/chip-addresses.ts'
import { limits } from '../../src/limits.ts'
import { createFileTools } from '../../src/tools/files.ts'
import { openOwnFilesAnew } from '../support/own-files.ts'
import { toolContext } from '../support/tool-context.ts'

const shipped = fileURLToPath(new URL('../../workspace', import.meta.url))
const skills = fs.readdirSync(join(shipped, 'skills'))

void t.test('the files that are sent with every request are at most 1 KB together', async (t) => {
  const names = ['AGENTS.md', 'SOUL.md', 'USER.md', 'MEMORY.md']
  const sizes = names.map((name) => fs.statSync(join(shipped, name)).size)
  t.ok(
    sizes.reduce((sum, size) => sum + size, 0) <= 1_024,
    sizes.map((size, index) => `${names[index]} ${size}`).join(', '),
  )
})

void t.test('each skill says its name and use, and is read in one page', async (t) => {
  const root = join(t.testdir({}), 'workspace')
  fs.cpSync(shipped, root, { recursive: true })
  const { workspace, origins } = await openOwnFilesAnew(root)
  const readFile = createFileTools(workspace, origins).find((tool) => tool.name === 'read_file')
  if (readFile === undefined) throw new Error('no read_file')
  t.ok(skills.length >= 2)
  for (const name of skills) {
    const path = `skills/${name}/SKILL.md`
    const text = fs.readFileSync(join(shipped, path), 'utf8')
    t.match(text, new RegExp(`^---\nname: ${name}\ndescription: .{20,${limits.promptSkillCharsMax}}\n---\n`))
    t.ok(text.trimEnd().split('\n').length <= 60, `${name} has at most 60 lines`)
    const read = await readFile.run({ path }, toolContext())
    t.equal(read, text.trimEnd(), `${name} is read whole`)
  }
})

void t.test('the skill that finds sensors knows every chip that Pincer drives on I2C, at its address', (t) => {
  const text = fs.readFileSync(join(shipped, 'skills/find-a-sensor/SKILL.md'), 'utf8')
  for (const [kind, [usual]] of Object.entries(chipAddresses)) {
    t.match(text, `\`${kind}\``)
    t.match(text, new RegExp(`0x${usual.toString(16)}\\b.*: .*\\b${kind}\\b`, 'i'))
  }
  t.end()
})
