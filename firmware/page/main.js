/** Entry point of the page. It sets language and theme, opens screens, shows the notice and starts the live figures. */

import "./language_tag.js";
import { showAccess } from "./access_notice.js";
import { addAppManifest } from "./app_manifest.js";
import { cardProblem } from "./card_problem.js";
import { element, fill, icon, setText } from "./dom.js";
import { chooseLanguage, number, t } from "./i18n.js";
import { getStored } from "./local_storage.js";
import { historyScreen } from "./screens/history.js";
import { logScreen } from "./screens/log.js";
import { meterScreen } from "./screens/meter.js";
import { nowScreen } from "./screens/now.js";
import { peaksScreen } from "./screens/peaks.js";
import { settingsScreen } from "./screens/settings.js";
import { askPassword } from "./screens/sign_in.js";
import { updateScreen } from "./screens/update.js";
import { ageS, staleness } from "./staleness.js";
import { state, update, watch } from "./state.js";
import { followDevice } from "./stream.js";

/**
 * A screen fills `root`. `parts` are the words of the URL's fragment after the screen's name. If a screen returns a
 * function, this function is called when the reader leaves the screen. If a screen returns an OpenScreen, `leave` is
 * called when the reader leaves the screen, and `goTo` when only `parts` changes.
 * @typedef {{goTo: (parts: string[]) => void, leave: () => void}} OpenScreen
 * @typedef {(root: HTMLElement, parts: string[]) => void | (() => void) | OpenScreen} Screen
 */

/** @type {Record<string, Screen>} */
const SCREENS = {
  now: nowScreen,
  history: historyScreen,
  peaks: peaksScreen,
  meter: meterScreen,
  settings: settingsScreen,
  update: updateScreen,
  log: logScreen,
};
const TABS = /** @type {const} */ (["now", "history", "peaks", "meter", "settings"]);

const main = /** @type {HTMLElement} */ (document.getElementById("main"));
const nav = /** @type {HTMLElement} */ (document.querySelector("nav"));
const notice = /** @type {HTMLElement} */ (document.getElementById("notice"));
const asks = /** @type {HTMLElement} */ (document.getElementById("asks"));
let openName = "";
/** @type {ReturnType<Screen>} */
let screen;

function route() {
  const [wanted, ...parts] = location.hash.slice(1).split("/");
  const name = Object.keys(SCREENS).includes(wanted) ? wanted : "now";
  if (name === openName && typeof screen === "object") return screen.goTo(parts);
  leave();
  const isFirst = openName === "";
  openName = name;
  document.title = `${screenTitle(name)} · P1 monitor`;
  for (const tab of nav.children) {
    const isCurrent = tab.getAttribute("href") === `#${name}`;
    if (isCurrent) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  main.className = name;
  screen = SCREENS[name](main, parts);
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
function screenTitle(name) {
  return name === "log" ? t("log") : name === "update" ? t("update") : t(/** @type {typeof TABS[number]} */ (name));
}

/** Show the navigation and the open screen in the current language. */
function render() {
  nav.setAttribute("aria-label", t("screens"));
  fill(nav, TABS.map((tab) => element("a", { href: `#${tab}` }, icon(tab), element("span", {}, t(tab)))));
  setText(/** @type {Element} */ (document.querySelector(".skip")), t("skip"));
  const previous = openName;
  leave();
  openName = "";
  route();
  if (previous) document.getElementById("language")?.focus();
}

function applyTheme() {
  const theme = getStored("theme");
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  dispatchEvent(new Event("p1-theme"));
}

/** Show why the figures are old. If the figures are current, show a fault of the meter's clock or of the card. */
function showNotice() {
  const stale = staleness();
  const card = state.status?.card;
  let text = "";
  if (stale === "lost") text = t("lost");
  else if (stale === "closed") text = t("closed_");
  else if (stale === "silent") text = ageS() === null ? t("silentEver") : t("silent", { age: ageText(ageS() ?? 0) });
  else if (state.status?.clock.set === false) text = t("clockNotSet");
  else if (card && card.state !== "ok") text = cardProblem(card);
  else if (card?.lost_quarters) text = t("lostQuarters", { count: card.lost_quarters });
  else if (card?.nearly_full) text = t("nearlyFull");
  else if (card?.changed_settings) text = t("cardChanged", { settings: card.changed_settings.join(", ") });
  notice.className = stale && stale !== "waiting" ? "stale" : "";
  if (stale !== "closed") return setText(notice, text);
  if (notice.querySelector("button")) return;
  fill(notice, text, " ", element("button", { type: "button", onclick: signIn }, t("signIn")));
}

async function signIn() {
  try {
    if (await askPassword()) update({ connection: "waiting" });
  } catch {
    update({ connection: "lost" });
  }
}

/** @param {number} seconds */
function ageText(seconds) {
  // Seconds are shown in steps of 10, so that a screen reader does not read the text every second.
  if (seconds < 60) return t("seconds", { count: number(Math.floor(seconds / 10) * 10) });
  return t(seconds < 120 ? "minute" : "minutes", { count: number(Math.floor(seconds / 60)) });
}

function start() {
  chooseLanguage();
  applyTheme();
  render();
  addEventListener("hashchange", route);
  addEventListener("p1-language", render);
  addEventListener("p1-theme-chosen", applyTheme);
  watch(showNotice);
  watch(() => showAccess(asks));
  let stale = staleness();
  setInterval(() => {
    // Figures become old without an event. Therefore this timer checks the age of the figures, and updates the screens.
    if (stale === staleness()) return showNotice();
    stale = staleness();
    update({});
  }, 1000);
  followDevice();
  addAppManifest();
}

// A browser that does not know <dialog> is too old for the page. Do not start in such a browser. Then <main> stays
// empty, and index.html shows which browsers the page needs.
if ("HTMLDialogElement" in window) start();
// During development, reload the page when esbuild reports a change of the sources.
if (DEVELOPING) new EventSource("/esbuild").addEventListener("change", () => location.reload());
