/** Spans of the history (quarters, days, months and years): their URLs, titles, starts and neighbours. */

import { date, FORMATS } from "./i18n.js";
import { addDays, addMonths, dayOf, midnight, QUARTER_S, quarterName, quarterStart } from "./meter_time.js";

/**
 * Span of the history. `name` is "2026-01-15" for a day, "2026-01" for a month, "2026" for a year, and
 * "2026-01-15T1815W" for a quarter. `quarterName` in meter_time.js makes the name of a quarter.
 * @typedef {{kind: Kind, name: string}} Span
 * @typedef {"quarter" | "day" | "month" | "year"} Kind
 */

/** @type {Kind[]} kinds of spans, the shortest first */
export const SPAN_KINDS = ["quarter", "day", "month", "year"];

const PATTERNS = { day: /^\d{4}-\d\d-\d\d$/, month: /^\d{4}-\d\d$/, year: /^\d{4}$/ };

/** @param {Span} span */
export function hashOf({ kind, name }) {
  return `#history/${kind}/${name}`;
}

/**
 * Return the span that a URL's fragment names; null if the fragment names no span.
 * @param {string[]} parts words of the fragment after "history", such as ["day", "2026-01-15"]
 * @returns {Span | null}
 */
export function parseSpan([kind, name = ""]) {
  if (kind === "quarter") return Number.isNaN(quarterStart(name)) ? null : { kind, name };
  if (kind !== "day" && kind !== "month" && kind !== "year") return null;
  const first = { day: name, month: `${name}-01`, year: `${name}-01-01` }[kind];
  return PATTERNS[kind].test(name) && !Number.isNaN(Date.parse(first)) ? { kind, name } : null;
}

/**
 * Return the start of a span, in seconds since 1970.
 * @param {Span} span
 */
export function startOf({ kind, name }) {
  if (kind === "quarter") return quarterStart(name);
  return midnight({ day: name, month: `${name}-01`, year: `${name}-01-01` }[kind]);
}

/**
 * Return the quarter, day, month or year that contains a moment.
 * @param {Kind} kind
 * @param {number} moment seconds since 1970
 * @returns {Span}
 */
export function spanContaining(kind, moment) {
  if (kind === "quarter") return { kind, name: quarterName(Math.floor(moment / QUARTER_S) * QUARTER_S) };
  return { kind, name: dayOf(moment).slice(0, { day: 10, month: 7, year: 4 }[kind]) };
}

/**
 * Return the next span of the same kind if `direction` is 1, the previous span if `direction` is -1.
 * @param {Span} span
 * @param {1 | -1} direction
 * @returns {Span}
 */
export function neighbour({ kind, name }, direction) {
  switch (kind) {
    case "quarter": return { kind, name: quarterName(quarterStart(name) + direction * QUARTER_S) };
    case "day": return { kind, name: addDays(name, direction) };
    case "month": return { kind, name: addMonths(name, direction) };
    case "year": return { kind, name: String(Number(name) + direction).padStart(4, "0") };
  }
}

/** @param {Span} span */
export function titleOf({ kind, name }) {
  switch (kind) {
    case "quarter": {
      const start = quarterStart(name);
      return `${date(start, FORMATS.fullDay)}, ${date(start, FORMATS.time)} – ${date(start + QUARTER_S, FORMATS.time)}`;
    }
    case "day": return date(name, FORMATS.day);
    case "month": return date(name, FORMATS.month);
    case "year": return name;
  }
}
