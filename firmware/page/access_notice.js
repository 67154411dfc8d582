/** Notice with the asks that wait for BOOT, and with the newest grant. A click on OK hides the grant. */

import { element, fill } from "./dom.js";
import { date, FORMATS, t } from "./i18n.js";
import { getStored, setStored } from "./local_storage.js";
import { state } from "./state.js";

/** @typedef {import("./api_types.js").Ask} Ask */
/** @typedef {import("./api_types.js").Grant} Grant */

/** Key of the text for each kind of token. The kind that may do least is first. */
export const KINDS = /** @type {const} */ ({ read: "kindRead", settings: "kindSettings", owner: "kindOwner" });
const GRANTS = /** @type {const} */ ({ token: "tokenGiven", session: "sessionGiven", password: "passwordGiven" });

let shown = "";

/**
 * Show the notice. Change the document only if the text has changed, so that a screen reader reads each text once.
 * @param {HTMLElement} root
 */
export function showAccess(root) {
  const { asks = [], granted = null } = state.status?.access ?? {};
  const key = JSON.stringify(granted);
  const isNew = granted && key !== getStored("granted");
  const lines = [...asks.map(askText), ...(isNew ? [grantText(granted)] : [])];
  if (shown === lines.join()) return;
  shown = lines.join();
  const confirm = () => {
    setStored("granted", key);
    showAccess(root);
  };
  fill(root, lines.map((line) => element("p", {}, line)),
    isNew && element("button", { type: "button", onclick: confirm }, "OK"));
}

/** @param {Ask} ask */
function askText({ name, kind, digits, presses }) {
  if (kind === "update") return t("asksUpdate", { name: visible(name), times: times(presses) });
  return t("asks", { name: visible(name), kind: t(KINDS[kind]), digits, times: times(presses) });
}

/** @param {Grant} grant */
// eslint-disable-next-line no-restricted-properties -- `at` is a grant's time, not the method of arrays
function grantText({ what, name, kind, at }) {
  return t(GRANTS[what], { name: visible(name), kind: t(KINDS[kind]), time: date(at, FORMATS.moment) });
}

/**
 * Return the words for a number of presses, such as "twice".
 * @param {number} presses 1 to 4
 */
export function times(presses) {
  return t("times").split(",")[presses - 1];
}

/**
 * Return a program's name without invisible characters. Some invisible characters would change the order of the words
 * around the name.
 * @param {string} name
 */
export function visible(name) {
  return name.replace(/\p{C}/gu, "");
}
