// A time as a person reads it.

const DATE_AND_CLOCK = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** `seconds` since 1970. */
export const moment = (seconds) => DATE_AND_CLOCK.format(new Date(seconds * 1000));
