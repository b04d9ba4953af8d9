import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join } from 'node:path'

/** Puts what the guest runs of the checkout into the layer, without its types. Lines and columns stay what they are. */
export async function stripSources(root: string, layer: string): Promise<void> {
  for (const folder of ['src', 'test']) {
    await rm(join(layer, folder), { recursive: true, force: true })
    const files = await readdir(join(root, folder), { recursive: true })
    for (const file of files.filter((name) => name.endsWith('.ts'))) {
      const target = join(layer, folder, file)
      await mkdir(dirname(target), { recursive: true })
      await writeFile(target, stripTypeScriptTypes(await readFile(join(root, folder, file), 'utf8')))
    }
  }
}
