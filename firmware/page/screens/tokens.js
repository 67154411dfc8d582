/** Keys of programs: who has one is let in until it is taken back. */

import { copy } from "../clipboard.js";
import { askJson, change, isSignedIn, Refused } from "../api.js";
import { element, fill, say } from "../dom.js";
import { date, HOW, t } from "../i18n.js";
import { signedIn } from "./sign_in.js";

export function tokens() {
  const list = element("ul", { class: "tokens" });
  const said = element("p", { role: "status" });
  const name = element("input", { id: "token-name", type: "text", maxlength: "32", required: true, autocomplete: "off" });
  const form = element("form", {}, element("div", { class: "field" }, element("label", { for: "token-name" }, t("tokenName")), name),
    element("p", { class: "buttons" }, element("button", {}, t("makeToken"))));
  const see = element("button", { type: "button", onclick: () => act(load) }, t("showTokens"));
  const place = element("section", { class: "card", id: "tokens" }, element("h2", {}, t("tokens")),
    element("p", { class: "soft" }, t("tokensWhat")), list, element("p", { class: "buttons" }, see), form, said);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(async () => {
      const made = await signedIn(() => change("POST", "/api/tokens", { name: name.value }));
      if (!made) return;
      name.value = "";
      await load();
      fill(said, t("tokenOnce"), element("code", {}, made.token),
        element("button", { type: "button", onclick: (/** @type {Event} */ { target }) => copy(made.token) && fill(/** @type {Element} */ (target), t("copied")) }, t("copy")));
    });
  });

  async function load() {
    const found = await signedIn(() => askJson("/api/tokens"));
    if (found) show(found.tokens);
  }

  /** @param {{id: string, name: string, created: string | null}[]} known */
  function show(known) {
    see.hidden = true;
    fill(list, known.length ? known.map(({ id, name, created }) => element("li", {},
      element("span", {}, name, element("small", { class: "soft" }, created ? ` ${date(created, HOW.fullDay)}` : "")),
      element("button", { type: "button", "aria-label": `${t("remove")}: ${name}`, onclick: () => act(async () => {
        const left = await signedIn(() => change("DELETE", `/api/tokens?id=${id}`));
        if (left) show(left.tokens);
      }) }, t("remove")))) : element("li", { class: "soft" }, t("noTokens")));
  }

  /** @param {() => Promise<void>} action */
  async function act(action) {
    fill(said);
    try {
      await action();
    } catch (error) {
      say(said, error instanceof Refused ? error.message : t("noAnswer"));
    }
  }
  if (isSignedIn()) act(load);
  return place;
}
