/** What the device has of a span: rows as it tells them, what to draw of them, and what was used in all. */

import { askJson, Refused } from "./api.js";
import { date, HOW } from "./i18n.js";
import { addMonths, clock, daysOf, QUARTER_S, quarterName, quarterPath, quartersOf, quarterStart, seconds } from "./meter_time.js";
import { SLOT_S, SLOTS } from "./live_samples.js";

/** @typedef {import("./history_span.js").Span} Span */
/** @typedef {import("./api_types.js").DayQuarter} DayQuarter */
/** @typedef {import("./api_types.js").Total} Total */

/**
 * `rows` is what is exported. `labels` name the steps, `imported` and `exported` are in `unit`; `targets` are the spans
 * that the steps lead to, null where there is nothing. `peak` is the step of the highest quarter.
 * @typedef {object} Past
 * @property {Record<string, any>[]} rows
 * @property {string[]} labels
 * @property {(number | null)[]} imported
 * @property {(number | null)[]} exported
 * @property {"W" | "kWh"} unit
 * @property {(Span | null)[]} targets
 * @property {number | number[]} every
 * @property {number | null} peak
 * @property {{power_w: number, start: string} | null} highest
 * @property {{imported: number | null, exported: number | null, gas: number | null, water: number | null}} used
 * @property {number} missing quarters of a day that should be there by now
 */

/**
 * Ask the device for a span.
 * @param {Span} span
 * @param {AbortSignal} signal
 * @param {number} now seconds since 1970
 * @returns {Promise<Past>}
 */
export async function load({ kind, at }, signal, now) {
  switch (kind) {
    case "quarter": return quarter(quarterStart(at), signal, now);
    case "day": return day(at, signal, now);
    case "month": return totals(daysOf(at), (await askJson(`/api/months/${at}`, signal)).days, "day");
    case "year": {
      const months = Array.from({ length: 12 }, (_, number) => addMonths(`${at}-01`, number));
      return totals(months, (await askJson(`/api/years/${at}`, signal)).months, "month");
    }
  }
}

/**
 * @param {number} start
 * @param {AbortSignal} signal
 * @param {number} now
 * @returns {Promise<Past>}
 */
async function quarter(start, signal, now) {
  const runs = now - start < QUARTER_S;
  const stored = await found(askJson(runs ? "/current/quarter" : quarterPath(start), signal));
  const imported = slots(stored?.consumed_power_interval_avgs);
  const exported = slots(stored?.produced_power_interval_avgs).map((value) => value && -value);
  const closed = runs ? null : await closedQuarter(start, signal);
  return {
    ...quarterPast(start, stored ? imported : [], exported),
    used: {
      imported: closed?.quarter.import_w == null ? null : closed.quarter.import_w / 4000,
      exported: closed?.quarter.export_w == null ? null : closed.quarter.export_w / 4000,
      gas: difference(closed, "gas_volume_m3"),
      water: difference(closed, "water_volume_m3"),
    },
  };
}

/**
 * What to draw of a quarter's slots.
 * @param {number} start
 * @param {(number | null)[]} imported
 * @param {(number | null)[]} exported
 * @returns {Past}
 */
export function quarterPast(start, imported, exported) {
  const labels = imported.map((_, slot) => date(start + slot * SLOT_S, HOW.second));
  return {
    rows: labels.map((time, slot) => ({ time, import_w: imported[slot], export_w: exported[slot] })),
    labels,
    imported,
    exported,
    unit: "W",
    targets: [],
    every: 60,
    peak: null,
    highest: null,
    used: { imported: null, exported: null, gas: null, water: null },
    missing: 0,
  };
}

/**
 * A closed quarter and the one before it, by their day's list.
 * @param {number} start
 * @param {AbortSignal} signal
 * @returns {Promise<{quarter: DayQuarter, before: DayQuarter | undefined} | null>}
 */
async function closedQuarter(start, signal) {
  /** @type {DayQuarter[]} */
  const quarters = (await found(askJson(`/api/days/${quarterName(start).slice(0, 10)}`, signal)))?.quarters ?? [];
  const at = quarters.findIndex((one) => seconds(one.start) === start);
  if (at < 0) return null;
  const before = quarters[at - 1];
  const isNext = before && seconds(before.start) === start - QUARTER_S;
  return { quarter: quarters[at], before: isNext ? before : undefined };
}

/**
 * @param {{quarter: DayQuarter, before: DayQuarter | undefined} | null} closed
 * @param {"gas_volume_m3" | "water_volume_m3"} key
 */
function difference(closed, key) {
  const [end, begin] = [closed?.quarter[key], closed?.before?.[key]];
  return end == null || begin == null ? null : end - begin;
}

/**
 * @param {string} day
 * @param {AbortSignal} signal
 * @param {number} now
 * @returns {Promise<Past>}
 */
async function day(day, signal, now) {
  /** @type {DayQuarter[]} */
  const rows = (await askJson(`/api/days/${day}`, signal)).quarters;
  const starts = quartersOf(day);
  const byStart = new Map(rows.map((row) => [seconds(row.start), row]));
  const imported = starts.map((start) => byStart.get(start)?.import_w ?? null);
  /** @type {Total[]} */
  const days = (await found(askJson(`/api/months/${day.slice(0, 7)}`, signal)))?.days ?? [];
  const peak = highestOf(imported);
  return {
    rows,
    labels: starts.map((start) => date(start, HOW.time)),
    imported,
    exported: starts.map((start) => byStart.get(start)?.export_w ?? null),
    unit: "W",
    targets: starts.map((start) => (byStart.has(start) ? { kind: "quarter", at: quarterName(start) } : null)),
    every: starts.flatMap((start, at) => (clock(start).getUTCHours() % 3 === 0 && start % 3600 === 0 ? [at] : [])),
    peak,
    highest: peak === null ? null : { power_w: imported[peak] ?? 0, start: byStart.get(starts[peak])?.start ?? "" },
    used: sum(days.filter((row) => row.day === day)),
    missing: starts.filter((start) => start + QUARTER_S <= now && !byStart.has(start)).length,
  };
}

/**
 * Days of a month, or months of a year.
 * @param {string[]} names of all steps
 * @param {Total[]} rows
 * @param {"day" | "month"} kind
 * @returns {Past}
 */
function totals(names, rows, kind) {
  const byName = new Map(rows.map((row) => [row[kind], row]));
  /** @param {"import_kwh" | "export_kwh" | "peak_w"} key */
  const column = (key) => names.map((name) => byName.get(name)?.[key] ?? null);
  const peak = highestOf(column("peak_w"));
  const top = peak === null ? undefined : byName.get(names[peak]);
  return {
    rows,
    labels: names.map((name) => date(name, kind === "day" ? { day: "numeric" } : HOW.shortMonth)),
    imported: column("import_kwh"),
    exported: column("export_kwh"),
    unit: "kWh",
    targets: names.map((name) => (byName.has(name) ? { kind, at: name } : null)),
    every: kind === "day" ? [0, 4, 9, 14, 19, 24, 29].filter((at) => at < names.length) : 1,
    peak,
    highest: top?.peak_start ? { power_w: top.peak_w ?? 0, start: top.peak_start } : null,
    used: sum(rows),
    missing: 0,
  };
}

/** @param {(number | null)[]} values */
function highestOf(values) {
  const highest = Math.max(...values.map((value) => value ?? -1));
  return highest < 0 ? null : values.indexOf(highest);
}

/** @param {Total[]} rows */
function sum(rows) {
  /** @param {"import_kwh" | "export_kwh" | "gas_m3" | "water_m3"} key */
  const of = (key) => {
    const known = rows.flatMap((row) => row[key] ?? []);
    return known.length ? known.reduce((a, b) => a + b, 0) : null;
  };
  return { imported: of("import_kwh"), exported: of("export_kwh"), gas: of("gas_m3"), water: of("water_m3") };
}

/** @param {(number | null)[]} [values] */
function slots(values = []) {
  return Array.from({ length: SLOTS }, (_, at) => values[at] ?? null);
}

/**
 * What the device answers; null where it has no such thing.
 * @param {Promise<any>} answer
 */
async function found(answer) {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return null;
    throw error;
  }
}
