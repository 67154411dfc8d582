/** Another version of the firmware: sending it, and what came of it. /update does the same without this page's code. */

import { askJson, credentials, Refused } from "../api.js";
import { element, fill, say } from "../dom.js";
import { t } from "../i18n.js";
import { state, watch } from "../state.js";
import { signedIn } from "./sign_in.js";

const TRIES = 90;
const TRY_MS = 2000;

/** @param {HTMLElement} place */
export function updating(place) {
  const running = element("p", { class: "soft" });
  const file = element("input", { type: "file", id: "package", accept: ".p1", required: true });
  const progress = element("progress", { max: "100", value: "0", hidden: true, "aria-label": t("sending") });
  const said = element("p", { role: "status" });
  const send = element("button", { class: "go" }, t("update"));
  const form = element("form", { class: "card" }, element("h2", {}, t("update")), running,
    element("div", { class: "field" }, element("label", { for: "package" }, t("package")), file),
    element("p", { class: "buttons" }, send, element("a", { class: "button", href: "#settings" }, t("back"))), progress, said);
  fill(place, element("h1", { class: "unseen" }, t("update")), element("div", { class: "grid" }, form));
  const show = () => {
    const { status } = state;
    if (status) say(running, t("runs", { version: status.firmware, board: status.update.board }));
  };
  show();
  if (state.status?.update.error) say(said, state.status.update.error);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const chosen = file.files?.[0];
    if (!chosen) return;
    send.disabled = true;
    said.className = "";
    try {
      const version = await signedIn(() => {
        progress.hidden = false;
        say(said, t("sending"));
        return upload(chosen, (percent) => (progress.value = percent));
      });
      if (version) {
        say(said, t("restarting"));
        said.className = (await comesBack(version)) ? "good" : "warning";
        say(said, said.className === "good" ? t("versionRuns", { version }) : t("versionSilent"));
      }
    } catch (error) {
      said.className = "warning";
      say(said, error instanceof Refused ? t("notAccepted", { why: error.message }) : t("noAnswer"));
    }
    progress.hidden = true;
    send.disabled = false;
  });
  return watch(show);
}

/**
 * Send the package; fetch does not tell how far it is.
 * @param {File} file
 * @param {(percent: number) => void} progress
 * @returns {Promise<string>} its version
 */
function upload(file, progress) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", ({ loaded, total }) => progress((100 * loaded) / total));
    request.addEventListener("load", () =>
      request.status === 200 ? done(JSON.parse(request.response).version) : failed(new Refused(request.status, request.response)));
    request.addEventListener("error", () => failed(new TypeError()));
    request.open("POST", "/api/update");
    for (const [name, value] of Object.entries(credentials())) request.setRequestHeader(name, value);
    request.send(file);
  });
}

/**
 * Whether the device comes back with a version; it goes back by itself to the one before when it cannot.
 * @param {string} version
 */
async function comesBack(version) {
  for (let tries = 0; tries < TRIES; tries++) {
    await new Promise((done) => setTimeout(done, TRY_MS));
    try {
      const { firmware, uptime_s } = await askJson("/api/device");
      if (firmware === version && uptime_s < 2 * TRIES) return true;
    } catch (error) {
      if (error instanceof Refused && error.status === 401) return true; // it reads behind a sign-in, which a restart ends
    }
  }
  return false;
}
