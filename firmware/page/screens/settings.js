/** Settings screen: the device's settings and actions, and the page's language and theme. */

import { ApiError, getJson, isSignedIn, sendJson, signOut } from "../api.js";
import { element, fill, setText } from "../dom.js";
import { errorText } from "../error_text.js";
import { chooseLanguage, LANGUAGES, t } from "../i18n.js";
import { getStored, setStored } from "../local_storage.js";
import { state, watch } from "../state.js";
import { AREA_NAMES } from "../tariff.js";
import { settingsForm } from "./settings_form.js";
import { askPassword, withSignIn } from "./sign_in.js";
import { tokensPanel } from "./tokens.js";

/** @typedef {import("./settings_form.js").Field} Field */

const ADDRESS = { inputmode: "decimal", pattern: "\\d{1,3}(\\.\\d{1,3}){3}", maxlength: 15 };
const HOST_NAME = "[A-Za-z0-9]([A-Za-z0-9\\-]{0,30}[A-Za-z0-9])?";

/** @type {(min: number, max: number) => Field["limits"]} */
const whole = (min, max) => ({ min, max, step: 1, inputmode: "numeric" });

/** @type {() => Field[]} */
const CAPACITY = () => [
  {
    key: "capacity.area", label: "area", hint: "areaHint", type: "select",
    choices: {
      "": t("areaNone"), ...AREA_NAMES, no_capacity_tariff: t("areaNoTariff"), wallonia_impact: t("impact"),
    },
  },
  { key: "capacity.target_w", label: "ownTarget", hint: "ownTargetHint", type: "number", limits: whole(1, 100_000) },
  { key: "capacity.warning_percent", label: "warnAt", hint: "warnAtHint", type: "number", limits: whole(50, 100) },
  { key: "capacity.counted_from", label: "countedFrom", hint: "countedFromHint", type: "date" },
  {
    key: "capacity.connection_w", label: "connectionPower", hint: "connectionPowerHint", type: "number",
    limits: whole(1_000, 100_000),
  },
];
/** @type {Field[]} */
const NETWORK = [
  {
    key: "network.device_name", label: "deviceName", hint: "deviceNameHint", type: "text",
    limits: { maxlength: 32, pattern: HOST_NAME },
  },
  { key: "network.dhcp", label: "dhcp", type: "checkbox" },
  { key: "network.ip", label: "ip", type: "text", limits: ADDRESS },
  { key: "network.subnet", label: "subnet", type: "text", limits: ADDRESS },
  { key: "network.gateway", label: "gateway", type: "text", limits: ADDRESS },
  { key: "network.dns", label: "dns", type: "text", limits: ADDRESS },
];
/** @type {Field[]} */
const WIFI = [
  { key: "wifi.ssid", label: "ssid", type: "text", limits: { maxlength: 32, list: "networks" } },
  {
    key: "wifi.password", label: "wifiPassword", hint: "wifiPasswordHint", type: "password",
    limits: { maxlength: 64, pattern: "[ -~]{8,63}|[0-9A-Fa-f]{64}", autocomplete: "new-password" },
  },
  { key: "radio.tx_power_dbm", label: "txPower", type: "number", limits: whole(2, 20) },
];
/** @type {Field[]} */
const LIGHT = [
  { key: "light.brightness", label: "brightness", type: "number", limits: whole(0, 100) },
  { key: "light.quiet_from", label: "quietFrom", hint: "quietHint", type: "time" },
  { key: "light.quiet_to", label: "quietTo", type: "time" },
];
/** @type {Field[]} */
const CARD = [{ key: "card.remove_oldest", label: "removeOldest", hint: "removeOldestHint", type: "checkbox" }];
/** @type {Field[]} */
const PASSWORD = [
  {
    key: "access.old_password", label: "oldPassword", hint: "oldPasswordHint", type: "password",
    limits: { maxlength: 64, autocomplete: "current-password" },
  },
  {
    key: "access.password", label: "newPassword", hint: "unchangedWhenEmpty", type: "password",
    limits: { minlength: 8, maxlength: 64, autocomplete: "new-password" },
  },
];
/** @type {Field[]} */
const ACCESS = [
  { key: "access.closed", label: "closed", hint: "closedHint", type: "checkbox" },
  { key: "access.hosts", label: "hosts", hint: "hostsHint", type: "list", limits: { inputmode: "url" } },
];

/**
 * @param {HTMLElement} root
 * @param {string[]} parts
 */
export function settingsScreen(root, [section]) {
  const forms = element("div", { class: "grid" }, element("p", { class: "soft" }, t("loading")));
  const device = devicePanel();
  fill(root, element("h1", {}, t("settings")), element("div", { class: "grid" }, pagePanel(), device.root), forms);
  load(forms, section);
  return watch(device.show);
}

/**
 * @param {HTMLElement} forms
 * @param {string | undefined} section
 */
async function load(forms, section) {
  let config;
  try {
    config = await getJson("/api/config");
  } catch (error) {
    const needsSignIn = error instanceof ApiError && error.status === 401;
    // If the device does not answer the sign-in, call load() too. Then load() shows that the device does not answer.
    const signIn = () => askPassword().catch(() => true);
    const retry = async () => (!needsSignIn || (await signIn())) && load(forms, section);
    fill(forms, element("section", { class: "panel" },
      element("p", {}, t(needsSignIn ? "closed_" : "noAnswer")),
      element("button", { type: "button", class: "primary", onclick: retry }, t(needsSignIn ? "signIn" : "again"))));
    return;
  }
  const network = settingsForm("network", NETWORK, config, { id: "network", note: nameTaken() });
  fill(forms,
    settingsForm("capacity", CAPACITY(), config, { id: "capacity" }),
    accessForm(config, () => load(forms, "access")),
    settingsForm("light", LIGHT, config, { id: "light" }),
    settingsForm("card", CARD, config, { id: "card", note: element("div", {}, cardPassword(config), cardRebuild()) }),
    network,
    settingsForm("wifi", WIFI, config, { id: "wifi", note: networkSearch() }),
    tokensPanel());
  // Look up the fields in the form and not in the document. If the reader has left this screen during the request, the
  // document no longer contains the fields.
  const field = (/** @type {string} */ key) => /** @type {HTMLInputElement} */ (network.elements.namedItem(key));
  const dhcp = field("network.dhcp");
  const addresses = NETWORK.slice(2).map(({ key }) => field(key));
  const showAddresses = () => {
    for (const address of addresses) /** @type {HTMLElement} */ (address.parentElement).hidden = dhcp.checked;
  };
  dhcp.addEventListener("change", showAddresses);
  showAddresses();
  if (section) document.getElementById(section)?.scrollIntoView();
}

/**
 * Return the form for access to the device. If the device has no password, a button opens the sign-in dialog, in which
 * the reader sets the first password.
 * @param {any} config
 * @param {() => void} reload
 */
function accessForm(config, reload) {
  if (config.access.has_password) {
    return settingsForm("access", [...PASSWORD, ...ACCESS], config, { id: "access", onSaved: reload });
  }
  const set = () => askPassword().then((isSet) => isSet && reload(), () => {});
  const setButton = element("button", { type: "button", onclick: set }, t("setPassword"));
  const note = element("p", { class: "buttons" }, setButton);
  return settingsForm("access", ACCESS, config, { id: "access", note, onSaved: reload });
}

/** Return a button that searches for Wi-Fi networks. The field for the network's name suggests the found networks. */
function networkSearch() {
  const list = element("datalist", { id: "networks" });
  const message = element("span", { class: "soft", role: "status" });
  const searchButton = element("button", { type: "button" }, t("scan"));
  searchButton.addEventListener("click", async () => {
    searchButton.disabled = true;
    try {
      const found = await withSignIn(() => getJson("/api/networks"));
      /** @type {{ssid: string, rssi_dbm: number}[]} */
      const networks = found?.networks ?? [];
      fill(list, networks.map(({ ssid, rssi_dbm }) => element("option", { value: ssid }, `${ssid} (${rssi_dbm} dBm)`)));
      if (found) setText(message, t("found", { count: networks.length }));
    } catch (error) {
      setText(message, errorText(error));
    }
    searchButton.disabled = false;
  });
  return element("div", { class: "buttons" }, searchButton, message, list);
}

/** Return a warning if another device on the network has the name of this device. */
function nameTaken() {
  const { status } = state;
  const ip = status?.name_taken_by;
  return ip && element("p", { class: "warning" }, t("nameTaken", { ip, name: `${status.name}.local` }));
}

/**
 * Return the element that offers to remove the Wi-Fi password from the card. The element is empty if the card does not
 * contain the password.
 * @param {{wifi: {password_on_card: boolean | null}}} config
 */
function cardPassword({ wifi }) {
  const offer = element("p", { role: "status" });
  const forget = async () => {
    try {
      if (await withSignIn(() => sendJson("POST", "/api/card/forget_password"))) fill(offer, t("passwordForgotten"));
    } catch (error) {
      fill(offer, error instanceof ApiError ? error.message : t("noAnswer"));
    }
  };
  if (wifi.password_on_card) {
    fill(offer, t("passwordOnCard"), " ", element("button", { type: "button", onclick: forget }, t("forgetPassword")));
  }
  return offer;
}

/**
 * Return the element that offers to rebuild the daily totals on a card of the original firmware. The element is empty
 * for other cards.
 */
function cardRebuild() {
  const offer = element("div", { role: "status" });
  /** @param {{state: "offered" | "running" | "done"}} rebuild */
  const show = (rebuild) => fill(offer,
    rebuild.state !== "done" && element("p", {}, t(rebuild.state === "offered" ? "rebuildOffer" : "rebuilding")),
    rebuild.state === "offered" && element("p", { class: "buttons" },
      element("button", { type: "button", onclick: start }, t("rebuild"))));
  const start = async () => {
    try {
      const rebuild = await withSignIn(() => sendJson("POST", "/api/card/rebuild"));
      if (rebuild) show(rebuild);
    } catch (error) {
      fill(offer, element("p", { class: "warning" }, errorText(error)));
    }
  };
  getJson("/api/card/rebuild").then(show, () => {});
  return offer;
}

/** Return the panel for the page's language and theme. The browser stores both choices. */
function pagePanel() {
  const languageField = element("select", { id: "language" },
    element("option", { value: "" }, t("asBrowser")),
    Object.entries(LANGUAGES).map(([key, name]) =>
      element("option", { value: key, selected: getStored("language") === key, lang: key }, name)));
  languageField.addEventListener("change", () => {
    chooseLanguage(languageField.value);
    dispatchEvent(new Event("p1-language"));
  });
  const themeField = element("select", { id: "theme" },
    /** @type {const} */ ([["", "asSystem"], ["light", "themeLight"], ["dark", "themeDark"]]).map(([key, word]) =>
      element("option", { value: key, selected: getStored("theme") === key }, t(word))));
  themeField.addEventListener("change", () => {
    setStored("theme", themeField.value);
    dispatchEvent(new Event("p1-theme-chosen"));
  });
  return element("section", { class: "panel" },
    element("h2", {}, t("thisPage")),
    element("div", { class: "field" }, element("label", { for: "language" }, t("language")), languageField),
    element("div", { class: "field" }, element("label", { for: "theme" }, t("theme")), themeField));
}

/** Return the panel with the device's actions, such as restart and sign-in, and a function that updates the panel. */
function devicePanel() {
  const message = element("p", { role: "status" });
  /**
   * @param {import("../i18n.js").WordKey} done
   * @param {() => Promise<unknown>} action
   */
  const perform = (done, action) => async () => {
    try {
      if ((await action()) !== null) setText(message, t(done));
    } catch (error) {
      setText(message, errorText(error));
    }
  };
  /** @type {(path: string, body?: object) => Promise<any>} */
  const post = (path, body) => withSignIn(() => sendJson("POST", path, body));
  const identify = () => sendJson("POST", "/api/identify");
  const restart = () => post("/api/restart");
  const erase = async () => (confirm(t("eraseWifiAsk")) ? post("/api/wifi/erase") : null);
  const format = async () => (confirm(t("formatAsk")) ? post("/api/card/format", { confirm: "format" }) : null);
  const signIn = perform("signedInNow", async () => (await askPassword()) || null);
  // Reload the page after the sign-out. If the device sends figures only after a sign-in, the reload removes the
  // figures from the page.
  const leave = () => signOut().then(() => location.reload());
  const signButton = element("button", { type: "button", onclick: () => (isSignedIn() ? leave() : signIn()) });
  const show = () => setText(signButton, t(isSignedIn() ? "signOut" : "signIn"));
  show();
  const { status } = state;
  const root = element("section", { class: "panel" },
    element("h2", {}, t("device")),
    element("p", { class: "soft" }, status ? `${status.name} · ${status.board} · ${status.firmware}` : ""),
    element("p", { class: "buttons" },
      element("a", { class: "button", href: "#update" }, t("update")),
      element("a", { class: "button", href: "#log" }, t("log")),
      element("button", { type: "button", onclick: perform("identified", identify) }, t("identify")),
      element("button", { type: "button", onclick: perform("restarting", restart) }, t("restart")),
      signButton),
    element("details", { class: "disclosure" },
      element("summary", {}, t("danger")),
      element("p", { class: "buttons" },
        element("button", { type: "button", class: "danger", onclick: perform("restarting", erase) }, t("eraseWifi")),
        element("button", { type: "button", class: "danger", onclick: perform("formatted", format) }, t("format")))),
    message);
  return { root, show };
}
