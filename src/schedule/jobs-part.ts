export { createJobDesk } from './job-desk.ts'
export { orderJobs } from './job-orders.ts'
export { createPerformer } from './job-performer.ts'
export { jobsLine } from './job-text.ts'
