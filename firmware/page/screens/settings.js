/** The device's settings, and the page's own. */

import { askJson, change, isSignedIn, Refused } from "../api.js";
import { keep, kept } from "../local_storage.js";
import { element, fill, say } from "../dom.js";
import { LANGUAGES, speak, t } from "../i18n.js";
import { state } from "../state.js";
import { AREA_NAMES } from "../tariff.js";
import { settingsForm } from "./settings_form.js";
import { askPassword, signedIn } from "./sign_in.js";
import { tokens } from "./tokens.js";

/** @typedef {import("./settings_form.js").Field} Field */

const ADDRESS = { inputmode: "decimal", pattern: "\\d{1,3}(\\.\\d{1,3}){3}", maxlength: 15 };

/** @type {() => Field[]} */
const CAPACITY = () => [
  { key: "capacity.area", label: "area", hint: "areaHint", type: "select", choices: { "": t("areaNone"), ...AREA_NAMES, no_capacity_tariff: t("areaNoTariff"), wallonia_impact: t("impact") } },
  { key: "capacity.target_w", label: "ownTarget", hint: "ownTargetHint", type: "number", limits: { min: 1, max: 100000, step: 1, inputmode: "numeric" } },
  { key: "capacity.warning_percent", label: "warnAt", hint: "warnAtHint", type: "number", limits: { min: 50, max: 100, step: 1, inputmode: "numeric" } },
  { key: "capacity.counted_from", label: "countedFrom", hint: "countedFromHint", type: "date" },
];
/** @type {Field[]} */
const NETWORK = [
  { key: "network.device_name", label: "deviceName", hint: "deviceNameHint", type: "text", limits: { maxlength: 32, pattern: "[A-Za-z0-9]([A-Za-z0-9\\-]{0,30}[A-Za-z0-9])?" } },
  { key: "network.dhcp", label: "dhcp", type: "checkbox" },
  { key: "network.ip", label: "ip", type: "text", limits: ADDRESS },
  { key: "network.subnet", label: "subnet", type: "text", limits: ADDRESS },
  { key: "network.gateway", label: "gateway", type: "text", limits: ADDRESS },
  { key: "network.dns", label: "dns", type: "text", limits: ADDRESS },
];
/** @type {Field[]} */
const WIFI = [
  { key: "wifi.ssid", label: "ssid", type: "text", limits: { maxlength: 32, list: "networks" } },
  { key: "wifi.password", label: "wifiPassword", hint: "unchangedWhenEmpty", type: "password", limits: { maxlength: 64, autocomplete: "new-password" } },
  { key: "radio.tx_power_dbm", label: "txPower", type: "number", limits: { min: 2, max: 20, step: 1, inputmode: "numeric" } },
];
/** @type {Field[]} */
const LIGHT = [
  { key: "light.brightness", label: "brightness", type: "number", limits: { min: 0, max: 100, step: 1, inputmode: "numeric" } },
  { key: "light.quiet_from", label: "quietFrom", hint: "quietHint", type: "time" },
  { key: "light.quiet_to", label: "quietTo", type: "time" },
];
/** @type {Field[]} */
const CARD = [{ key: "card.remove_oldest", label: "removeOldest", hint: "removeOldestHint", type: "checkbox" }];
/** @type {Field[]} */
const ACCESS = [
  { key: "access.password", label: "newPassword", hint: "unchangedWhenEmpty", type: "password", limits: { minlength: 8, maxlength: 64, autocomplete: "new-password" } },
  { key: "access.closed", label: "closed", hint: "closedHint", type: "checkbox" },
];

/**
 * @param {HTMLElement} place
 * @param {string[]} parts
 */
export function settings(place, [section]) {
  const forms = element("div", { class: "grid" }, element("p", { class: "soft" }, t("loading")));
  fill(place, element("h1", {}, t("settings")), element("div", { class: "grid" }, own(), device()), forms);
  load(forms, section);
}

/**
 * @param {HTMLElement} forms
 * @param {string | undefined} section
 */
async function load(forms, section) {
  let config;
  try {
    config = await askJson("/api/config");
  } catch (error) {
    const isClosed = error instanceof Refused && error.status === 401;
    const again = async () => (!isClosed || (await askPassword())) && load(forms, section);
    fill(forms, element("section", { class: "card" }, element("p", {}, t(isClosed ? "closed_" : "noAnswer")),
      element("button", { type: "button", class: "go", onclick: again }, t(isClosed ? "signIn" : "again"))));
    return;
  }
  const network = settingsForm("network", NETWORK, config, { id: "network" });
  fill(forms,
    settingsForm("capacity", CAPACITY(), config, { id: "capacity" }),
    settingsForm("access", ACCESS, config, { id: "access", done: () => load(forms, "access") }),
    settingsForm("light", LIGHT, config, { id: "light" }),
    settingsForm("card", CARD, config, { id: "card" }),
    network,
    settingsForm("wifi", WIFI, config, { id: "wifi", note: networks() }),
    tokens());
  const dhcp = /** @type {HTMLInputElement} */ (document.getElementById("network.dhcp"));
  const addresses = NETWORK.slice(2).map(({ key }) => /** @type {HTMLInputElement} */ (document.getElementById(key)));
  const follow = () => addresses.forEach((field) => (/** @type {HTMLElement} */ (field.parentElement).hidden = dhcp.checked));
  dhcp.addEventListener("change", follow);
  follow();
  if (section) document.getElementById(section)?.scrollIntoView();
}

/** The networks that the device hears, offered in the field. */
function networks() {
  const list = element("datalist", { id: "networks" });
  const said = element("span", { class: "soft", role: "status" });
  const scan = element("button", { type: "button" }, t("scan"));
  scan.addEventListener("click", async () => {
    scan.disabled = true;
    try {
      const found = await signedIn(() => askJson("/api/networks"));
      fill(list, found?.networks.map((/** @type {any} */ one) => element("option", { value: one.ssid }, `${one.ssid} (${one.rssi_dbm} dBm)`)) ?? []);
      if (found) say(said, t("found", { count: found.networks.length }));
    } catch (error) {
      say(said, error instanceof Refused ? error.message : t("noAnswer"));
    }
    scan.disabled = false;
  });
  return element("div", { class: "buttons" }, scan, said, list);
}

/** Language and colours of this page, in this browser. */
function own() {
  const languages = element("select", { id: "language" },
    element("option", { value: "" }, t("asBrowser")),
    Object.entries(LANGUAGES).map(([key, name]) => element("option", { value: key, selected: kept("language") === key, lang: key }, name)));
  languages.addEventListener("change", () => {
    speak(languages.value);
    dispatchEvent(new Event("p1-language"));
  });
  const themes = element("select", { id: "theme" },
    /** @type {const} */ ([["", "asSystem"], ["light", "themeLight"], ["dark", "themeDark"]]).map(([key, word]) =>
      element("option", { value: key, selected: kept("theme") === key }, t(word))));
  themes.addEventListener("change", () => {
    keep("theme", themes.value);
    dispatchEvent(new Event("p1-theme-chosen"));
  });
  return element("section", { class: "card" }, element("h2", {}, t("thisPage")),
    element("div", { class: "field" }, element("label", { for: "language" }, t("language")), languages),
    element("div", { class: "field" }, element("label", { for: "theme" }, t("theme")), themes));
}

/** What can be done to the device. */
function device() {
  const said = element("p", { role: "status" });
  /**
   * @param {import("../i18n.js").Word} done
   * @param {() => Promise<unknown>} action
   */
  const act = (done, action) => async () => {
    try {
      if ((await action()) !== null) say(said, t(done));
    } catch (error) {
      say(said, error instanceof Refused ? error.message : t("noAnswer"));
    }
  };
  const restart = () => signedIn(() => change("POST", "/api/restart"));
  const erase = async () => (confirm(t("eraseWifiAsk")) ? signedIn(() => change("POST", "/api/wifi/erase")) : null);
  const format = async () => (confirm(t("formatAsk")) ? signedIn(() => change("POST", "/api/card/format", { confirm: "format" })) : null);
  const { status } = state;
  return element("section", { class: "card" }, element("h2", {}, t("device")),
    element("p", { class: "soft" }, status ? `${status.name} · ${status.board} · ${status.firmware}` : ""),
    element("p", { class: "buttons" },
      element("a", { class: "button", href: "#update" }, t("update")),
      element("a", { class: "button", href: "#log" }, t("log")),
      element("button", { type: "button", onclick: act("identified", () => change("POST", "/api/identify")) }, t("identify")),
      element("button", { type: "button", onclick: act("restarting", restart) }, t("restart")),
      isSignedIn() ? element("button", { type: "button", onclick: act("signedOut", async () => keep("token", "")) }, t("signOut"))
        : element("button", { type: "button", onclick: act("signedInNow", async () => (await askPassword()) || null) }, t("signIn"))),
    element("details", { class: "behind" }, element("summary", {}, t("danger")), element("p", { class: "buttons" },
      element("button", { type: "button", class: "danger", onclick: act("restarting", erase) }, t("eraseWifi")),
      element("button", { type: "button", class: "danger", onclick: act("formatted", format) }, t("format")))),
    said);
}
