/** The running quarter in slots of 5 s: means of import and of export in W, null where nothing came. */

export const SLOT_S = 5;
export const SLOTS = 180;

export class Slots {
  constructor() {
    this.id = /** @type {number | null} */ (null);
    this.imported = /** @type {(number | null)[]} */ ([]);
    this.exported = /** @type {(number | null)[]} */ ([]);
    this.slot = -1;
    this.count = 0;
    this.sums = [0, 0];
  }

  /**
   * Begin a quarter, unless it runs already.
   * @param {number} id
   */
  begin(id) {
    if (this.id === id) return;
    this.id = id;
    this.imported = Array(SLOTS).fill(null);
    this.exported = Array(SLOTS).fill(null);
    this.slot = -1;
  }

  /**
   * Take over what there is of a quarter already.
   * @param {number} id
   * @param {(number | null)[]} imported
   * @param {(number | null)[]} exported both 0 or more
   */
  seed(id, imported, exported) {
    this.begin(id);
    imported.forEach((value, at) => (this.imported[at] = value));
    exported.forEach((value, at) => (this.exported[at] = value));
  }

  /**
   * Take the powers of a telegram so many seconds into a quarter.
   * @param {number} id
   * @param {number} elapsed
   * @param {number} imported
   * @param {number} exported
   */
  add(id, elapsed, imported, exported) {
    this.begin(id);
    const now = Math.floor(elapsed / SLOT_S);
    if (now !== this.slot) {
      this.slot = now;
      this.sums = [0, 0];
      this.count = 0;
    }
    this.count++;
    this.sums[0] += imported;
    this.sums[1] += exported;
    this.imported[now] = Math.round(this.sums[0] / this.count);
    this.exported[now] = Math.round(this.sums[1] / this.count);
  }
}
