/**
 * Update screen. It sends a package and reports the result. If this screen fails, the reader can use the page /update,
 * which shares no code with this screen.
 */

import { ApiError, authHeaders, getJson } from "../api.js";
import { element, fill, setText } from "../dom.js";
import { errorText } from "../error_text.js";
import { t } from "../i18n.js";
import { state, watch } from "../state.js";
import { withSignIn } from "./sign_in.js";

const TRIES = 90;
const TRY_MS = 2000;

/** @param {HTMLElement} root */
export function updateScreen(root) {
  const versionLine = element("p", { class: "soft" });
  const file = element("input", { type: "file", id: "package", accept: ".p1", required: true });
  const progress = element("progress", { max: "100", value: "0", hidden: true, "aria-label": t("sending") });
  const message = element("p", { role: "status" });
  const sendButton = element("button", { class: "primary" }, t("update"));
  const form = element("form", { class: "panel" }, element("h2", {}, t("update")), versionLine,
    element("div", { class: "field" }, element("label", { for: "package" }, t("package")), file),
    element("p", { class: "buttons" }, sendButton, element("a", { class: "button", href: "#settings" }, t("back"))),
    progress, message);
  fill(root, element("h1", { class: "visually-hidden" }, t("update")), element("div", { class: "grid" }, form));
  const show = () => {
    const { status } = state;
    if (status) setText(versionLine, t("runs", { version: status.firmware, board: status.update.board }));
  };
  show();
  if (state.status?.update.error) setText(message, state.status.update.error);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const chosen = file.files?.[0];
    if (!chosen) return;
    sendButton.disabled = true;
    message.className = "";
    try {
      const version = await withSignIn(() => {
        progress.hidden = false;
        setText(message, t("sending"));
        return upload(chosen, (percent) => (progress.value = percent));
      });
      if (version) {
        setText(message, t("restarting"));
        const word = await waitForVersion(version);
        message.className = word === "versionRuns" ? "good" : "warning";
        setText(message, t(word, { version }));
      }
    } catch (error) {
      message.className = "warning";
      setText(message, error instanceof ApiError ? t("notAccepted", { why: errorText(error) }) : t("noAnswer"));
    }
    progress.hidden = true;
    sendButton.disabled = false;
  });
  return watch(show);
}

/**
 * Send the package by XMLHttpRequest, because fetch() does not report the progress of an upload.
 * @param {File} file
 * @param {(percent: number) => void} progress
 * @returns {Promise<string>} the package's version
 */
function upload(file, progress) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", ({ loaded, total }) => progress((100 * loaded) / total));
    request.addEventListener("load", () => {
      if (request.status === 200) done(JSON.parse(request.response).version);
      else failed(new ApiError(request.status, request.response));
    });
    request.addEventListener("error", () => failed(new TypeError()));
    request.open("POST", "/api/update");
    for (const [name, value] of Object.entries(authHeaders())) request.setRequestHeader(name, value);
    request.send(file);
  });
}

/**
 * Wait until the device has restarted, and return the key of the text for the result. "versionRuns": the new version is
 * running. "versionSilent": the device does not answer, or runs the previous version again. "closed_": the reader has
 * cancelled the sign-in. A restart ends the session, and a closed device sends its version only after a new sign-in.
 * @param {string} version
 * @returns {Promise<"versionRuns" | "versionSilent" | "closed_">}
 */
async function waitForVersion(version) {
  for (let tries = 0; tries < TRIES; tries++) {
    await new Promise((done) => setTimeout(done, TRY_MS));
    try {
      const device = await withSignIn(() => getJson("/api/device"));
      if (device === null) return "closed_";
      if (device.firmware === version && device.uptime_s < 2 * TRIES) return "versionRuns";
    } catch {
      // A request fails while the device is restarting. Try again.
    }
  }
  return "versionSilent";
}
