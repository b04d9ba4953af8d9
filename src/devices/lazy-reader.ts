import type { Reader } from './reader.ts'

/** A reader whose code is loaded when it is first needed; `holds`: that is from the start on. */
export function createLazyReader(options: {
  readonly quantities: readonly string[]
  readonly holds: boolean
  readonly load: () => Promise<Reader>
}): Reader {
  const { quantities, holds, load } = options
  let loaded: Reader | undefined
  let loading: Promise<Reader> | undefined
  const reader = (): Promise<Reader> => {
    loading ??= load().then((made) => (loaded = made))
    return loading
  }
  return {
    quantities,
    read: async () => (await reader()).read(),
    known: () => loaded?.known() ?? [],
    ...(holds ? { open: async () => (await reader()).open?.() } : {}),
    close: async () => loaded?.close?.(),
  }
}
