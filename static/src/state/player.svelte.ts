/** A clockwork that walks through numbered positions; it runs only while it plays. */

/** Positions a second. */
export const PACES = [1, 2, 4, 8, 16, 60, 240] as const;
const START_PACE = 8;

export class Player {
  /** How many positions there are; set by the view that it moves. */
  count = $state(1);
  playing = $state(false);
  #position = $state(0);
  #speed: number = $state(START_PACE);
  #frame = 0;
  /** Where and when the present stretch of even speed began. */
  #from = 0;
  #since_ms = 0;

  /** From 0 to `count` - 1. */
  get position(): number {
    return this.#position;
  }

  /** Positions a second. */
  get speed(): number {
    return this.#speed;
  }

  /** A change while it plays takes effect at once, without a jump. */
  set speed(speed: number) {
    this.#speed = speed;
    if (this.playing) this.#begin();
  }

  get isAtEnd(): boolean {
    return this.#position >= this.count - 1;
  }

  /** Goes on from here; from the start when it stands at the end. */
  play(): void {
    if (this.playing || this.count <= 1) return;
    if (this.isAtEnd) this.#position = 0;
    this.playing = true;
    this.#begin();
  }

  pause(): void {
    cancelAnimationFrame(this.#frame);
    this.playing = false;
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  /** The hand takes over: stands at a position and stays there. */
  seek(position: number): void {
    this.pause();
    this.#position = Math.max(0, Math.min(this.count - 1, Math.round(position)));
  }

  step(by: number): void {
    this.seek(this.#position + by);
  }

  /** To the end, without what lies between. */
  skip(): void {
    this.seek(this.count - 1);
  }

  #begin(): void {
    cancelAnimationFrame(this.#frame);
    this.#from = this.#position;
    this.#since_ms = performance.now();
    this.#frame = requestAnimationFrame(this.#tick);
  }

  #tick = (): void => {
    const passed_s = (performance.now() - this.#since_ms) / 1000;
    const position = this.#from + Math.floor(passed_s * this.#speed);
    this.#position = Math.min(this.count - 1, position);
    if (this.isAtEnd) this.pause();
    else this.#frame = requestAnimationFrame(this.#tick);
  };
}
