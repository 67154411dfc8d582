/** The page's language: translated texts, and numbers, dates and money in the reader's format. */

import de from "./i18n/de.js";
import en from "./i18n/en.js";
import fr from "./i18n/fr.js";
import nl from "./i18n/nl.js";
import { getStored, setStored } from "./local_storage.js";
import { meterClock } from "./meter_time.js";

/** @typedef {keyof typeof en} WordKey */

/** @type {Record<string, Record<WordKey, string>>} */
const WORDS = { nl, fr, de, en };
export const LANGUAGES = { nl: "Nederlands", fr: "Français", de: "Deutsch", en: "English" };
const NO_VALUE = "–";

/** @type {keyof typeof LANGUAGES} */
let language = "en";
let localeTag = "en-GB";

/**
 * Set the page's language to the reader's choice. Without a choice, use the first of the browser's languages that
 * the page has, or English.
 * @param {string} [chosen] new choice, which is stored; "" removes the stored choice
 */
export function chooseLanguage(chosen) {
  if (chosen !== undefined) setStored("language", chosen);
  const wanted = [getStored("language"), ...navigator.languages];
  const known = wanted.map((name) => name.slice(0, 2)).find((name) => name in WORDS);
  language = /** @type {keyof typeof LANGUAGES} */ (known ?? "en");
  const fallback = language === "en" ? "en-GB" : `${language}-BE`;
  localeTag = navigator.languages.find((name) => name.startsWith(`${language}-`)) ?? fallback;
  document.documentElement.lang = language;
}

/**
 * Set the language to Home Assistant's language, or to English if the page does not have that language.
 * @param {string} chosen language tag, such as "nl" or "nl-BE"
 */
export function useLanguage(chosen) {
  const known = chosen.slice(0, 2);
  language = /** @type {keyof typeof LANGUAGES} */ (known in WORDS ? known : "en");
  localeTag = chosen.includes("-") ? chosen : language === "en" ? "en-GB" : `${language}-BE`;
}

/**
 * Return a translated text, with each {name} replaced by its value.
 * @param {WordKey} word
 * @param {Record<string, string | number>} [values]
 */
export function t(word, values = {}) {
  return WORDS[language][word].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/**
 * Return a formatted number; "–" for null.
 * @param {number | null | undefined} value
 * @param {number} [decimals]
 */
export function number(value, decimals = 0) {
  if (value === null || value === undefined) return NO_VALUE;
  const options = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return formatter(Intl.NumberFormat, options).format(value);
}

/**
 * Return a formatted number with its unit; "–" for null.
 * @param {number | null | undefined} value
 * @param {string} unit
 * @param {number} [decimals]
 */
export function amount(value, unit, decimals = 0) {
  return value === null || value === undefined ? NO_VALUE : `${number(value, decimals)}\u00a0${unit}`;
}

/** @param {number | null | undefined} watts */
export function kilowatts(watts) {
  return amount(watts === null || watts === undefined ? watts : watts / 1000, "kW", 2);
}

/** @param {number | null | undefined} watts */
export function power(watts) {
  return watts !== null && watts !== undefined && Math.abs(watts) < 1000 ? amount(watts, "W") : kilowatts(watts);
}

/** @param {number} euros */
export function money(euros) {
  return formatter(Intl.NumberFormat, { style: "currency", currency: "EUR" }).format(euros);
}

/**
 * Return a formatted moment, day or month in the meter's time; "–" for null.
 * @param {string | number | null} moment
 * @param {Intl.DateTimeFormatOptions} options
 */
export function date(moment, options) {
  if (moment === null) return NO_VALUE;
  // Date parses a text without a time, such as "2026-01-15", as UTC.
  const shown = typeof moment === "string" && moment.length < 19 ? new Date(moment) : meterClock(moment);
  return formatter(Intl.DateTimeFormat, { timeZone: "UTC", ...options }).format(shown);
}

/** @type {Record<string, Intl.DateTimeFormatOptions>} */
export const FORMATS = {
  time: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  second: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  day: { weekday: "short", day: "numeric", month: "long", year: "numeric" },
  shortDay: { day: "numeric", month: "short" },
  fullDay: { day: "numeric", month: "short", year: "numeric" },
  month: { month: "long", year: "numeric" },
  shortMonth: { month: "short" },
  monthOfYear: { month: "short", year: "2-digit" },
  moment: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
};

/** @type {Map<string, any>} */
const formatters = new Map();

/**
 * Return a formatter. Each formatter is created only once, because its creation is slow.
 * @template Formatter
 * @param {new (localeTag: string, options: any) => Formatter} kind
 * @param {object} options
 * @returns {Formatter}
 */
function formatter(kind, options) {
  const key = kind.name + localeTag + JSON.stringify(options);
  if (!formatters.has(key)) formatters.set(key, new kind(localeTag, options));
  return formatters.get(key);
}
