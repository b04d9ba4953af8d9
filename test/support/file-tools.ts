import * as v from 'valibot'
import { isPincerError } from '../../src/errors.ts'
import { createFileTools } from '../../src/tools/files.ts'
import type { Tool } from '../../src/tools/tool.ts'
import { cameOut } from './canary-watch.ts'
import { openOwnFilesAnew } from './own-files.ts'
import { toolContext } from './tool-context.ts'

export type Call = (name: string, args: Record<string, unknown>, signal?: AbortSignal) => Promise<string>

/** The file tools on a workspace. `call` goes by the schema first, as the registry does; failures come back as `code: sentence`. */
export async function toolsOn(
  root: string,
): Promise<{ tools: readonly Tool[]; call: Call; toolNamed: (name: string) => Tool }> {
  const { workspace, origins } = await openOwnFilesAnew(root)
  const tools = createFileTools(workspace, origins)
  const toolNamed = (name: string): Tool => {
    const tool = tools.find((each) => each.name === name)
    if (tool === undefined) throw new Error(`no tool ${name}`)
    return tool
  }
  const call: Call = async (name, args, signal = new AbortController().signal) => {
    const tool = toolNamed(name)
    try {
      return cameOut(name, await tool.run(v.parse(tool.arguments, args), toolContext({ signal })))
    } catch (error) {
      if (isPincerError(error)) return cameOut(name, `${error.code}: ${error.message}`)
      throw error
    }
  }
  return { tools, call, toolNamed }
}
