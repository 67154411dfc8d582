/**
 * Live figures from the device's event stream, while the page is visible. If other clients use all streams of the
 * device, the page polls.
 *
 * EventSource is not used, because it cannot send the Authorization header with the token.
 */

import { ApiError, authHeaders, BASE_URL, getJson } from "./api.js";
import { seedSamples } from "./live_samples.js";
import { state, update } from "./state.js";

const SILENT_MS = 30_000; // longest wait for the next event of a stream
// If a stream ends within 20 s, the device has probably ended the stream to serve another client. In this case the page
// polls, because the device would soon end a new stream too.
const SHORT_MS = 20_000;
const POLL_MS = 2_000;
const POLLS = 15; // number of polls before the page requests a stream again
const LONGEST_WAIT_MS = 10_000;

/** @param {number} ms */
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

/** Keep `state` up to date while the page is open. */
export async function followDevice() {
  let failures = 0;
  for (;;) {
    await untilVisible();
    const began = performance.now();
    let polls = 0;
    try {
      await readStream();
      failures = 0;
      if (document.hidden) continue;
      polls = performance.now() - began < SHORT_MS ? POLLS : 0;
    } catch (error) {
      if (error instanceof ApiError && error.status === 503) polls = POLLS;
      else if (!document.hidden) update({ connection: needsSignIn(error) ? "closed" : "lost" });
    }
    if (polls) failures = (await poll(polls)) ? 0 : failures + 1;
    else if (!document.hidden) await wait(Math.min(500 * 2 ** failures++, LONGEST_WAIT_MS));
  }
}

/** @param {unknown} error */
function needsSignIn(error) {
  return error instanceof ApiError && error.status === 401;
}

async function untilVisible() {
  while (document.hidden) await new Promise((done) => addEventListener("visibilitychange", done, { once: true }));
}

/**
 * Read events until the stream ends or is silent for 30 s. If the page is hidden, end the stream, because other clients
 * may need the connection.
 */
async function readStream() {
  const stop = new AbortController();
  const stopWhenHidden = () => document.hidden && stop.abort();
  document.addEventListener("visibilitychange", stopWhenHidden);
  let timer = setTimeout(() => stop.abort(), SILENT_MS);
  try {
    const response = await fetch(`${BASE_URL}/api/live`, {
      headers: authHeaders(), signal: stop.signal, cache: "no-store",
    });
    if (!response.ok || !response.body) throw new ApiError(response.status, await response.text());
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (let isFirst = true; ; ) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => stop.abort(), SILENT_MS);
      const events = (text + value).split("\n\n");
      text = events.pop() ?? "";
      for (const event of events) applyEvent(event);
      if (events.length && isFirst) {
        isFirst = false;
        seedSamples();
      }
    }
  } finally {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", stopWhenHidden);
    stop.abort();
  }
}

/** @param {string} event text of one event: "event: NAME", a line end, "data: JSON" */
function applyEvent(event) {
  const [head, data] = event.split("\ndata: ");
  update({ [head.slice(7)]: JSON.parse(data), connection: "live" });
}

/**
 * Request the data that the event stream would send. This is done while the page has no stream. True if the device
 * answered every request.
 * @param {number} times number of polls, one every 2 s. Polls 1, 6, 11 … also request the status and peaks.
 */
async function poll(times) {
  for (let count = 0; count < times && !document.hidden; count++) {
    try {
      if (count % 5 === 0) {
        update({ status: await getJson("/api/device"), peaks: await getJson("/api/peaks") });
        seedSamples();
      }
      const reading = await getJson("/api/reading");
      update({ reading, quarter: await getJson("/api/quarter"), connection: "polling" });
    } catch (error) {
      update({ connection: needsSignIn(error) ? "closed" : "lost" });
      return false;
    }
    await wait(POLL_MS);
  }
  return true;
}

/** Load the device's status at once. This is called after a change of settings. */
export async function refreshStatus() {
  if (state.connection === "live" || state.connection === "polling") update({ status: await getJson("/api/device") });
}
