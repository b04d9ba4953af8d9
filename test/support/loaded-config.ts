import { boardsForConfig } from '../../src/boards.ts'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load.ts'
import { loadPart } from '../../src/parts.ts'

/** The configuration of the home `path` as the program reads it, with nothing in the environment. Refused: Error. */
export async function loadedConfig(path: string): Promise<Config> {
  const loaded = await loadConfig({
    home: path,
    environment: {},
    readYaml: async (text) => (await loadPart('yaml')).readYaml(text),
    ...boardsForConfig('/'),
  })
  if (loaded.status !== 'ok') throw new Error(`This configuration is refused: ${JSON.stringify(loaded)}`)
  return loaded.config
}
