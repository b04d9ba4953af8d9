import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { PromptCache } from '../../src/agent/prompt-cache.ts'
import { listSkills } from '../../src/agent/skills.ts'
import { openWorkspace } from '../../src/guard/workspace.ts'

const skill = '---\nname: water\ndescription: Water the tomatoes\n---\nHow.\n'

async function rig(root: string): Promise<{ cache: PromptCache; reads: () => number }> {
  const workspace = await openWorkspace({ root })
  let reads = 0
  const readFile = (path: string): Promise<string | undefined> => {
    reads++
    return workspace.readText(path)
  }
  const listFolders = async (path: string): Promise<readonly string[]> =>
    ((await workspace.list(path, 100))?.entries ?? []).map((entry) => entry.name)
  const sources = {
    readFile,
    skills: () => listSkills({ readFile, listFolders }),
    devices: () => [],
    board: 'simulated Raspberry Pi',
    simulated: true,
  }
  return {
    cache: new PromptCache(sources, { fingerprint: (paths) => workspace.fingerprint(paths), listFolders }),
    reads: () => reads,
  }
}

void t.test('the prompt is read once and answered from memory while nothing changes', async (t) => {
  const root = t.testdir({ 'AGENTS.md': 'Be careful.', skills: { water: { 'SKILL.md': skill } } })
  const { cache, reads } = await rig(root)
  const first = await cache.get('owner')
  t.match(first, /Be careful\./)
  t.match(first, /water: Water the tomatoes/)
  const readOnce = reads()
  t.equal(await cache.get('owner'), first)
  t.equal(reads(), readOnce)
})

void t.test('every change of a prompt file or a skill is seen by the next turn', async (t) => {
  const root = t.testdir({ 'AGENTS.md': 'Be careful.' })
  const { cache } = await rig(root)
  await cache.get('owner')
  writeFileSync(join(root, 'AGENTS.md'), 'Be bold, and quick.')
  t.match(await cache.get('owner'), /Be bold/)
  writeFileSync(join(root, 'USER.md'), 'I am Ada.')
  t.match(await cache.get('owner'), /I am Ada/)
  mkdirSync(join(root, 'skills'))
  t.notMatch(await cache.get('owner'), /water/)
  mkdirSync(join(root, 'skills/water'))
  t.notMatch(await cache.get('owner'), /water/)
  writeFileSync(join(root, 'skills/water/SKILL.md'), skill)
  t.match(await cache.get('owner'), /water: Water the tomatoes/)
  writeFileSync(join(root, 'skills/water/SKILL.md'), skill.replace('tomatoes', 'cucumbers'))
  t.match(await cache.get('owner'), /cucumbers/)
  rmSync(join(root, 'skills'), { recursive: true })
  t.notMatch(await cache.get('owner'), /water/)
})

void t.test('a guest never gets the prompt that was made for an owner', async (t) => {
  const root = t.testdir({ 'USER.md': 'I am Ada.', 'MEMORY.md': 'The key is under the mat.' })
  const { cache } = await rig(root)
  t.match(await cache.get('owner'), /Ada[\s\S]*mat/)
  t.notMatch(await cache.get('guest'), /Ada|mat/)
})
