/** Spans of the history: a quarter, day, month or year, its address, title, start and neighbours. */

import { date, FORMATS } from "./i18n.js";
import { addDays, addMonths, dayOf, midnight, QUARTER_S, quarterName, quarterStart } from "./meter_time.js";

/**
 * `name` is a quarter's name (`quarterName` in meter_time.js), "2026-01-15", "2026-01" or "2026".
 * @typedef {{kind: Kind, name: string}} Span
 * @typedef {"quarter" | "day" | "month" | "year"} Kind
 */

/** @type {Kind[]} from shortest to longest */
export const SPAN_KINDS = ["quarter", "day", "month", "year"];

const PATTERNS = { day: /^\d{4}-\d\d-\d\d$/, month: /^\d{4}-\d\d$/, year: /^\d{4}$/ };

/** @param {Span} span */
export function hashOf({ kind, name }) {
  return `#history/${kind}/${name}`;
}

/**
 * Return the span that the parts of an address name; null if they name none.
 * @param {string[]} parts
 * @returns {Span | null}
 */
export function parseSpan([kind, name = ""]) {
  if (kind === "quarter") return Number.isNaN(quarterStart(name)) ? null : { kind, name };
  if (kind !== "day" && kind !== "month" && kind !== "year") return null;
  const first = { day: name, month: `${name}-01`, year: `${name}-01-01` }[kind];
  return PATTERNS[kind].test(name) && !Number.isNaN(Date.parse(first)) ? { kind, name } : null;
}

/**
 * Return when a span begins, in seconds since 1970.
 * @param {Span} span
 */
export function startOf({ kind, name }) {
  if (kind === "quarter") return quarterStart(name);
  return midnight({ day: name, month: `${name}-01`, year: `${name}-01-01` }[kind]);
}

/**
 * Return the span of a kind that contains a moment.
 * @param {Kind} kind
 * @param {number} moment
 * @returns {Span}
 */
export function spanContaining(kind, moment) {
  if (kind === "quarter") return { kind, name: quarterName(Math.floor(moment / QUARTER_S) * QUARTER_S) };
  return { kind, name: dayOf(moment).slice(0, { day: 10, month: 7, year: 4 }[kind]) };
}

/**
 * Return the next span (1) or the previous one (-1).
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
