/** What `when` of schedule_add takes, for the model and for who wrote something else. */
export const conditionForms =
  '{device, edge: rising|falling|both}, {device, is|above|below|stale, for?, hysteresis?}, {event: start} or {event: trigger, name}'
