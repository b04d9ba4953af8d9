/** Runs tasks one after the other, in the order they came; a task that fails does not stop the next. */
export type Serial = <Result>(task: () => Promise<Result>) => Promise<Result>

export function createSerial(): Serial {
  let last: Promise<unknown> = Promise.resolve()
  return (task) => {
    const next = last.then(task)
    last = next.catch(() => undefined)
    return next
  }
}
