import t from 'tap'
import { listSkills, type Skill } from '../../src/agent/skills.ts'
import { limits } from '../../src/limits.ts'

/** Skills from the texts of their SKILL.md; `undefined` for a folder without one. */
function list(texts: Readonly<Record<string, string | undefined>>): Promise<readonly Skill[]> {
  return listSkills({
    listFolders: () => Promise.resolve(Object.keys(texts)),
    readFile: (path) => Promise.resolve(texts[path.replace(/^skills\/(.*)\/SKILL\.md$/, '$1')]),
  })
}

async function descriptionOf(text: string): Promise<string | undefined> {
  return (await list({ skill: text }))[0]?.description
}

void t.test('a skill is its folder and the description of its front matter, in the order of the names', async (t) => {
  t.same(
    await list({
      watering: '---\nname: other-name\ndescription: Water the plants.\n---\n# Watering\n',
      alarm: '---\ndescription: "Ring: loudly"\n---\n',
      empty: undefined,
    }),
    [
      { name: 'alarm', description: 'Ring: loudly' },
      { name: 'watering', description: 'Water the plants.' },
    ],
  )
  t.same(await list({}), [])
})

void t.test('a description may be quoted, folded over lines, or written with Windows line ends', async (t) => {
  t.equal(await descriptionOf("---\ndescription: 'one'\n---"), 'one')
  t.equal(await descriptionOf('---\r\nname: x\r\ndescription: two words\r\n---\r\n'), 'two words')
  t.equal(await descriptionOf('---\ndescription: >\n  three\n  words here\nname: x\n---\n'), 'three words here')
  t.equal(await descriptionOf('---\ndescription: |-\n  four\n---\n'), 'four')
  t.equal(await descriptionOf('---\ndescription: five\n  and more\n---\n'), 'five and more')
})

void t.test('a skill that says nothing of itself is listed, so that a person sees what it lacks', async (t) => {
  for (const text of [
    '',
    'no front matter',
    '---\nname: x\n---\n',
    '---\ndescription:\n---\n',
    '---\ndescription: x',
  ]) {
    t.match(await descriptionOf(text), /has no description/, JSON.stringify(text))
  }
})

void t.test('a description is cut to one short line, and only the front matter counts', async (t) => {
  t.equal((await descriptionOf(`---\ndescription: ${'x'.repeat(5_000)}\n---\n`))?.length, limits.promptSkillCharsMax)
  t.match(await descriptionOf('---\nname: x\n---\ndescription: from the body'), /has no description/)
})
