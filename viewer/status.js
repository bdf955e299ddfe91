import Details from "./details.js";
import Presence from "./presence.js";
import Viewers from "./viewers.js";
import words from "./words.js";

/** Remembers that the status was hidden. */
const STORED = "framecast.status";

/**
 * The page's chrome: the pill in the corner, the details that it opens, and the notice over the picture
 * while there is no connection. Its elements are in index.html.
 */
export default class Status {
  #view;
  #pill = element("status");
  #show = element("status-show");
  #more = element("status-more");
  #keyboard = element("keyboard");
  #fullscreen = element("fullscreen");
  #notice = element("notice");
  #ask = element("ask");
  #details;
  #viewers;
  #presence = new Presence();
  #said = "";

  /** @param {import("./view.js").default} view */
  constructor(view) {
    this.#view = view;
    this.#details = new Details(view);
    this.#viewers = new Viewers(view);
    // The keyboard's focus stays with the picture when a button is clicked.
    for (const part of [this.#pill, this.#notice]) part.addEventListener("mousedown", (event) => event.preventDefault());
    for (const type of /** @type {const} */ (["pointerenter", "pointerleave"])) {
      this.#pill.addEventListener(type, (event) => this.#hover(type === "pointerenter", event));
    }
    this.#pill.addEventListener("focusin", () => this.#focus(true));
    this.#pill.addEventListener("focusout", () => this.#focus(false));
    // Whoever uses it wants to see it for a while.
    this.#pill.addEventListener("click", () => this.#news());
    this.#show.addEventListener("click", () => this.#setHidden(false));
    element("status-hide").addEventListener("click", () => this.#setHidden(true));
    this.#ask.addEventListener("click", () => {
      const { asks, presenter, manages } = view.info;
      if (manages) view.takeControl();
      else if (asks || presenter) view.releaseControl();
      else view.requestControl();
    });
    element("retry").addEventListener("click", () => view.retry());
    this.#keyboard.addEventListener("click", () => view.showKeyboard(!view.info.keyboard));
    this.#fullscreen.hidden = !document.fullscreenEnabled;
    this.#fullscreen.addEventListener("click", () => this.#toggleFullscreen());
    document.addEventListener("fullscreenchange", () => this.update());
    this.#presence.hidden = stored() === "hidden";
  }

  /**
   * Shows what the view tells now. Call it when there is news, and now and then.
   *
   * @returns {string} the page's title
   */
  update() {
    const info = this.#view.info;
    const said = words(info);
    this.#presence.connected = info.state === "connected";
    if (said.announcement !== this.#said) {
      this.#said = said.announcement;
      write("announcement", said.announcement);
      this.#presence.news(now());
    }
    this.#arrange(said);
    this.#pill.dataset.role = info.state === "connected" ? (info.presenter ? "presenter" : "observer") : "offline";
    this.#pill.title = said.roleHint;
    write("role", said.role);
    write("rate", said.rate);
    write("ask", said.ask);
    this.#ask.hidden = said.ask === "";
    write("delay", said.delay);
    this.#keyboard.hidden = !info.presenter;
    this.#keyboard.setAttribute("aria-pressed", String(info.keyboard));
    this.#fullscreen.setAttribute("aria-pressed", String(document.fullscreenElement !== null));
    this.#notice.hidden = said.title === "";
    this.#notice.classList.toggle("busy", !said.retry);
    if (said.title) {
      write("notice-title", said.title);
      write("notice-detail", said.detail);
      element("retry").hidden = !said.retry;
    }
    this.#details.update();
    this.#viewers.update();
    return said.tab;
  }

  /**
   * In full, or only the dot.
   *
   * @param {import("./words.js").Words} said
   */
  #arrange(said) {
    const open = this.#presence.open(now());
    this.#pill.classList.toggle("small", !open);
    this.#more.hidden = !open;
    this.#show.setAttribute("aria-expanded", String(open));
    // A colour alone tells nothing to many.
    this.#show.setAttribute("aria-label", `Status: ${said.role}`);
    if (open) this.#show.removeAttribute("title");
    else this.#show.title = `${said.role}: show status`;
  }

  #news() {
    this.#presence.news(now());
    this.update();
  }

  /**
   * @param {boolean} over
   * @param {PointerEvent} event
   */
  #hover(over, event) {
    // Fingers do not hover, and what is dragged into the corner is not meant for us.
    if (over && (event.pointerType === "touch" || event.buttons !== 0)) return;
    this.#presence.hover(over, now());
    this.update();
  }

  /** @param {boolean} on */
  #focus(on) {
    this.#presence.focus(on, now());
    this.update();
  }

  /** @param {boolean} hidden */
  #setHidden(hidden) {
    if (hidden && this.#more.contains(document.activeElement)) this.#show.focus();
    this.#presence.hidden = hidden;
    store(hidden ? "hidden" : "shown");
    this.update();
  }

  async #toggleFullscreen() {
    try {
      if (document.fullscreenElement) await document.exitFullscreen();
      else await document.documentElement.requestFullscreen({ navigationUI: "hide" });
    } catch {
      // The browser, or the site that embeds us, does not allow it.
      this.#fullscreen.hidden = true;
    }
  }
}

/** Seconds. */
function now() {
  return performance.now() / 1000;
}

/** @param {string} id */
function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html lacks #${id}`);
  return found;
}

/**
 * Text only: some of it was written by strangers.
 *
 * @param {string} id
 * @param {string} text
 */
function write(id, text) {
  const target = element(id);
  if (target.textContent !== text) target.textContent = text;
}

/** A browser may refuse storage, also by an error. */
function stored() {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

/** @param {string} value */
function store(value) {
  try {
    localStorage.setItem(STORED, value);
  } catch {
    // Then it is forgotten with the page.
  }
}
