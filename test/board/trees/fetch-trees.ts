/** `npm run board:trees` fetches the device trees that board files are compared with, unless they are there: once. */
import { compared } from './compared-trees.ts'
import { fetchDebianTrees } from './debian-trees.ts'

await fetchDebianTrees(compared.flatMap(({ trees }) => trees))
