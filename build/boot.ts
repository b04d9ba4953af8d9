import { loadBundle } from './bundle-loader.ts'

loadBundle('pincer')
