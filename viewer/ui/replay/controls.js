import element from "../element.js";
import fullscreen from "../fullscreen.js";
import keys from "./keys.js";
import Timeline from "./timeline.js";
import words from "./words.js";

/** Who does nothing for so long while it plays sees only the picture, in milliseconds. */
const QUIET = 2500;

/**
 * @typedef {import("./replay.js").default} Replay
 */

/** Buttons, keys, the time line and what is said over the picture. Their elements are in chrome.js. */
export default class Controls {
  /** The time line. @type {Timeline} */
  timeline;

  #replay;
  #root;
  #host;
  #view;
  #bar;
  #heading;
  #begin;
  #play;
  #speed;
  #speeds;
  #notice;
  #fullscreen;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #frame = 0;
  #said = "";

  /**
   * @param {Replay} replay
   * @param {ShadowRoot} root
   * @param {HTMLElement} host
   * @param {AbortSignal} signal ends it
   */
  constructor(replay, root, host, signal) {
    this.#replay = replay;
    this.#root = root;
    this.#host = host;
    this.#view = element(root, "view");
    this.#bar = element(root, "controls");
    this.#heading = element(root, "heading");
    this.#begin = element(root, "begin");
    this.#play = element(root, "play");
    this.#speed = element(root, "speed");
    this.#speeds = element(root, "speeds");
    this.#notice = element(root, "notice");
    this.#fullscreen = element(root, "fullscreen");
    const hooks = {
      duration: () => replay.duration || 0,
      seek: (/** @type {number} */ time) => void (replay.currentTime = time),
      known: (/** @type {number} */ time) => replay.thumbnails?.known(time * 1e6) ?? null,
      thumbnail: async (/** @type {number} */ time) => (await replay.thumbnails?.at(time * 1e6)) ?? null,
    };
    this.timeline = new Timeline(root, hooks, signal);
    this.#play.addEventListener("click", () => this.#toggle());
    this.#begin.addEventListener("click", () => {
      this.#view.focus({ preventScroll: true });
      this.#toggle();
    });
    this.#view.addEventListener("click", (event) => this.#clicked(event));
    this.#speed.addEventListener("click", () => this.#open(this.#speeds.hidden));
    this.#speeds.addEventListener("click", (event) => this.#choose(event));
    this.#speeds.addEventListener("focusout", (event) => {
      const to = /** @type {FocusEvent} */ (event).relatedTarget;
      if (to !== this.#speed && !this.#speeds.contains(/** @type {Node | null} */ (to))) this.#open(false);
    });
    element(root, "retry").addEventListener("click", () => replay.retry());
    root.addEventListener("keydown", (event) => this.#key(/** @type {KeyboardEvent} */ (event)));
    const page = root.ownerDocument;
    this.#fullscreen.hidden = !page.fullscreenEnabled;
    this.#fullscreen.addEventListener("click", () => fullscreen(host, this.#fullscreen));
    page.addEventListener("fullscreenchange", () => this.update(), { signal });
    for (const type of ["pointermove", "pointerdown", "keydown", "focusin"]) root.addEventListener(type, () => this.#wake());
    host.addEventListener("pointerleave", () => this.#rest(), { signal });
    signal.addEventListener("abort", () => {
      clearTimeout(this.#timer);
      page.defaultView?.cancelAnimationFrame(this.#frame);
    });
  }

  /** Shows what there is now. Call it when there is news. */
  update() {
    const { info, paused, duration } = this.#replay;
    const opened = info.state !== "idle" && !Number.isNaN(duration);
    const said = words.notice(info);
    this.#bar.hidden = !opened;
    this.#write("heading-title", info.title);
    this.#write("heading-detail", info.damage);
    this.#heading.hidden = !opened || (info.title === "" && info.damage === "");
    this.#begin.hidden = !opened || info.begun || said.title !== "";
    const label = paused ? (info.ended ? "Play again" : "Play") : "Pause";
    if (this.#play.title !== label) {
      this.#play.title = label;
      this.#play.setAttribute("aria-label", label);
      this.#play.dataset.playing = String(!paused);
      this.#wake();
    }
    const rate = words.rate(this.#replay.playbackRate);
    if (this.#speed.textContent !== rate) this.#speed.textContent = rate;
    this.#speed.setAttribute("aria-label", `Speed: ${rate}`);
    for (const button of this.#rates()) button.setAttribute("aria-checked", String(Number(button.dataset.rate) === this.#replay.playbackRate));
    this.#fullscreen.setAttribute("aria-pressed", String(this.#host.matches(":fullscreen")));
    this.#write("time-all", words.time(duration));
    this.#write("notice-title", said.title);
    this.#write("notice-detail", said.detail);
    this.#notice.hidden = said.title === "";
    this.#notice.classList.toggle("busy", !said.retry);
    element(this.#root, "retry").hidden = !said.retry;
    this.#announce(said.retry ? `${said.title}. ${info.reason}` : info.damage);
    this.#tick();
  }

  /** The time goes on by itself while it plays. */
  #tick() {
    const { currentTime, duration, paused } = this.#replay;
    this.timeline.update(currentTime, duration || 0);
    this.#write("time-now", words.time(currentTime));
    const window = this.#root.ownerDocument.defaultView;
    if (paused || this.#frame || !window) return;
    this.#frame = window.requestAnimationFrame(() => {
      this.#frame = 0;
      this.#tick();
    });
  }

  #toggle() {
    if (this.#replay.paused) this.#replay.play();
    else this.#replay.pause();
  }

  /** A click pauses or plays; a second one right after it takes that back, and fills the screen. @param {MouseEvent} event */
  #clicked({ detail }) {
    if (detail > 2) return;
    this.#toggle();
    if (detail === 2 && !this.#fullscreen.hidden) fullscreen(this.#host, this.#fullscreen);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (this.#inMenu(event)) return;
    const key = target.id === "timeline" ? keys.onSlider(event.key) : event.key;
    const { shiftKey, ctrlKey, altKey, metaKey } = event;
    const action = keys.action({ key, shiftKey, ctrlKey, altKey, metaKey });
    // A button is pressed by it.
    if (!action || Number.isNaN(this.#replay.duration) || (event.key === " " && target.localName === "button")) return;
    event.preventDefault();
    event.stopPropagation();
    const replay = this.#replay;
    switch (action.does) {
      case "toggle":
        return event.repeat ? undefined : this.#toggle();
      case "fullscreen":
        return void fullscreen(this.#host, this.#fullscreen);
      case "by":
        return void (replay.currentTime += action.seconds);
      case "to":
        return void (replay.currentTime = action.part * replay.duration);
      case "step":
        return replay.step(action.by);
      case "faster":
        return this.#faster(keys.next(replay.playbackRate, action.by));
      case "speed":
        return this.#faster(action.rate);
    }
  }

  /**
   * Keys of the list of speeds, and those that close it.
   *
   * @param {KeyboardEvent} event
   * @returns {boolean} whether it was one
   */
  #inMenu(event) {
    if (this.#speeds.hidden) return false;
    const buttons = this.#rates();
    const at = buttons.indexOf(/** @type {HTMLElement} */ (this.#root.activeElement));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined && at >= 0) buttons.at(to % buttons.length)?.focus();
    else if (event.key === "Escape") this.#open(false, true);
    else return at >= 0 && (event.key === " " || event.key === "Enter" || event.key === "Tab");
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  /** @param {Event} event */
  #choose(event) {
    const rate = Number(/** @type {HTMLElement} */ (event.target).dataset.rate);
    if (!(rate > 0)) return;
    this.#faster(rate);
    this.#open(false, true);
  }

  /** @param {number} rate */
  #faster(rate) {
    this.#replay.playbackRate = rate;
    this.#write("announcement", `Speed ${words.rate(rate)}`);
  }

  /**
   * @param {boolean} on
   * @param {boolean} [back] the focus goes back to its button
   */
  #open(on, back = false) {
    this.#speeds.hidden = !on;
    this.#speed.setAttribute("aria-expanded", String(on));
    if (on) (this.#rates().find((button) => button.getAttribute("aria-checked") === "true") ?? this.#rates()[0])?.focus();
    else if (back) this.#speed.focus();
  }

  /** @returns {HTMLElement[]} */
  #rates() {
    return [...this.#speeds.querySelectorAll("button")];
  }

  /** Somebody does something. */
  #wake() {
    this.#hush(false);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#rest(), QUIET);
  }

  /** Nobody does. */
  #rest() {
    const { paused, info } = this.#replay;
    // Who came here by keyboard goes on from there.
    const used = this.timeline.dragged || !this.#speeds.hidden || this.#bar.querySelector(":focus-visible, :hover") !== null;
    if (!paused && !used && info.state === "connected" && !info.waiting) this.#hush(true);
  }

  /** @param {boolean} on */
  #hush(on) {
    for (const part of [this.#bar, this.#heading, this.#view]) part.classList.toggle("quiet", on);
  }

  /** @param {string} text */
  #announce(text) {
    if (text === "" || text === this.#said) return;
    this.#said = text;
    this.#write("announcement", text);
  }

  /**
   * Text only: some of it was written by strangers.
   *
   * @param {string} id
   * @param {string} text
   */
  #write(id, text) {
    const target = element(this.#root, id);
    if (target.textContent !== text) target.textContent = text;
  }
}
