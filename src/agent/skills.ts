import { limits } from '../limits.ts'

/** One line of the prompt for a skill; the model reads the body with read_file when it needs it. */
export interface Skill {
  readonly name: string
  readonly description: string
}

/**
 * The skills of a workspace: `skills/NAME/SKILL.md` with a front matter that has `name` and `description`.
 * A skill without them is listed by its folder, so that a person sees that it was found and what it lacks.
 */
export async function listSkills(workspace: {
  readonly listFolders: (path: string) => Promise<readonly string[]>
  readonly readFile: (path: string) => Promise<string | undefined>
}): Promise<readonly Skill[]> {
  const skills: Skill[] = []
  for (const folder of (await workspace.listFolders('skills')).toSorted()) {
    const text = await workspace.readFile(`skills/${folder}/SKILL.md`)
    if (text !== undefined) skills.push(parseSkill(folder, text))
  }
  return skills
}

function parseSkill(folder: string, text: string): Skill {
  const head = /^---\r?\n([\s\S]*?)\r?\n---/.exec(text)?.[1] ?? ''
  const description = field(head, 'description') ?? '(its SKILL.md has no description)'
  // The folder is the name: what the model reads is skills/FOLDER/SKILL.md, whatever the front matter says.
  return { name: folder, description: description.slice(0, limits.promptSkillCharsMax) }
}

function field(head: string, name: string): string | undefined {
  const [, value, below] = new RegExp(`^${name}:[ \\t]*(.+)((?:\\r?\\n[ \\t]+.*)*)`, 'm').exec(head) ?? []
  if (value === undefined) return undefined
  // Long descriptions are usually written folded, below a > or |.
  const text = /^[>|][+-]?\s*$/.test(value) ? (below ?? '') : value + (below ?? '')
  return text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2')
}
