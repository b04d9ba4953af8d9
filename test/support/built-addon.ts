import { nativeFile } from '../../src/native-files.ts'

/** Where `npm run native` leaves our addon; `undefined` where it was not compiled. */
export const addonPath = findAddon()

/** For tests that need it: why they are left out, in one line, where it was not compiled. */
export const withoutAddon: string | false =
  addonPath === undefined && 'left out: the addon is not compiled here (`npm run native`)'

function findAddon(): string | undefined {
  try {
    return nativeFile('pincer', '/nowhere')
  } catch {
    return undefined
  }
}
