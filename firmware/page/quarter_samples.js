/** Samples of the running quarter: the mean import and export of each 5 s in W, null for 5 s without a telegram. */

export const SAMPLE_S = 5;
export const SAMPLES_PER_QUARTER = 180;

export class QuarterSamples {
  constructor() {
    this.id = /** @type {number | null} */ (null);
    this.imported = /** @type {(number | null)[]} */ ([]);
    this.exported = /** @type {(number | null)[]} */ ([]);
    this.current = -1;
    this.count = 0;
    this.sums = [0, 0];
  }

  /**
   * Begin the quarter with this id, and discard the previous quarter's samples. Do nothing if this quarter has already
   * begun.
   * @param {number} id
   */
  begin(id) {
    if (this.id === id) return;
    this.id = id;
    this.imported = Array(SAMPLES_PER_QUARTER).fill(null);
    this.exported = Array(SAMPLES_PER_QUARTER).fill(null);
    this.current = -1;
  }

  /**
   * Set the samples that the device measured before the page was opened.
   * @param {number} id
   * @param {(number | null)[]} imported
   * @param {(number | null)[]} exported export in W; 0 or more
   */
  seed(id, imported, exported) {
    this.begin(id);
    imported.forEach((value, index) => (this.imported[index] = value));
    exported.forEach((value, index) => (this.exported[index] = value));
  }

  /**
   * Add the import and export of one telegram.
   * @param {number} id
   * @param {number} elapsed seconds since the quarter began
   * @param {number} imported import in W
   * @param {number} exported export in W
   */
  add(id, elapsed, imported, exported) {
    this.begin(id);
    const index = Math.floor(elapsed / SAMPLE_S);
    if (index !== this.current) {
      this.current = index;
      this.sums = [0, 0];
      this.count = 0;
    }
    this.count++;
    this.sums[0] += imported;
    this.sums[1] += exported;
    this.imported[index] = Math.round(this.sums[0] / this.count);
    this.exported[index] = Math.round(this.sums[1] / this.count);
  }
}
