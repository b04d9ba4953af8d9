/**
 * The compiled halves of i2c-bus and spi-device, by the names they ask for. Run from source they find them in their own
 * folders; in a bundle, where that search finds nothing, they are given these (build/bundles.ts).
 */
export const bindings = new Map<string, () => unknown>()

/** Loads a compiled addon; fails as the system's loader does. */
export function loadBinding(path: string): unknown {
  const module: { exports: unknown } = { exports: {} }
  process.dlopen(module, path)
  return module.exports
}
