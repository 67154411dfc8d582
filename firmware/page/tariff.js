/**
 * The cost of peaks by network area, and the price periods of tarif Impact, Wallonia's tariff by the clock.
 *
 * Each month the bill is for the mean of max(2.5 kW, peak) over 12 months. Therefore each peak is in 12 bills.
 * Sources: Vlaamse Nutsregulator (rates.json); CWaPE, tarif Impact of 2026.
 */

import { getStored, setStored } from "./local_storage.js";
import { meterClock } from "./meter_time.js";
import rates from "./rates.json";

export const AREA_NAMES = {
  antwerpen: "Antwerpen",
  halle_vilvoorde: "Halle-Vilvoorde",
  imewo: "Imewo",
  kempen: "Kempen",
  limburg: "Limburg",
  midden_vlaanderen: "Midden-Vlaanderen",
  west: "West",
  zenne_dijle: "Zenne-Dijle",
};
/** @typedef {keyof typeof AREA_NAMES} Area */

export const RATES_YEAR = rates.year;
export const BILLED_MINIMUM_W = 2500;

/** Return each area's rate in EUR per kW a year. A rate that the reader changed replaces the published rate. */
export function currentRates() {
  const stored = getStored("rates");
  /** @type {Record<Area, number>} */
  const changes = stored ? JSON.parse(stored) : {};
  return { ...rates.eur_per_kw_year, ...changes };
}

/**
 * @param {Area} area
 * @param {number} rate
 */
export function setRate(area, rate) {
  const changes = JSON.parse(getStored("rates") || "{}");
  setStored("rates", JSON.stringify({ ...changes, [area]: rate }));
}

/** Restore the published rates. */
export function resetRates() {
  setStored("rates", "");
}

/**
 * Return an area's rate in EUR per kW a year; null if no area is chosen, or if peaks cost nothing in the area.
 * @param {string | null | undefined} area
 */
export function rateFor(area) {
  return area && area in AREA_NAMES ? currentRates()[/** @type {Area} */ (area)] : null;
}

/**
 * Return the additional cost in EUR if a month's peak rises by 100 W: the sum over the 12 bills that include the peak.
 * @param {number} peak_w
 * @param {number} rate
 */
export function costOf100W(peak_w, rate) {
  const added = Math.max(BILLED_MINIMUM_W, peak_w + 100) - Math.max(BILLED_MINIMUM_W, peak_w);
  return (added / 1000) * rate / 12;
}

/** @typedef {"eco" | "medium" | "pic"} Colour */

/** @type {[number, Colour][]} price periods of a day: [hour at which the period starts, name] */
export const IMPACT = [[0, "medium"], [1, "eco"], [7, "medium"], [11, "eco"], [17, "pic"], [22, "medium"]];

/**
 * Return the price period of tarif Impact (eco, medium or pic) at a moment, and the time at which the period ends, such
 * as "17:00".
 * @param {string} moment
 */
export function impactNow(moment) {
  const hour = meterClock(moment).getUTCHours();
  const index = IMPACT.filter(([from]) => from <= hour).length - 1;
  // The last period of the day, medium, continues after midnight until 1:00.
  const next = index + 1 < IMPACT.length ? IMPACT[index + 1][0] : IMPACT[1][0];
  return { colour: IMPACT[index][1], until: `${String(next).padStart(2, "0")}:00` };
}
