import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { join } from 'node:path'
import { getRawAsset } from 'node:sea'
import { PincerError, sentenceOf } from './errors.ts'
import { builtAs } from './runtime.ts'

/** The compiled addons: our own, and those that i2c-bus and spi-device bring. */
export type NativeName = 'pincer' | 'i2c' | 'spi'

/**
 * The file that a compiled addon can be loaded from. Only the executable, whose addons are inside it, needs the private
 * folder `unpackInto`: the loader of the system takes files alone. Not compiled, or not to be unpacked: PincerError
 * `hardware`.
 */
export function nativeFile(name: NativeName, unpackInto: string): string {
  switch (builtAs()) {
    case 'executable':
      return unpack(name, assetOf(name), unpackInto)
    case 'bundle':
      return mustExist(join(import.meta.dirname, 'native', `${name}.node`))
    case 'source':
      return mustExist(join(import.meta.dirname, '../dist/native', `${name}.node`))
  }
}

/**
 * Writes the addon where only we can, under a name that tells its bytes, and answers the path. One that is there already
 * is taken if it has exactly these bytes; those of other versions go.
 */
export function unpack(name: string, bytes: Uint8Array, folder: string): string {
  const file = `${name}-${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}.node`
  const path = join(folder, file)
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
    fs.chmodSync(folder, 0o700)
    if (!holds(path, bytes)) {
      const temporary = `${path}.new`
      fs.rmSync(temporary, { force: true })
      fs.writeFileSync(temporary, bytes, { mode: 0o500, flag: 'wx', flush: true })
      fs.renameSync(temporary, path)
    }
    for (const other of fs.readdirSync(folder))
      if (other.startsWith(`${name}-`) && other !== file) fs.rmSync(join(folder, other), { force: true })
    return path
  } catch (cause) {
    throw new PincerError(
      'hardware',
      `Real pins need ${path}, which cannot be written (${sentenceOf(cause)}): give this user the folder, and space.`,
      { cause },
    )
  }
}

function holds(path: string, bytes: Uint8Array): boolean {
  try {
    return fs.lstatSync(path).isFile() && fs.readFileSync(path).equals(bytes)
  } catch {
    return false
  }
}

function assetOf(name: NativeName): Uint8Array {
  try {
    return new Uint8Array(getRawAsset(`native/${name}.node`))
  } catch (cause) {
    throw new PincerError(
      'hardware',
      `This executable was packaged without what real pins need (${name}.node): take one of a release, or run \`npm run native && npm run package\`.`,
      { cause },
    )
  }
}

function mustExist(path: string): string {
  if (fs.existsSync(path)) return path
  throw new PincerError('hardware', `Real pins need ${path}, which is not compiled: run \`npm run native\` once.`)
}
