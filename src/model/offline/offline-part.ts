export { thingsToTry } from './grammar.ts'
export { createOfflineModel } from './offline-model.ts'
export { Orders } from './orders.ts'
