/** The bounds of jobs and triggers, for `limits`, which has every bound in the program. */
export const scheduleLimits = {
  jobsPerChatMax: 25,
  jobsMax: 100,
  /** Between two runs of one job; with a model it costs tokens. */
  jobIntervalMinMs: 10_000,
  jobAskIntervalMinMs: 60_000,
  /** Runs at the same time; others wait in order. One place is kept for what needs no model. */
  jobRunsMax: 3,
  jobAskRunsMax: 2,
  jobRunTimeoutMs: 5 * 60_000,
  /** So many failures in a row pause a job. */
  jobFailuresMax: 5,
  jobResultsMax: 10,
  /** A slot that is no later than this is on time: timers, a restart and a clock that is put right take as long. */
  jobOnTimeMs: 2 * 60_000,
  /** How late a slot that was missed may still be caught up: of what speaks, and of what acts. */
  jobGraceMs: 12 * 60 * 60_000,
  jobActGraceMs: 60 * 60_000,
  /** After a start the first one waits so long, and each further one as long again. */
  jobCatchUpGapMs: 5_000,
  /** While anything depends on the calendar, the clock is looked at so often: a jump is seen no later. */
  jobClockCheckMs: 60_000,
  /** A wall clock that is off by more than this from what passed has jumped. */
  jobClockJumpMs: 5_000,
  /** Where no clock tells how long a board was off, the time that passed is written down so often. */
  jobElapsedSaveMs: 10 * 60_000,
  /** Stretches of the calendar in which a job is known to have run, so that a clock that jumps back repeats nothing. */
  jobCoveredRangesMax: 16,
  /** Places of the wall clock at which a job had missed slots, so that one that swings writes nothing again and again. */
  jobPassedMarksMax: 4,
  /** How long a single run on the calendar that was missed is kept: a wrong clock may be put back by then. */
  jobMissedKeptMs: 24 * 60 * 60_000,
  /** After damage the runs of so long count as known, though their records may be gone. */
  jobDamageCoverMs: 7 * 24 * 60 * 60_000,
  /** Slots that are looked at to find the latest one that was missed. */
  jobMissedSlotsMax: 400,
  /** The store is rewritten without what is over when it has grown to this. */
  jobsCompactBytes: 128 * 1024,
  /** Rules over sensors read each of them so often, together: rooms and soil are slower, and a board sleeps between. */
  ruleSampleMs: 10_000,
  /** One that is not back by then has failed. */
  ruleSampleTimeoutMs: 20_000,
  /** So many failed samples in a row: nobody knows any more whether the rules that rest on them are true. */
  ruleSamplesFailedMax: 3,
  /** Less would be noise: the shortest time without a good reading that a rule may wait for. */
  ruleStaleMinMs: 30_000,
  /** Between two firings of one rule, of one that asks the model jobAskIntervalMinMs; and how many of them an hour. */
  ruleGapMs: 1_000,
  ruleFiresPerHourMax: 60,
  /** A rule that is still true and whose run failed fires again after this, twice as long each further time. */
  ruleRetryMs: 2 * 60_000,
  /** Two rules that turn each other's output round so often within the window fight. */
  ruleFightTurnsMax: 6,
  ruleFightWindowMs: 10 * 60_000,
  /** After a start the heart beats no sooner; while somebody is being answered it waits so long. */
  heartbeatFirstMs: 60_000,
  heartbeatBusyMs: 60_000,
  /** Its own, within what the configuration allows in all. */
  heartbeatTokensPerDayMax: 100_000,
  /** Which rules were true is written at most so often. */
  ruleMemorySaveMs: 60_000,
  jobNameCharsMax: 40,
  /** Of the text of a `say` or the task of an `ask`. */
  jobTextCharsMax: 2_000,
  /** Of one run of an `ask`. */
  jobAskTokensMax: 40_000,
  /** Calls of one `do`. */
  jobCallsMax: 8,
} as const
