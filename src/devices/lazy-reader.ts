import type { DeviceListener } from './device.ts'
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
    ...(holds
      ? {
          open: async () => (await reader()).open?.(),
          watch(listener: DeviceListener) {
            let leave: (() => void) | undefined
            let left = false
            const join = (made: Reader): void => {
              if (!left) leave = made.watch?.(listener)
            }
            // Where it cannot be loaded, each reading of it says so.
            reader().then(join, () => undefined)
            return () => {
              left = true
              leave?.()
            }
          },
        }
      : {}),
    close: async () => loaded?.close?.(),
  }
}
