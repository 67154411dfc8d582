/**
 * Charts in the page's colours, drawn by uPlot. The x axis has equally wide steps, such as the quarters of a day.
 * Import is drawn above 0, and export below 0.
 */

import uPlot from "uplot";
import { element } from "./dom.js";
import { number } from "./i18n.js";

/**
 * @typedef {object} ChartOptions
 * @property {"line" | "bars"} kind
 * @property {string} label description of the chart for screen readers
 * @property {() => (number | null)[]} imported values of import, one for each step of the x axis; null if unknown
 * @property {() => (number | null)[]} exported values of export, one for each step; 0 or more, null if unknown
 * @property {() => number | null} [target] target, drawn as a horizontal line
 * @property {() => number | null} [peak] index of the step that is drawn in the colour of peaks
 * @property {number} unit divisor of the values for the y axis: 1000 if the values are in W and the axis is in kW
 * @property {(index: number) => string} tick returns the label of a step's tick
 * @property {number | number[]} every number of steps from one tick to the next, or a list of the steps with a tick
 * @property {(index: number | null) => void} onPoint called with the index of the step under the pointer, or null
 * @property {(index: number) => void} [onPick] called with the index of a step that the reader clicks
 */

const AXIS_FONT = "12px system-ui, sans-serif";
const GAP_PX = 44; // smallest distance between two ticks
const MIN_RANGE = 0.05; // smallest range of the y axis, so that its labels stay short

/**
 * Draw a chart in `host` and return two functions: `show` draws the current values of `options`, and `destroy` removes
 * the chart.
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
  // Do not draw an export of 0, because a line along 0 would look like export. There is one exception: in a line chart,
  // draw the 0 directly before and after an export. Then the line of this export begins and ends at 0.
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
  // Read the colours at each drawing, because a dashboard card has no colours until it is part of a dashboard.
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
        values: (_self, lines, _axis, _space, step) => {
          const decimals = String(step / options.unit).split(".")[1]?.length ?? 0;
          return lines.map((value) => number(Math.abs(value) / options.unit, decimals));
        },
      },
    ],
    hooks: {
      setCursor: [(self) => options.onPoint(self.cursor.idx ?? null)],
      draw: [(self) => drawTargetLine(self, options.target?.() ?? null, colour("over"))],
    },
  }, dataOf(options), host);
  plot.over.addEventListener("click", (event) => {
    // A mouse click on a step opens the step's quarter, day or month. A tap on a touch screen only shows the step's
    // values above the chart. These values are a link that opens the quarter, day or month.
    const isTouch = /** @type {PointerEvent} */ (event).pointerType === "touch";
    if (!isTouch && options.onPick && plot.cursor.idx !== null && plot.cursor.idx !== undefined) {
      options.onPick(plot.cursor.idx);
    }
  });
  if (options.onPick) plot.over.classList.add("pick");
  return plot;
}

/**
 * Return a function for the range of the y axis. The range contains the values, the target and 0, with a margin of 6 %.
 * @param {ChartOptions} options
 * @returns {uPlot.Range.Function}
 */
function yRange({ target, unit }) {
  return (_, low, high) => {
    const top = Math.max(high ?? 0, target?.() ?? 0);
    const bottom = Math.min(low ?? 0, 0);
    const range = Math.max(top - bottom, MIN_RANGE * unit);
    const margin = range * 0.06;
    return [bottom < 0 ? bottom - margin : 0, bottom + range + margin];
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
