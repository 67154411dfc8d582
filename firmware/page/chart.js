/** Charts drawn by uPlot in the page's colours, with equal steps: import upwards, export downwards. */

import uPlot from "uplot";
import { element } from "./dom.js";

/**
 * @typedef {object} ChartOptions
 * @property {"line" | "bars"} kind
 * @property {string} label what the chart shows, in words
 * @property {() => (number | null)[]} imported
 * @property {() => (number | null)[]} exported 0 or more, like `imported`
 * @property {() => number | null} [target] value of the line across the chart
 * @property {() => number | null} [peak] index of the marked step
 * @property {(value: number) => string} format
 * @property {(index: number) => string} tick label of a step
 * @property {number | number[]} every number of steps between two ticks, or the steps that have a tick
 * @property {(index: number | null) => void} onPoint called when the reader points at a step, or at none
 * @property {(index: number) => void} [onPick] called when the reader clicks a step
 */

const AXIS_FONT = "12px system-ui, sans-serif";
const GAP_PX = 44; // smallest distance between two ticks

/**
 * Draw a chart into `host`. Its `show` reads the values from `options` again and draws them.
 * @param {HTMLElement} host
 * @param {ChartOptions} options
 */
export function chart(host, options) {
  const canvas = element("div", { role: "img", "aria-label": options.label });
  host.replaceChildren(canvas);
  let plot = draw(canvas, options);
  const resize = () => plot.setSize({ width: canvas.clientWidth, height: heightOf(canvas) });
  const observer = new ResizeObserver(resize);
  observer.observe(canvas);
  const redraw = () => {
    plot.destroy();
    plot = draw(canvas, options);
  };
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", redraw);
  addEventListener("p1-theme", redraw);
  return {
    show: () => plot.setData(dataOf(options)),
    destroy: () => {
      observer.disconnect();
      scheme.removeEventListener("change", redraw);
      removeEventListener("p1-theme", redraw);
      plot.destroy();
    },
  };
}

/** @param {HTMLElement} host */
function heightOf(host) {
  return host.clientWidth < 520 ? 210 : 280;
}

/**
 * @param {ChartOptions} options
 * @returns {uPlot.AlignedData}
 */
function dataOf({ kind, imported, exported, peak }) {
  const up = imported();
  const marked = peak?.() ?? null;
  // An export of 0 is not drawn, because a line along 0 would look like export. Next to a value a line returns to 0.
  const down = exported().map((value, index, all) => (
    value === null || !(value || (kind === "line" && (all[index - 1] || all[index + 1]))) ? null : -value));
  return [up.map((_, index) => index), up, down, up.map((value, index) => (index === marked ? value : null))];
}

/**
 * @param {HTMLElement} host
 * @param {ChartOptions} options
 */
function draw(host, options) {
  const colours = getComputedStyle(host);
  // Read colours at each drawing, because a dashboard card has none before it is part of its dashboard.
  /** @param {string} name */
  const colour = (name) => colours.getPropertyValue(`--${name}`).trim();
  const bars = options.kind === "bars" ? uPlot.paths.bars?.({ size: [0.72, 44], radius: 0.15 }) : undefined;
  /** @type {(name: string, fill: string) => uPlot.Series} */
  const series = (name, fill) => ({
    stroke: () => colour(name), fill: () => colour(fill), width: bars ? 0 : 1.75, paths: bars, points: { show: false },
  });
  const plot = new uPlot({
    width: host.clientWidth || 320,
    height: heightOf(host),
    padding: [10, 4, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: !bars } },
    scales: {
      x: { time: false, range: (_, low, high) => (bars ? [low - 0.6, high + 0.6] : [low, high]) },
      y: { range: yRange(options) },
    },
    series: [
      {},
      series("import", bars ? "import" : "import-soft"),
      series("export", bars ? "export" : "export-soft"),
      { ...series("peak", "peak"), width: 0 },
    ],
    axes: [
      {
        stroke: () => colour("soft"), font: AXIS_FONT, grid: { show: false }, ticks: { show: false }, gap: 6, size: 30,
        splits: (self, _, low, high) => tickIndexes(options.every, high - low, self.width),
        values: (_, splits) => splits.map(options.tick),
      },
      {
        stroke: () => colour("soft"), font: AXIS_FONT, grid: { stroke: () => colour("line"), width: 1 },
        ticks: { show: false }, gap: 4, size: 44,
        values: (_, splits) => splits.map((value) => options.format(Math.abs(value))),
      },
    ],
    hooks: {
      setCursor: [(self) => options.onPoint(self.cursor.idx ?? null)],
      draw: [(self) => drawTargetLine(self, options.target?.() ?? null, colour("over"))],
    },
  }, dataOf(options), host);
  plot.over.addEventListener("click", (event) => {
    // A tap only shows the values of a step; the link to its span is in the line above the chart.
    const isTouch = /** @type {PointerEvent} */ (event).pointerType === "touch";
    if (!isTouch && options.onPick && plot.cursor.idx !== null && plot.cursor.idx !== undefined) {
      options.onPick(plot.cursor.idx);
    }
  });
  if (options.onPick) plot.over.classList.add("pick");
  return plot;
}

/**
 * Return a range that contains the values, the target and 0, with a margin.
 * @param {ChartOptions} options
 * @returns {uPlot.Range.Function}
 */
function yRange({ target }) {
  return (_, low, high) => {
    const top = Math.max(high ?? 0, target?.() ?? 0);
    const bottom = Math.min(low ?? 0, 0);
    const margin = Math.max(top - bottom, 0.001) * 0.06;
    return [bottom < 0 ? bottom - margin : 0, top + margin];
  };
}

/**
 * @param {number | number[]} every
 * @param {number} last
 * @param {number} width
 */
function tickIndexes(every, last, width) {
  let chosen = typeof every === "number"
    ? Array.from({ length: Math.floor(last / every) + 1 }, (_, index) => index * every)
    : every;
  while (chosen.length > 2 && (chosen.length - 1) * GAP_PX > width - GAP_PX * 2) {
    chosen = chosen.filter((_, index) => index % 2 === 0);
  }
  return chosen;
}

/**
 * @param {uPlot} plot
 * @param {number | null} value
 * @param {string} colour
 */
function drawTargetLine(plot, value, colour) {
  if (value === null) return;
  const { ctx, bbox } = plot;
  const y = Math.round(plot.valToPos(value, "y", true));
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 5 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}
