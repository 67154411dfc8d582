/** Form for one section of the device's settings. */

import { sendJson } from "../api.js";
import { element, fill, setText } from "../dom.js";
import { errorText } from "../error_text.js";
import { t } from "../i18n.js";
import { refreshStatus } from "../stream.js";
import { withSignIn } from "./sign_in.js";

/** @typedef {import("../i18n.js").WordKey} WordKey */
/**
 * @typedef {object} Field
 * @property {string} key name of the setting, such as "capacity.area"
 * @property {WordKey} label
 * @property {WordKey} [hint]
 * @property {"text" | "number" | "password" | "date" | "time" | "checkbox" | "select" | "list"} type `list`: words with
 *   commas or blanks between them
 * @property {Record<string, string>} [choices]
 * @property {Record<string, string | number>} [limits] more attributes of the input element, such as `max`
 */

/**
 * Return a form that sends only the changed settings.
 * @param {WordKey} title
 * @param {Field[]} fields
 * @param {any} config the device's settings
 * @param {{id?: string, note?: import("../dom.js").Child, onSaved?: (changed: any) => void}} [more]
 */
export function settingsForm(title, fields, config, { id, note, onSaved } = {}) {
  const message = element("p", { role: "status" });
  const saveButton = element("button", { class: "primary" }, t("save"));
  const made = fields.map((field) => [field, createInput(field, valueOf(config, field.key))]);
  const inputs = /** @type {[Field, HTMLInputElement | HTMLSelectElement][]} */ (made);
  const saved = inputs.map(([field, input]) => valueIn(field, input));
  const form = element("form", { class: "panel", id, novalidate: true },
    element("h2", {}, t(title)), note,
    inputs.map(([field, input]) => fieldRow(field, input)),
    element("p", { class: "buttons" }, saveButton), message);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    message.className = "";
    const invalid = inputs.find(([, input]) => !input.checkValidity());
    if (invalid) return showError(`${t(invalid[0].label)}: ${reason(...invalid)}`, invalid[1]);
    const changes = {};
    inputs.forEach(([field, input], index) => {
      const value = valueIn(field, input);
      if (JSON.stringify(value) !== JSON.stringify(saved[index])) putValue(changes, field.key, value);
    });
    if (!Object.keys(changes).length) return setText(message, t("nothingChanged"));
    saveButton.disabled = true;
    try {
      const result = await withSignIn(() => sendJson("PATCH", "/api/config", changes));
      if (result) {
        inputs.forEach(([field, input], index) => (saved[index] = valueIn(field, input)));
        fill(message, t(result.restart_needed ? "savedRestart" : "saved"));
        await refreshStatus();
        onSaved?.(result);
      }
    } catch (error) {
      showError(errorText(error));
    }
    saveButton.disabled = false;
  });

  /**
   * @param {string} why
   * @param {HTMLElement} [where]
   */
  function showError(why, where) {
    message.className = "warning";
    setText(message, why);
    where?.focus();
  }
  return form;
}

/**
 * Return the text that explains why an input is invalid: the browser's message, or the field's hint if the input does
 * not match the field's pattern. The hint describes what is right, but the browser's message does not.
 * @param {Field} field
 * @param {HTMLInputElement | HTMLSelectElement} input
 */
function reason({ hint }, input) {
  return hint && input.validity.patternMismatch ? t(hint) : input.validationMessage;
}

/**
 * @param {Field} field
 * @param {any} value
 */
function createInput({ key, type, choices, limits = {} }, value) {
  if (type === "select") {
    const options = Object.entries(choices ?? {}).map(([name, text]) =>
      element("option", { value: name, selected: name === (value ?? "") }, text));
    return element("select", { id: key }, options);
  }
  const input = element("input", {
    id: key, type: type === "list" ? "text" : type,
    autocomplete: "off", autocapitalize: "none", spellcheck: "false", ...limits,
  });
  if (type === "checkbox") input.checked = Boolean(value);
  else input.value = type === "list" ? (value ?? []).join(", ") : value ?? "";
  return input;
}

/**
 * @param {Field} field
 * @param {HTMLElement} input
 */
function fieldRow({ key, label, hint, type }, input) {
  if (hint) input.setAttribute("aria-describedby", `${key}-hint`);
  const caption = element("label", { for: key }, t(label));
  const hintLine = hint ? element("small", { id: `${key}-hint`, class: "soft" }, t(hint)) : null;
  return type === "checkbox"
    ? element("div", { class: "field check" }, input, caption, hintLine)
    : element("div", { class: "field" }, caption, hintLine, input);
}

/**
 * Return a field's value; null for an empty field. The device replaces null by the setting's default.
 * @param {Field} field
 * @param {HTMLInputElement | HTMLSelectElement} input
 */
function valueIn({ type }, input) {
  if (type === "checkbox") return /** @type {HTMLInputElement} */ (input).checked;
  if (input.value === "") return null;
  if (type === "list") return input.value.split(/[\s,]+/).filter(Boolean);
  return type === "number" ? Number(input.value) : input.value;
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
function putValue(changes, key, value) {
  const [section, name] = key.split(".");
  if (name) (changes[section] ??= {})[name] = value;
  else changes[section] = value;
}
