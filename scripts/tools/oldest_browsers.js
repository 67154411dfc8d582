/**
 * The web features of the oldest supported browsers, by the data of web-features. "browserslist" in package.json names
 * these browsers. A name of compatibility data is such as "api.AbortSignal.timeout_static".
 */

import { readFileSync } from "node:fs";
import { features } from "web-features";

const { browserslist } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
const OLDEST = browserslist.map((browser) => browser.replace("ios_saf", "safari_ios").split(" >= "));

/** @param {Record<string, string>} [support] first version of each browser, such as "15.4" or "≤79" */
const isSupported = (support) =>
  OLDEST.every(([browser, oldest]) => Number(support?.[browser]?.replace("≤", "")) <= Number(oldest));

/** @type {Map<string, boolean>} for each name of compatibility data, true if all oldest browsers have it */
const compatibility = new Map(Object.values(features).flatMap(({ status }) =>
  Object.entries(status?.by_compat_key ?? {}).map(([key, { support }]) => [key, isSupported(support)])));

/** Names of the web features that all oldest browsers have, such as "dialog". */
export const supportedFeatures = Object.keys(features).filter((name) => isSupported(features[name].status?.support));

/** Places of objects, functions and members that an oldest browser lacks, such as "AbortSignal.timeout". */
export const missing = [...compatibility].filter(([, isKnown]) => !isKnown).flatMap(([key]) => {
  const found = /^(api|javascript\.builtins)\.(\w+)(?:\.(\w+?)(_static)?)?$/.exec(key) ?? [];
  const [, kind, object, member, isStatic] = found;
  if (!member) return object ?? [];
  const places = [`${object}.${member}`, `${object}.prototype.${member}`];
  // Names of JavaScript's own members do not say which of them are static.
  return kind === "api" ? places[isStatic ? 0 : 1] : places;
});

/**
 * Names of members that no object of the oldest browsers has, such as "findLast". An interface that an oldest browser
 * lacks gives no names, because a script cannot have an object of it.
 */
export function missingMembers() {
  const names = { true: new Set(), false: new Set() };
  for (const [key, isKnown] of compatibility) {
    const [, parent, name] = /^((?:api|javascript\.builtins)\..+)\.(\w+?)(?:_static)?$/.exec(key) ?? [];
    if (compatibility.get(parent)) names[isKnown].add(name);
  }
  return [...names.false].filter((name) => !names.true.has(name));
}
