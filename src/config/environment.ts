import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { limits } from '../limits.ts'

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

/** Values that are secret by the name of their variable, and the passwords in addresses such as that of a proxy. */
export function secretsByName(...sources: readonly Variables[]): readonly string[] {
  return sources.flatMap((variables) =>
    Object.entries(variables).flatMap(([name, value = '']) => {
      if (value === '') return []
      return isSecretName(name) ? [value] : passwordsIn(value)
    }),
  )
}

/** `.env` is where secrets are kept, also under names that say nothing: what looks made by a machine counts too. */
export function secretsOfDotEnv(variables: Variables): readonly string[] {
  const others = Object.entries(variables).flatMap(([name, value = '']) =>
    !isSecretName(name) && /^(?=.*\d)(?=.*[A-Za-z])[\w.~+=:-][\w.~+/=:-]{15,}$/.test(value) && !value.includes('://')
      ? [value]
      : [],
  )
  return [...secretsByName(variables), ...others]
}

/** Every credential that systemd hands over is a secret, used or not. */
export function secretsOfCredentials(environment: Variables): readonly string[] {
  const folder = environment['CREDENTIALS_DIRECTORY'] ?? ''
  if (folder === '') return []
  try {
    return readdirSync(folder).flatMap((name) => {
      const isSmall =
        (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? Infinity) <= limits.secretFileBytesMax
      return (isSmall ? readCredential(folder, name) : undefined) ?? []
    })
  } catch {
    // There is none, or not for this user: then none of it can be said either.
    return []
  }
}

export function isSecretName(name: string): boolean {
  return /(^|_)(API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASS|PASSPHRASE|CREDENTIALS?|PAT)(_?\d+)?$/i.test(name)
}

/** Of `scheme://user:password@host`, as it is written and as it is meant. */
function passwordsIn(value: string): readonly string[] {
  const [, password] = /^[a-z][a-z0-9+.-]*:\/\/[^\s/@:]*:([^\s/@]+)@/i.exec(value) ?? []
  return password === undefined ? [] : [password]
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
