// Times for people, in the reader's own zone and language.

const DAY = 86_400_000;

function formatted(when, options) {
  return new Intl.DateTimeFormat(undefined, options).format(when);
}

function ordinal(day) {
  if (day % 100 >= 11 && day % 100 <= 13) return `${day}th`;
  return `${day}${["th", "st", "nd", "rd"][day % 10] ?? "th"}`;
}

function daysAway(when) {
  const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  return Math.round((midnight(when) - midnight(new Date())) / DAY);
}

function pretty(when, plain) {
  const near = { "-1": "yesterday", 0: "today", 1: "tomorrow" }[daysAway(when)];
  return near ?? plain(when);
}

const thisYear = (when) => when.getFullYear() === new Date().getFullYear();
const year = (when) => (thisYear(when) ? "" : `, ${when.getFullYear()}`);
const long = (when) => `${formatted(when, { weekday: "long" })}, ${formatted(when, { month: "long" })} ${ordinal(when.getDate())}${year(when)}`;
const medium = (when) => `${formatted(when, { month: "long" })} ${ordinal(when.getDate())}${year(when)}`;
const short = (when) => formatted(when, { month: "short", day: "numeric", year: "numeric" });
const time = (when) => formatted(when, { timeStyle: "short" });

function ago(when) {
  const seconds = Math.round((when.getTime() - Date.now()) / 1000);
  const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  for (const [unit, size] of [["day", 86_400], ["hour", 3600], ["minute", 60]]) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return relative.format(0, "minute");
}

const TOKENS = {
  date_num: (when) => `${when.getFullYear()}-${String(when.getMonth() + 1).padStart(2, "0")}-${String(when.getDate()).padStart(2, "0")}`,
  date: medium,
  date_short: short,
  date_long: long,
  date_pretty: (when) => pretty(when, medium),
  date_short_pretty: (when) => pretty(when, short),
  date_long_pretty: (when) => pretty(when, long),
  time,
  time_secs: (when) => formatted(when, { timeStyle: "medium" }),
  ago,
};

/** Slack's `<!date^seconds^format|fallback>`; the fallback where the seconds make no sense. */
export function slackDate(seconds, format, fallback) {
  const when = new Date(Number(seconds) * 1000);
  if (Number.isNaN(when.getTime()) || !/^\d+$/.test(String(seconds))) return fallback ?? "";
  const words = String(format).replace(
    /\{(\w+)\}/g,
    (whole, token) => (Object.hasOwn(TOKENS, token) ? TOKENS[token](when) : whole),
  );
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const whenOf = (ts) => new Date(Number.parseFloat(ts) * 1000);
export const clock = (ts) => time(whenOf(ts));
export const fully = (ts) => formatted(whenOf(ts), { dateStyle: "full", timeStyle: "medium" });
export const dayOf = (ts) => {
  const words = pretty(whenOf(ts), long);
  return words.charAt(0).toUpperCase() + words.slice(1);
};
export const lately = (ts) => (daysAway(whenOf(ts)) === 0 ? `today at ${clock(ts)}` : `${pretty(whenOf(ts), medium)} at ${clock(ts)}`);
