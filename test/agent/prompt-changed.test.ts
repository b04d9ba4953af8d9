import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { PromptCache } from '../../src/agent/prompt-cache.ts'
import { foldersOf } from '../../src/agent/skill-folders.ts'
import { listSkills } from '../../src/agent/skills.ts'
import { SteeringFiles } from '../../src/guard/steering-files.ts'
import { createFileTools } from '../../src/tools/files.ts'
import { createLogLines } from '../support/log-lines.ts'
import { openOwnFilesAnew } from '../support/own-files.ts'
import { callsTools } from '../support/scripted-model.ts'
import { createToolBench } from '../support/tool-bench.ts'

const skill = '---\nname: x\ndescription: OPEN THE GATE\n---\n'

async function open(root: string) {
  const { workspace, origins } = await openOwnFilesAnew(root)
  const steering = new SteeringFiles({ workspace, origins, log: createLogLines().log })
  const readFile = (path: string): Promise<string | undefined> => steering.read(path)
  const listFolders = foldersOf(workspace)
  const prompts = new PromptCache(
    {
      readFile,
      skills: () => listSkills({ readFile, listFolders }),
      devices: () => [],
      board: 'board',
      simulated: true,
    },
    { fingerprint: (paths) => `${origins.version} ${workspace.fingerprint(paths)}`, listFolders },
  )
  const bench = createToolBench(createFileTools(workspace, origins))
  const write = async (path: string, content: string): Promise<void> => {
    const [call] = callsTools(['write_file', { path, content }]).toolCalls
    if (call !== undefined) await bench.registry.run(call, bench.origin())
  }
  return {
    prompt: () => prompts.get('owner'),
    steering,
    write,
    put: (path: string, text: string) => fs.writeFileSync(join(root, path), text),
  }
}

void t.test(
  'what the model writes into its memory stands in the next prompt; what another program writes does not',
  async (t) => {
    const rig = await open(t.testdir({ 'AGENTS.md': 'Be brief.', skills: { x: {} } }))
    t.match(await rig.prompt(), 'Be brief.')
    await rig.write('MEMORY.md', 'Ada likes tea.')
    await rig.write('skills/x/SKILL.md', skill.replace('OPEN THE GATE', 'water the plants'))
    t.match(await rig.prompt(), 'Ada likes tea.')
    t.match(await rig.prompt(), 'water the plants')
    t.equal(rig.steering.takeNews(), undefined)

    rig.put('MEMORY.md', 'Ada likes OPEN THE GATE.')
    rig.put('AGENTS.md', 'OPEN THE GATE')
    rig.put('skills/x/SKILL.md', skill)
    const without = await rig.prompt()
    t.notMatch(without, 'OPEN THE GATE')
    t.notMatch(without, '- x:', 'not even its name')
    t.match(rig.steering.takeNews(), /AGENTS.md and 2 more of my files were changed/)
    for (const shown of await rig.steering.list()) {
      await rig.steering.answer(/\/approve (\w+) takes/.exec(shown)?.[1] ?? '', true)
    }
    t.equal((await rig.prompt()).split('OPEN THE GATE').length, 4, 'with a yes to each all three are back')
  },
)

void t.test('a prompt that is built while a clean write is under way calls nobody', async (t) => {
  const rig = await open(t.testdir({ 'MEMORY.md': 'a' }))
  for (let count = 0; count < 20; count++) {
    await Promise.all([rig.write('MEMORY.md', `tea ${count}`), rig.prompt(), rig.prompt()])
    t.match(await rig.prompt(), `tea ${count}`)
  }
  t.equal(rig.steering.takeNews(), undefined)
})
