/** Keys of programs: who has one is let in until it is taken back. */

import { ApiError, getJson, isSignedIn, sendJson } from "../api.js";
import { copyText } from "../clipboard.js";
import { element, fill, setText } from "../dom.js";
import { date, FORMATS, t } from "../i18n.js";
import { withSignIn } from "./sign_in.js";

export function tokensPanel() {
  const list = element("ul", { class: "tokens" });
  const message = element("p", { role: "status" });
  const name = element("input", { id: "token-name", type: "text", maxlength: "32", required: true, autocomplete: "off" });
  const form = element("form", {}, element("div", { class: "field" }, element("label", { for: "token-name" }, t("tokenName")), name),
    element("p", { class: "buttons" }, element("button", {}, t("makeToken"))));
  const showButton = element("button", { type: "button", onclick: () => perform(load) }, t("showTokens"));
  const root = element("section", { class: "panel", id: "tokens" }, element("h2", {}, t("tokens")),
    element("p", { class: "soft" }, t("tokensWhat")), list, element("p", { class: "buttons" }, showButton), form, message);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    perform(async () => {
      const reply = await withSignIn(() => sendJson("POST", "/api/tokens", { name: name.value }));
      if (!reply) return;
      name.value = "";
      await load();
      fill(message, t("tokenOnce"), element("code", {}, reply.token),
        element("button", { type: "button", onclick: (/** @type {Event} */ { target }) => copyText(reply.token) && fill(/** @type {Element} */ (target), t("copied")) }, t("copy")));
    });
  });

  async function load() {
    const reply = await withSignIn(() => getJson("/api/tokens"));
    if (reply) show(reply.tokens);
  }

  /** @param {{id: string, name: string, created: string | null}[]} tokens */
  function show(tokens) {
    showButton.hidden = true;
    fill(list, tokens.length ? tokens.map(({ id, name, created }) => element("li", {},
      element("span", {}, name, element("small", { class: "soft" }, created ? ` ${date(created, FORMATS.fullDay)}` : "")),
      element("button", { type: "button", "aria-label": `${t("remove")}: ${name}`, onclick: () => perform(async () => {
        const remaining = await withSignIn(() => sendJson("DELETE", `/api/tokens?id=${id}`));
        if (remaining) show(remaining.tokens);
      }) }, t("remove")))) : element("li", { class: "soft" }, t("noTokens")));
  }

  /** @param {() => Promise<void>} action */
  async function perform(action) {
    fill(message);
    try {
      await action();
    } catch (error) {
      setText(message, error instanceof ApiError ? error.message : t("noAnswer"));
    }
  }
  if (isSignedIn()) perform(load);
  return root;
}
