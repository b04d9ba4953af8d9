import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The value of a name in the environment, `.env` or a systemd credential; an empty value counts as none. */
export type Lookup = (name: string) => string | undefined

export type Variables = Readonly<Record<string, string | undefined>>

export const variableForm = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * The environment goes before `.env`, so that one start can differ; credentials are files named as the variable.
 * A name must have the `variableForm`.
 */
export function createLookup(environment: Variables, dotEnv: Variables): Lookup {
  const credentials = environment['CREDENTIALS_DIRECTORY']
  return (name) => {
    const value = own(environment, name) || own(dotEnv, name) || readCredential(credentials, name)
    return value === '' ? undefined : value
  }
}

/** Values that are secret by the name of their variable, for redaction. */
export function secretsByName(...sources: readonly Variables[]): readonly string[] {
  return sources.flatMap((variables) =>
    Object.entries(variables).flatMap(([name, value]) =>
      /(^|_)(KEY|TOKEN|SECRET|PASSWORD|PASS)$/i.test(name) && value !== undefined && value !== '' ? [value] : [],
    ),
  )
}

function own(variables: Variables, name: string): string | undefined {
  return Object.hasOwn(variables, name) ? variables[name] : undefined
}

function readCredential(folder: string | undefined, name: string): string | undefined {
  if (folder === undefined || folder === '') return undefined
  try {
    return readFileSync(join(folder, name), 'utf8').replace(/\r?\n$/, '')
  } catch {
    // systemd offers credentials that this name is not among: it is then simply not set.
    return undefined
  }
}
