/**
 * The meter's time, whatever the browser's zone. A moment is its ISO text with the meter's own offset, or seconds since
 * 1970 in UTC; a day is "2026-01-15", a month "2026-01", a year "2026". Belgium's clock comes from the browser's table.
 */

export const QUARTER_S = 900;
const BRUSSELS = new Intl.DateTimeFormat("en", { timeZone: "Europe/Brussels", timeZoneName: "longOffset" });

/**
 * Seconds since 1970 of an ISO moment.
 * @param {string} iso
 */
export function toSeconds(iso) {
  return Date.parse(iso) / 1000;
}

/**
 * Seconds that Belgium's clock is ahead of UTC at a moment: 3600, or 7200 in summer.
 * @param {number} moment
 */
function utcOffset(moment) {
  const name = BRUSSELS.formatToParts(moment * 1000).find((part) => part.type === "timeZoneName");
  return Number(/[+](\d\d)/.exec(name?.value ?? "")?.[1] ?? 1) * 3600;
}

/**
 * A Date whose UTC fields are what the meter's clock shows. An ISO text brings its own offset.
 * @param {string | number} moment
 */
export function meterClock(moment) {
  if (typeof moment === "number") return new Date((moment + utcOffset(moment)) * 1000);
  return new Date(`${moment.slice(0, 19)}Z`);
}

/**
 * The day of a moment by the meter's clock.
 * @param {string | number} moment
 */
export function dayOf(moment) {
  return meterClock(moment).toISOString().slice(0, 10);
}

/**
 * Local midnight.
 * @param {string} day
 */
export function midnight(day) {
  const utc = Date.parse(`${day}T00:00:00Z`) / 1000;
  // The clock changes at 2 or 3 in the night: an hour more or less leads to no other offset.
  return utc - utcOffset(utc - 3600);
}

/**
 * @param {string} day
 * @param {number} days
 */
export function addDays(day, days) {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/**
 * @param {string} month
 * @param {number} months
 */
export function addMonths(month, months) {
  const [year, number] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7);
}

/**
 * The days of a month.
 * @param {string} month
 */
export function daysOfMonth(month) {
  const [year, number] = month.split("-").map(Number);
  const count = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return Array.from({ length: count }, (_, index) => `${month}-${String(index + 1).padStart(2, "0")}`);
}

/**
 * The quarters that begin on a day: 96, and 92 or 100 when the clock changes.
 * @param {string} day
 */
export function quartersOfDay(day) {
  const begin = midnight(day);
  const count = (midnight(addDays(day, 1)) - begin) / QUARTER_S;
  return Array.from({ length: count }, (_, index) => begin + index * QUARTER_S);
}

/**
 * The name of a quarter, "2026-01-15T1815W" by its start: S and W tell the two of the long night apart.
 * @param {number} start
 */
export function quarterName(start) {
  const text = meterClock(start).toISOString();
  return `${text.slice(0, 13)}${text.slice(14, 16)}${utcOffset(start) === 7200 ? "S" : "W"}`;
}

/**
 * The start of a quarter by its name; NaN for what is none.
 * @param {string} name
 */
export function quarterStart(name) {
  const found = /^(\d{4}-\d\d-\d\dT\d\d)(00|15|30|45)([SW])$/.exec(name);
  return found ? Date.parse(`${found[1]}:${found[2]}:00Z`) / 1000 - (found[3] === "S" ? 7200 : 3600) : NaN;
}

/**
 * Where the device keeps a quarter.
 * @param {number} start
 */
export function quarterPath(start) {
  const name = quarterName(start);
  return `/meter/${name.slice(0, 10).replaceAll("-", "/")}/${name.slice(11)}.json`;
}
