import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Metafile } from 'esbuild'

/** The text of LICENSES.txt: our own licence, that of each package of which a file is bundled, and the runtime's. */
export function licencesText(root: string, metafiles: readonly Metafile[], runtimeLicence: string): string {
  const packages = new Set(metafiles.flatMap((metafile) => Object.keys(metafile.inputs).flatMap(packageFolder)))
  const sections = [...packages].sort().map((folder) => {
    const { name, version } = nameAndVersion(join(root, folder, 'package.json'))
    return section(`${name} ${version}`, licenceOf(join(root, folder)))
  })
  return [
    section('Pincer', readFileSync(join(root, 'LICENSE'), 'utf8')),
    ...sections,
    section(`Node.js ${process.version}`, runtimeLicence),
  ].join('\n')
}

/** `node_modules/yaml/dist/x.js` is of `node_modules/yaml`; our own files are of no package. */
function packageFolder(input: string): readonly string[] {
  const found = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)
  return found === null ? [] : [found[0]]
}

function nameAndVersion(path: string): { readonly name: string; readonly version: string } {
  const content: unknown = JSON.parse(readFileSync(path, 'utf8'))
  const has = typeof content === 'object' && content !== null && 'name' in content && 'version' in content
  return has
    ? { name: String(content.name), version: String(content.version) }
    : { name: basename(dirname(path)), version: '' }
}

function licenceOf(folder: string): string {
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)/i.test(name))
  // Shipping somebody's work without its licence must stop the build, not pass in silence.
  if (file === undefined || !existsSync(join(folder, file)))
    throw new Error(`${folder} is bundled but holds no licence.`)
  return readFileSync(join(folder, file), 'utf8')
}

function section(title: string, text: string): string {
  return `${'='.repeat(100)}\n${title}\n${'='.repeat(100)}\n\n${text.trim()}\n`
}
