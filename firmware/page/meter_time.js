/**
 * Dates and times of the meter's clock. This clock shows Belgian time, also if the browser is in another time zone. A
 * moment is an ISO text with the meter's UTC offset, or a number of seconds since 1970 (UTC). A day is "2026-01-15", a
 * month "2026-01", a year "2026". The browser knows when summer time begins and ends in Belgium. i18n.js writes moments
 * in the language of the reader.
 */

export const QUARTER_S = 900;
const BRUSSELS_HOUR = new Intl.DateTimeFormat("en", {
  timeZone: "Europe/Brussels", hour: "2-digit", hourCycle: "h23",
});

/**
 * Convert an ISO moment to seconds since 1970.
 * @param {string} iso
 */
export function toSeconds(iso) {
  return Date.parse(iso) / 1000;
}

/**
 * Return Belgium's UTC offset in seconds: 3600, or 7200 in summer.
 * @param {number} moment
 */
function utcOffset(moment) {
  const hour = Number(BRUSSELS_HOUR.format(moment * 1000));
  return ((hour - new Date(moment * 1000).getUTCHours() + 24) % 24) * 3600;
}

/**
 * Return a Date whose UTC fields are the date and time of the meter's clock. For the ISO text
 * "2026-01-15T18:15:00+01:00", getUTCHours() of this Date is 18.
 * @param {string | number} moment
 */
export function meterClock(moment) {
  if (typeof moment === "number") return new Date((moment + utcOffset(moment)) * 1000);
  return new Date(`${moment.slice(0, 19)}Z`);
}

/**
 * Return the day of a moment by the meter's clock.
 * @param {string | number} moment
 */
export function dayOf(moment) {
  return meterClock(moment).toISOString().slice(0, 10);
}

/**
 * Return the start of a day by the meter's clock, in seconds since 1970.
 * @param {string} day
 */
export function midnight(day) {
  const utc = Date.parse(`${day}T00:00:00Z`) / 1000;
  // Return the midnight by the UTC offset at 23:00 UTC. At 23:00 UTC the meter's clock shows 0:00 in winter and 1:00 in
  // summer. The offset at the meter's midnight is the same, because Belgium's clock changes only at 2:00 or 3:00.
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
 * Return the days of a month.
 * @param {string} month
 */
export function daysOfMonth(month) {
  const [year, number] = month.split("-").map(Number);
  const count = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return Array.from({ length: count }, (_, index) => `${month}-${String(index + 1).padStart(2, "0")}`);
}

/**
 * Return the starts of a day's quarters. A day has 96 quarters, or 92 or 100 if the clock changes on that day.
 * @param {string} day
 */
export function quartersOfDay(day) {
  const begin = midnight(day);
  const count = (midnight(addDays(day, 1)) - begin) / QUARTER_S;
  return Array.from({ length: count }, (_, index) => begin + index * QUARTER_S);
}

/**
 * Return the name of the quarter that begins at `start`, such as "2026-01-15T1815W". The last letter is S in summer
 * and W in winter. Without this letter, the quarters of the hour that October repeats would have the same names twice.
 * @param {number} start
 */
export function quarterName(start) {
  const text = meterClock(start).toISOString();
  return `${text.slice(0, 13)}${text.slice(14, 16)}${utcOffset(start) === 7200 ? "S" : "W"}`;
}

/**
 * Return the start of the quarter called `name`, in seconds since 1970; NaN if `name` is not a quarter's name.
 * @param {string} name
 */
export function quarterStart(name) {
  const found = /^(\d{4}-\d\d-\d\dT\d\d)(00|15|30|45)([SW])$/.exec(name);
  return found ? Date.parse(`${found[1]}:${found[2]}:00Z`) / 1000 - (found[3] === "S" ? 7200 : 3600) : NaN;
}

/**
 * Return the path of a stored quarter on the device.
 * @param {number} start
 */
export function quarterPath(start) {
  const name = quarterName(start);
  return `/meter/${name.slice(0, 10).replaceAll("-", "/")}/${name.slice(11)}.json`;
}
