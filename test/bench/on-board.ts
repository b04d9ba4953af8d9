import { type Board, bootBoard } from '../board/board.ts'

/** A virtual board for as long as `work` takes. */
export async function onBoard<Value>(work: (board: Board) => Promise<Value>): Promise<Value> {
  const endings: (() => Promise<void>)[] = []
  const broken = Promise.withResolvers<never>()
  const holder = {
    teardown: (end: () => Promise<void>) => endings.push(end),
    fail: (message: string) => broken.reject(new Error(message)),
  }
  try {
    return await Promise.race([broken.promise, bootBoard(holder).then(work)])
  } finally {
    for (const end of endings) await end()
  }
}
