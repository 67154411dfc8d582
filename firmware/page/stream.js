/**
 * The device's figures as they come: its event stream while the page is seen, polling where it has no stream left.
 *
 * Not EventSource: a stream that holds a token has to send it in a header.
 */

import { askJson, BASE, credentials, Refused } from "./api.js";
import { seedSamples } from "./live_samples.js";
import { state, update } from "./state.js";

const SILENT_MS = 30_000; // a stream without an event for so long is dead
const SHORT_MS = 20_000; // one that ends sooner was taken from us, and would be again
const POLL_MS = 2_000;
const POLLS = 15; // before a stream is asked for again
const LONGEST_WAIT_MS = 10_000;

/** @param {number} ms */
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

/** Keep the state up to date for as long as the page is open. */
export async function follow() {
  let failures = 0;
  for (;;) {
    await seen();
    const began = performance.now();
    let polls = 0;
    try {
      await stream();
      failures = 0;
      if (document.hidden) continue;
      polls = performance.now() - began < SHORT_MS ? POLLS : 0;
    } catch (error) {
      if (error instanceof Refused && error.status === 503) polls = POLLS;
      else if (!document.hidden) update({ connection: isClosed(error) ? "closed" : "lost" });
    }
    if (polls) failures = (await pollFor(polls)) ? 0 : failures + 1;
    else if (!document.hidden) await wait(Math.min(500 * 2 ** failures++, LONGEST_WAIT_MS));
  }
}

/** @param {unknown} error */
function isClosed(error) {
  return error instanceof Refused && error.status === 401;
}

/** Waits until the page is seen. */
async function seen() {
  while (document.hidden) await new Promise((done) => addEventListener("visibilitychange", done, { once: true }));
}

/** Take events until the stream ends, is silent for too long, or the page is hidden: others need the connection. */
async function stream() {
  const stop = new AbortController();
  const hide = () => document.hidden && stop.abort();
  document.addEventListener("visibilitychange", hide);
  let timer = setTimeout(() => stop.abort(), SILENT_MS);
  try {
    const reply = await fetch(`${BASE}/api/live`, { headers: credentials(), signal: stop.signal, cache: "no-store" });
    if (!reply.ok || !reply.body) throw new Refused(reply.status, await reply.text());
    const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (let isFirst = true; ; ) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => stop.abort(), SILENT_MS);
      const events = (text + value).split("\n\n");
      text = events.pop() ?? "";
      for (const event of events) take(event);
      if (events.length && isFirst) {
        isFirst = false;
        seedSamples();
      }
    }
  } finally {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", hide);
    stop.abort();
  }
}

/** @param {string} event "event: NAME", a line end, "data: JSON" */
function take(event) {
  const [head, data] = event.split("\ndata: ");
  update({ [head.slice(7)]: JSON.parse(data), connection: "live" });
}

/**
 * Ask for what a stream would bring. Whether the device answered to the last.
 * @param {number} times
 */
async function pollFor(times) {
  for (let at = 0; at < times && !document.hidden; at++) {
    try {
      if (at % 5 === 0) {
        update({ status: await askJson("/api/device"), peaks: await askJson("/api/peaks") });
        seedSamples();
      }
      const reading = await askJson("/api/reading");
      update({ reading, quarter: await askJson("/api/quarter"), connection: "polling" });
    } catch (error) {
      update({ connection: isClosed(error) ? "closed" : "lost" });
      return false;
    }
    await wait(POLL_MS);
  }
  return true;
}

/** Look again at once, after a sign-in or a change of settings. */
export async function refresh() {
  if (state.connection === "live" || state.connection === "polling") update({ status: await askJson("/api/device") });
}
