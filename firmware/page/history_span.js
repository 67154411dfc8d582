/** The spans of time that the history shows, and the way from one to the next. */

import { date, HOW } from "./i18n.js";
import { addDays, addMonths, dayOf, midnight, QUARTER_S, quarterName, quarterStart } from "./meter_time.js";

/**
 * `at` is the name of a quarter (meter_time.js), a day, a month or a year.
 * @typedef {{kind: Kind, at: string}} Span
 * @typedef {"quarter" | "day" | "month" | "year"} Kind
 */

/** @type {Kind[]} from the narrowest to the widest */
export const KINDS = ["quarter", "day", "month", "year"];

const PATTERNS = { day: /^\d{4}-\d\d-\d\d$/, month: /^\d{4}-\d\d$/, year: /^\d{4}$/ };

/** @param {Span} span */
export function address({ kind, at }) {
  return `#history/${kind}/${at}`;
}

/**
 * The span of an address's parts; null for what is none.
 * @param {string[]} parts
 * @returns {Span | null}
 */
export function parse([kind, at = ""]) {
  if (kind === "quarter") return Number.isNaN(quarterStart(at)) ? null : { kind, at };
  if (kind !== "day" && kind !== "month" && kind !== "year") return null;
  const first = { day: at, month: `${at}-01`, year: `${at}-01-01` }[kind];
  return PATTERNS[kind].test(at) && !Number.isNaN(Date.parse(first)) ? { kind, at } : null;
}

/**
 * Seconds since 1970 at which a span begins.
 * @param {Span} span
 */
export function begin({ kind, at }) {
  if (kind === "quarter") return quarterStart(at);
  return midnight({ day: at, month: `${at}-01`, year: `${at}-01-01` }[kind]);
}

/**
 * The span of a kind that holds a moment.
 * @param {Kind} kind
 * @param {number} moment
 * @returns {Span}
 */
export function containing(kind, moment) {
  if (kind === "quarter") return { kind, at: quarterName(Math.floor(moment / QUARTER_S) * QUARTER_S) };
  return { kind, at: dayOf(moment).slice(0, { day: 10, month: 7, year: 4 }[kind]) };
}

/**
 * The span after (1) or before (-1).
 * @param {Span} span
 * @param {1 | -1} direction
 * @returns {Span}
 */
export function step({ kind, at }, direction) {
  switch (kind) {
    case "quarter": return { kind, at: quarterName(quarterStart(at) + direction * QUARTER_S) };
    case "day": return { kind, at: addDays(at, direction) };
    case "month": return { kind, at: addMonths(at, direction) };
    case "year": return { kind, at: String(Number(at) + direction).padStart(4, "0") };
  }
}

/** @param {Span} span */
export function title({ kind, at }) {
  switch (kind) {
    case "quarter": {
      const start = quarterStart(at);
      return `${date(start, HOW.fullDay)}, ${date(start, HOW.time)} – ${date(start + QUARTER_S, HOW.time)}`;
    }
    case "day": return date(at, HOW.day);
    case "month": return date(at, HOW.month);
    case "year": return at;
  }
}
