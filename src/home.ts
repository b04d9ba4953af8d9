import { existsSync } from 'node:fs'
import { chmod, mkdir, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { listAssets, readAsset } from './assets.ts'
import { PincerError, sentenceOf } from './errors.ts'
import { syncFolder } from './files.ts'

/** The folders of a home. `state` is ours and never readable by tools; `workspace` is the model's. */
export interface Home {
  readonly path: string
  readonly state: string
  readonly workspace: string
  /** True when this start made the workspace. */
  readonly fresh: boolean
}

/**
 * Makes what is missing of a home and never touches what is there: a workspace that exists is left as it is, also
 * when a file of the built-in one is not in it any more. PincerError `home` when the folder cannot be used.
 */
export async function openHome(path: string): Promise<Home> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 })
    const real = await realpath(path)
    const home = { path: real, state: join(real, 'state'), workspace: join(real, 'workspace') }
    await mkdir(home.state, { recursive: true, mode: 0o700 })
    // A state folder that others may read would show what people wrote.
    await chmod(home.state, 0o700)
    const fresh = !existsSync(home.workspace)
    if (fresh) await seedWorkspace(home.workspace)
    return { ...home, fresh }
  } catch (error) {
    throw new PincerError(
      'home',
      `The home folder ${path} cannot be used (${sentenceOf(error)}): choose another with --home DIR or PINCER_HOME.`,
      { cause: error },
    )
  }
}

/** Copies the built-in workspace beside its place and renames it, so that a power cut leaves none or a whole one. */
async function seedWorkspace(path: string): Promise<void> {
  const draft = `${path}.new`
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { mode: 0o700 })
  for (const asset of listAssets('workspace/')) {
    const target = join(draft, asset.slice('workspace/'.length))
    await mkdir(dirname(target), { recursive: true, mode: 0o700 })
    await writeFile(target, readAsset(asset), { mode: 0o600 })
  }
  await rename(draft, path)
  await syncFolder(dirname(path))
}
