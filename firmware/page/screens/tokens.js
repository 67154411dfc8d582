/** Panel that creates, lists and removes the tokens of programs. A token is valid until it is removed. */

import { KINDS, visible } from "../access_notice.js";
import { getJson, isSignedIn, sendJson } from "../api.js";
import { copyText } from "../clipboard.js";
import { element, fill, setText } from "../dom.js";
import { errorText } from "../error_text.js";
import { date, FORMATS, t } from "../i18n.js";
import { withSignIn } from "./sign_in.js";

/** @typedef {{id: string, name: string, kind: import("../api_types.js").Kind, created: string | null}} Token */

export function tokensPanel() {
  const list = element("ul", { class: "tokens" });
  const message = element("p", { role: "status" });
  const nameField = element("input", {
    id: "token-name", type: "text", maxlength: "32", required: true, autocomplete: "off",
  });
  const kindField = element("select", { id: "token-kind" }, Object.entries(KINDS).map(([kind, word]) =>
    element("option", { value: kind, selected: kind === "settings" }, t(word))));
  const form = element("form", {},
    element("div", { class: "field" }, element("label", { for: "token-name" }, t("tokenName")), nameField),
    element("div", { class: "field" }, element("label", { for: "token-kind" }, t("kind")), kindField),
    element("p", { class: "buttons" }, element("button", {}, t("makeToken"))));
  const showButton = element("button", { type: "button", onclick: () => perform(load) }, t("showTokens"));
  const root = element("section", { class: "panel", id: "tokens" },
    element("h2", {}, t("tokens")),
    element("p", { class: "soft" }, t("tokensWhat")),
    list, element("p", { class: "buttons" }, showButton), form, message);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    perform(async () => {
      const wanted = { name: nameField.value, kind: kindField.value };
      const reply = await withSignIn(() => sendJson("POST", "/api/tokens", wanted));
      if (!reply) return;
      nameField.value = "";
      await load();
      const copy = () => copyText(reply.token) && setText(copyButton, t("copied"));
      const copyButton = element("button", { type: "button", onclick: copy }, t("copy"));
      fill(message, t("tokenOnce"), element("code", {}, reply.token), copyButton);
    });
  });

  async function load() {
    const reply = await withSignIn(() => getJson("/api/tokens"));
    if (reply) show(reply.tokens);
  }

  /** @param {Token[]} tokens */
  function show(tokens) {
    showButton.hidden = true;
    fill(list, tokens.length ? tokens.map(tokenRow) : element("li", { class: "soft" }, t("noTokens")));
  }

  /** @param {Token} token */
  function tokenRow({ id, name, kind, created }) {
    const remove = () => perform(async () => {
      const remaining = await withSignIn(() => sendJson("DELETE", `/api/tokens?id=${id}`));
      if (remaining) show(remaining.tokens);
    });
    return element("li", {},
      element("span", {}, visible(name),
        element("small", { class: "soft" },
          t(KINDS[kind]), created && ` · ${date(created, FORMATS.fullDay)}`)),
      element("button", { type: "button", "aria-label": `${t("remove")}: ${name}`, onclick: remove }, t("remove")));
  }

  /** @param {() => Promise<void>} action */
  async function perform(action) {
    fill(message);
    try {
      await action();
    } catch (error) {
      setText(message, errorText(error));
    }
  }
  if (isSignedIn()) perform(load);
  return root;
}
