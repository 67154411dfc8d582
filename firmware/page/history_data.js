/** History of a quarter, day, month or year, loaded from the device: rows, chart values, used energy and volumes. */

import { ApiError, getJson } from "./api.js";
import { date, FORMATS } from "./i18n.js";
import { SAMPLE_S, SAMPLES_PER_QUARTER } from "./live_samples.js";
import {
  addMonths, dayOf, daysOfMonth, meterClock, QUARTER_S, quarterName, quarterPath, quartersOfDay, quarterStart,
  toSeconds,
} from "./meter_time.js";

/** @typedef {import("./history_span.js").Span} Span */
/** @typedef {import("./api_types.js").DayQuarter} DayQuarter */
/** @typedef {import("./api_types.js").Total} Total */

/**
 * History of one span, for the chart, the download and the totals. `labels`, `imported`, `exported` and `links` have
 * one item for each step of the chart. For a quarter, `links` is empty.
 * @typedef {object} HistoryData
 * @property {Record<string, any>[]} rows rows for a download
 * @property {string[]} labels
 * @property {(number | null)[]} imported import of each step in `unit`
 * @property {(number | null)[]} exported export of each step in `unit`; 0 or more
 * @property {"W" | "kWh"} unit
 * @property {(Span | null)[]} links for each step, the span that a click on the step opens; null if nothing is stored
 * @property {number | number[]} every which steps have a tick, in the form of `every` in chart.js
 * @property {number | null} peak index of the step with the highest quarter
 * @property {{power_w: number, start: string} | null} highest
 * @property {{imported: number | null, exported: number | null, gas: number | null, water: number | null}} used
 * @property {number} missing number of a day's past quarters that are not stored
 */

/**
 * Load the history of a span from the device.
 * @param {Span} span
 * @param {AbortSignal} signal
 * @param {number} now current time in seconds since 1970
 * @returns {Promise<HistoryData>}
 */
export async function loadHistory({ kind, name }, signal, now) {
  switch (kind) {
    case "quarter": return loadQuarter(quarterStart(name), signal, now);
    case "day": return loadDay(name, signal, now);
    case "month": return totalsHistory(daysOfMonth(name), (await getJson(`/api/months/${name}`, signal)).days, "day");
    case "year": {
      const months = Array.from({ length: 12 }, (_, index) => addMonths(`${name}-01`, index));
      return totalsHistory(months, (await getJson(`/api/years/${name}`, signal)).months, "month");
    }
  }
}

/**
 * @param {number} start
 * @param {AbortSignal} signal
 * @param {number} now
 * @returns {Promise<HistoryData>}
 */
async function loadQuarter(start, signal, now) {
  const isRunning = now - start < QUARTER_S;
  const stored = await unlessMissing(getJson(isRunning ? "/current/quarter" : quarterPath(start), signal));
  const imported = padSamples(stored?.consumed_power_interval_avgs);
  const exported = padSamples(stored?.produced_power_interval_avgs).map((value) => value && -value);
  const closed = isRunning ? null : await closedQuarter(start, signal);
  return {
    ...quarterHistory(start, stored ? imported : [], exported),
    used: {
      imported: closed?.quarter.import_w == null ? null : closed.quarter.import_w / 4000,
      exported: closed?.quarter.export_w == null ? null : closed.quarter.export_w / 4000,
      gas: volumeUsed(closed, "gas_volume_m3"),
      water: volumeUsed(closed, "water_volume_m3"),
    },
  };
}

/**
 * Return the history of a quarter, made from the quarter's samples.
 * @param {number} start
 * @param {(number | null)[]} imported
 * @param {(number | null)[]} exported
 * @returns {HistoryData}
 */
export function quarterHistory(start, imported, exported) {
  const labels = imported.map((_, index) => date(start + index * SAMPLE_S, FORMATS.second));
  return {
    rows: labels.map((time, index) => ({ time, import_w: imported[index], export_w: exported[index] })),
    labels,
    imported,
    exported,
    unit: "W",
    links: [],
    every: 60,
    peak: null,
    highest: null,
    used: { imported: null, exported: null, gas: null, water: null },
    missing: 0,
  };
}

/**
 * Load the day's quarters from the device. Return the ended quarter that began at `start`; null if this quarter is not
 * stored. `previous` is the quarter 15 minutes earlier. It is undefined if that quarter is not stored or was on the
 * previous day.
 * @param {number} start
 * @param {AbortSignal} signal
 * @returns {Promise<{quarter: DayQuarter, previous: DayQuarter | undefined} | null>}
 */
async function closedQuarter(start, signal) {
  /** @type {DayQuarter[]} */
  const quarters = (await unlessMissing(getJson(`/api/days/${dayOf(start)}`, signal)))?.quarters ?? [];
  const index = quarters.findIndex((quarter) => toSeconds(quarter.start) === start);
  if (index < 0) return null;
  const previous = quarters[index - 1];
  const isAdjacent = previous && toSeconds(previous.start) === start - QUARTER_S;
  return { quarter: quarters[index], previous: isAdjacent ? previous : undefined };
}

/**
 * @param {{quarter: DayQuarter, previous: DayQuarter | undefined} | null} closed
 * @param {"gas_volume_m3" | "water_volume_m3"} key
 */
function volumeUsed(closed, key) {
  const [end, begin] = [closed?.quarter[key], closed?.previous?.[key]];
  return end == null || begin == null ? null : end - begin;
}

/**
 * @param {string} day
 * @param {AbortSignal} signal
 * @param {number} now
 * @returns {Promise<HistoryData>}
 */
async function loadDay(day, signal, now) {
  /** @type {DayQuarter[]} */
  const rows = (await getJson(`/api/days/${day}`, signal)).quarters;
  const starts = quartersOfDay(day);
  const byStart = new Map(rows.map((row) => [toSeconds(row.start), row]));
  const imported = starts.map((start) => byStart.get(start)?.import_w ?? null);
  /** @type {Total[]} */
  const days = (await unlessMissing(getJson(`/api/months/${day.slice(0, 7)}`, signal)))?.days ?? [];
  const peak = indexOfHighest(imported);
  return {
    rows,
    labels: starts.map((start) => date(start, FORMATS.time)),
    imported,
    exported: starts.map((start) => byStart.get(start)?.export_w ?? null),
    unit: "W",
    links: starts.map((start) => (byStart.has(start) ? { kind: "quarter", name: quarterName(start) } : null)),
    every: starts.flatMap((start, index) => (
      meterClock(start).getUTCHours() % 3 === 0 && start % 3600 === 0 ? [index] : [])),
    peak,
    highest: peak === null ? null : { power_w: imported[peak] ?? 0, start: byStart.get(starts[peak])?.start ?? "" },
    used: addUp(days.filter((row) => row.day === day)),
    missing: starts.filter((start) => start + QUARTER_S <= now && !byStart.has(start)).length,
  };
}

/**
 * Return the history of a month with one step a day, or of a year with one step a month.
 * @param {string[]} names every day of the month, or every month of the year
 * @param {Total[]} rows
 * @param {"day" | "month"} kind
 * @returns {HistoryData}
 */
function totalsHistory(names, rows, kind) {
  const byName = new Map(rows.map((row) => [row[kind], row]));
  /** @param {"import_kwh" | "export_kwh" | "peak_w"} key */
  const column = (key) => names.map((name) => byName.get(name)?.[key] ?? null);
  const peak = indexOfHighest(column("peak_w"));
  const highest = peak === null ? undefined : byName.get(names[peak]);
  return {
    rows,
    labels: names.map((name) => date(name, kind === "day" ? { day: "numeric" } : FORMATS.shortMonth)),
    imported: column("import_kwh"),
    exported: column("export_kwh"),
    unit: "kWh",
    links: names.map((name) => (byName.has(name) ? { kind, name } : null)),
    every: kind === "day" ? [0, 4, 9, 14, 19, 24, 29].filter((index) => index < names.length) : 1,
    peak,
    highest: highest?.peak_start ? { power_w: highest.peak_w ?? 0, start: highest.peak_start } : null,
    used: addUp(rows),
    missing: 0,
  };
}

/** @param {(number | null)[]} values */
function indexOfHighest(values) {
  const highest = Math.max(...values.map((value) => value ?? -1));
  return highest < 0 ? null : values.indexOf(highest);
}

/** @param {Total[]} rows */
function addUp(rows) {
  /** @param {"import_kwh" | "export_kwh" | "gas_m3" | "water_m3"} key */
  const sumOf = (key) => {
    const known = rows.flatMap((row) => row[key] ?? []);
    return known.length ? known.reduce((a, b) => a + b, 0) : null;
  };
  return {
    imported: sumOf("import_kwh"), exported: sumOf("export_kwh"), gas: sumOf("gas_m3"), water: sumOf("water_m3"),
  };
}

/** @param {(number | null)[]} [values] */
function padSamples(values = []) {
  return Array.from({ length: SAMPLES_PER_QUARTER }, (_, index) => values[index] ?? null);
}

/**
 * Return the device's answer, or null if the device replies 404.
 * @param {Promise<any>} answer
 */
async function unlessMissing(answer) {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}
