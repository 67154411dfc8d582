/** Fields of a form about one section of the device's settings, and what came of sending it. */

import { change, Refused } from "../api.js";
import { element, fill, say } from "../dom.js";
import { t } from "../i18n.js";
import { refresh } from "../stream.js";
import { signedIn } from "./sign_in.js";

/** @typedef {import("../i18n.js").Word} Word */
/**
 * @typedef {object} Field
 * @property {string} key of the setting, "capacity.area"
 * @property {Word} label
 * @property {Word} [hint]
 * @property {"text" | "number" | "password" | "date" | "time" | "checkbox" | "select"} type
 * @property {Record<string, string>} [choices]
 * @property {Record<string, string | number>} [limits] further attributes
 */

/**
 * A form that sends what was changed in it, and nothing else.
 * @param {Word} title
 * @param {Field[]} fields
 * @param {any} config what the device told
 * @param {{id?: string, note?: import("../dom.js").Part, done?: (changed: any) => void}} [more]
 */
export function settingsForm(title, fields, config, { id, note, done } = {}) {
  const said = element("p", { role: "status" });
  const send = element("button", { class: "go" }, t("save"));
  const inputs = fields.map((field) => [field, input(field, valueOf(config, field.key))]);
  const typed = /** @type {[Field, HTMLInputElement | HTMLSelectElement][]} */ (inputs);
  const before = typed.map(([field, made]) => read(field, made));
  const form = element("form", { class: "card", id, novalidate: true },
    element("h2", {}, t(title)), note,
    typed.map(([field, made]) => label(field, made)),
    element("p", { class: "buttons" }, send), said);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.className = "";
    const wrong = typed.find(([, made]) => !made.checkValidity());
    if (wrong) return refuse(`${t(wrong[0].label)}: ${wrong[1].validationMessage}`, wrong[1]);
    const changes = {};
    typed.forEach(([field, made], at) => {
      const value = read(field, made);
      if (value !== before[at]) put(changes, field.key, value);
    });
    if (!Object.keys(changes).length) return say(said, t("nothingChanged"));
    send.disabled = true;
    try {
      const result = await signedIn(() => change("PATCH", "/api/config", changes));
      if (result) {
        typed.forEach(([field, made], at) => (before[at] = read(field, made)));
        fill(said, t(result.restart_needed ? "savedRestart" : "saved"));
        await refresh();
        done?.(result);
      }
    } catch (error) {
      refuse(error instanceof Refused ? error.message : t("noAnswer"));
    }
    send.disabled = false;
  });

  /**
   * @param {string} why
   * @param {HTMLElement} [where]
   */
  function refuse(why, where) {
    said.className = "warning";
    say(said, why);
    where?.focus();
  }
  return form;
}

/**
 * @param {Field} field
 * @param {any} value
 */
function input({ key, type, choices, limits = {} }, value) {
  if (type === "select") {
    const options = Object.entries(choices ?? {}).map(([name, text]) => element("option", { value: name, selected: name === (value ?? "") }, text));
    return element("select", { id: key }, options);
  }
  const made = element("input", { id: key, type, autocomplete: "off", autocapitalize: "none", spellcheck: "false", ...limits });
  if (type === "checkbox") made.checked = Boolean(value);
  else made.value = value ?? "";
  return made;
}

/**
 * @param {Field} field
 * @param {HTMLElement} made
 */
function label({ key, label, hint, type }, made) {
  if (hint) made.setAttribute("aria-describedby", `${key}-hint`);
  const words = element("label", { for: key }, t(label));
  const told = hint ? element("small", { id: `${key}-hint`, class: "soft" }, t(hint)) : null;
  return element("div", { class: type === "checkbox" ? "field check" : "field" }, type === "checkbox" ? [made, words, told] : [words, told, made]);
}

/**
 * What a field holds: null for an empty one, which takes a setting back to its default.
 * @param {Field} field
 * @param {HTMLInputElement | HTMLSelectElement} made
 */
function read({ type }, made) {
  if (type === "checkbox") return /** @type {HTMLInputElement} */ (made).checked;
  if (made.value === "") return null;
  return type === "number" ? Number(made.value) : made.value;
}

/**
 * @param {any} config
 * @param {string} key
 */
function valueOf(config, key) {
  return key.split(".").reduce((inner, part) => inner?.[part], config);
}

/**
 * @param {any} changes
 * @param {string} key
 * @param {unknown} value
 */
function put(changes, key, value) {
  const [section, name] = key.split(".");
  if (name) (changes[section] ??= {})[name] = value;
  else changes[section] = value;
}
