/**
 * The web features that the oldest supported browsers have or lack, from the data of the package web-features.
 * "browserslist" in package.json names these browsers. In the data, each function, object or member has a key, such as
 * "api.AbortSignal.timeout_static". The data contains the keys of each web feature, such as "dialog".
 */

import { readFileSync } from "node:fs";
import { features } from "web-features";

const { browserslist } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
const OLDEST = browserslist.map((browser) => browser.replace("ios_saf", "safari_ios").split(" >= "));

/** @param {Record<string, string>} [support] first version of each browser that has a feature: "15.4" or "≤79" */
const isSupported = (support) =>
  OLDEST.every(([browser, oldest]) => Number(support?.[browser]?.replace("≤", "")) <= Number(oldest));

/** @type {Map<string, boolean>} for each key of the data, true if all of the oldest browsers have what the key names */
const compatibility = new Map(Object.values(features).flatMap(({ status }) =>
  Object.entries(status?.by_compat_key ?? {}).map(([key, { support }]) => [key, isSupported(support)])));

/** Names of the web features that all oldest browsers have, such as "dialog". */
export const supportedFeatures = Object.keys(features).filter((name) => isSupported(features[name].status?.support));

/**
 * Expressions for the objects, functions and members that at least one of the oldest browsers lacks, such as
 * "AbortSignal.timeout".
 */
export const missing = [...compatibility].filter(([, isKnown]) => !isKnown).flatMap(([key]) => {
  const found = /^(api|javascript\.builtins)\.(\w+)(?:\.(\w+?)(_static)?)?$/.exec(key) ?? [];
  const [, kind, object, member, isStatic] = found;
  if (!member) return object ?? [];
  const places = [`${object}.${member}`, `${object}.prototype.${member}`];
  // The key of a built-in object's member does not show whether the member is static. Therefore return an expression
  // for each case.
  return kind === "api" ? places[isStatic ? 0 : 1] : places;
});

/**
 * Return the names of members that a script must not use, such as "findLast". No member with such a name exists in all
 * of the oldest browsers. If one of these browsers lacks a whole interface, the members of this interface do not count,
 * because a script cannot have an object of this interface.
 */
export function missingMembers() {
  const names = { true: new Set(), false: new Set() };
  for (const [key, isKnown] of compatibility) {
    const [, parent, name] = /^((?:api|javascript\.builtins)\..+)\.(\w+?)(?:_static)?$/.exec(key) ?? [];
    if (compatibility.get(parent)) names[isKnown].add(name);
  }
  return [...names.false].filter((name) => !names.true.has(name));
}
