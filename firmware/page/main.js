/** Starts the page: its language and colours, the way between its screens, and the figures as they come. */

import { element, fill, icon, say } from "./dom.js";
import { putOnHomeScreen } from "./app_manifest.js";
import { kept } from "./local_storage.js";
import { number, speak, t } from "./i18n.js";
import { askPassword } from "./screens/sign_in.js";
import { history } from "./screens/history.js";
import { log } from "./screens/log.js";
import { meter } from "./screens/meter.js";
import { now } from "./screens/now.js";
import { peaks } from "./screens/peaks.js";
import { settings } from "./screens/settings.js";
import { updating } from "./screens/update.js";
import { ageS, staleness, state, update, watch } from "./state.js";
import { follow } from "./stream.js";

/**
 * A screen fills `place`; what it gives back is called when it is left, or has `leave`, and `go` for another address.
 * @typedef {(place: HTMLElement, parts: string[]) => void | (() => void) | {go: (parts: string[]) => void, leave: () => void}} Screen
 */

/** @type {Record<string, Screen>} */
const SCREENS = { now, history, peaks, meter, settings, update: updating, log };
const TABS = /** @type {const} */ (["now", "history", "peaks", "meter", "settings"]);

const main = /** @type {HTMLElement} */ (document.getElementById("main"));
const nav = /** @type {HTMLElement} */ (document.querySelector("nav"));
const notice = /** @type {HTMLElement} */ (document.getElementById("notice"));
let open = "";
/** @type {ReturnType<Screen>} */
let screen;

function route() {
  const [name, ...parts] = location.hash.slice(1).split("/");
  const wanted = name in SCREENS ? name : "now";
  if (wanted === open && typeof screen === "object") return screen.go(parts);
  leave();
  const isFirst = open === "";
  open = wanted;
  document.title = `${titleOf(wanted)} · P1 monitor`;
  for (const tab of nav.children) {
    const here = tab.getAttribute("href") === `#${wanted}`;
    if (here) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  main.className = wanted;
  screen = SCREENS[wanted](main, parts);
  if (isFirst) return;
  scrollTo(0, 0);
  main.focus({ preventScroll: true });
}

function leave() {
  if (typeof screen === "function") screen();
  else screen?.leave();
  screen = undefined;
}

/** @param {string} name */
function titleOf(name) {
  return name === "log" ? t("log") : name === "update" ? t("update") : t(/** @type {typeof TABS[number]} */ (name));
}

/** All words in the language that is chosen now. */
function dress() {
  nav.setAttribute("aria-label", t("screens"));
  fill(nav, TABS.map((tab) => element("a", { href: `#${tab}` }, icon(tab), element("span", {}, t(tab)))));
  say(/** @type {Element} */ (document.querySelector(".skip")), t("skip"));
  const at = open;
  leave();
  open = "";
  route();
  if (at) document.getElementById("language")?.focus();
}

function colour() {
  const theme = kept("theme");
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  dispatchEvent(new Event("p1-theme"));
}

/** When figures are old, why; else what else is amiss. */
function tell() {
  const stale = staleness();
  const card = state.status?.card;
  let text = "";
  if (stale === "lost") text = t("lost");
  else if (stale === "closed") text = t("closed_");
  else if (stale === "silent") text = ageS() === null ? t("silentEver") : t("silent", { age: age(ageS() ?? 0) });
  else if (card && card.state !== "ok") text = t(card.state === "absent" ? "noCard" : "badCard");
  else if (card?.lost_quarters) text = t("lostQuarters", { count: card.lost_quarters });
  else if (card?.nearly_full) text = t("nearlyFull");
  notice.className = stale && stale !== "waiting" ? "stale" : "";
  if (stale !== "closed") return say(notice, text);
  if (!notice.querySelector("button")) fill(notice, text, " ", element("button", { type: "button", onclick: enter }, t("signIn")));
}

async function enter() {
  if (await askPassword()) update({ connection: "waiting" });
}

/** @param {number} seconds */
function age(seconds) {
  // In steps, so that a screen reader is not told each second.
  if (seconds < 60) return t("seconds", { count: number(Math.floor(seconds / 10) * 10) });
  return t(seconds < 120 ? "minute" : "minutes", { count: number(Math.floor(seconds / 60)) });
}

speak();
colour();
dress();
addEventListener("hashchange", route);
addEventListener("p1-language", dress);
addEventListener("p1-theme-chosen", colour);
watch(tell);
let stale = staleness();
setInterval(() => {
  // Figures grow old by themselves.
  if (stale === staleness()) return tell();
  stale = staleness();
  update({});
}, 1000);
follow();
putOnHomeScreen();
/* Only while developing: esbuild tells of each change of a source. */
if (DEVELOPING) new EventSource("/esbuild").addEventListener("change", () => location.reload());
