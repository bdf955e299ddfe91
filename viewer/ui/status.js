import Details from "./details.js";
import Announcer from "./announcer.js";
import element from "./element.js";
import fileName from "./file-name.js";
import Focus from "./focus.js";
import fullscreen from "./fullscreen.js";
import Mover from "./mover.js";
import Notes from "./notes.js";
import Presence from "./presence.js";
import stored from "../core/stored.js";
import Viewers from "./viewers.js";
import Visit from "./visit.js";
import words from "./words.js";

/** How long a file that was handed to the browser is kept, in seconds. */
const KEEP = 60;
/** Remembers that the status was hidden. */
const STORED = "framecast.status";

/**
 * What is around the picture: the pill in the corner, the details that it opens, and the notice over the picture
 * while there is no connection. Its elements are made by chrome.js.
 */
export default class Status {
  #view;
  #root;
  #host;
  #pill;
  #show;
  #more;
  #keyboard;
  #fullscreen;
  #save;
  #notice;
  #ask;
  #record;
  #details;
  #viewers;
  #notes;
  #visit;
  #presence = new Presence();
  #announcer = new Announcer();
  #focusKeeper;
  #said = "";

  /**
   * @param {import("../core/view.js").default} view
   * @param {ShadowRoot} root
   * @param {HTMLElement} host what goes full screen
   * @param {AbortSignal} signal ends it
   */
  constructor(view, root, host, signal) {
    this.#view = view;
    this.#root = root;
    this.#host = host;
    this.#pill = element(root, "status");
    this.#show = element(root, "status-show");
    this.#more = element(root, "status-more");
    this.#keyboard = element(root, "keyboard");
    this.#fullscreen = element(root, "fullscreen");
    this.#save = element(root, "save");
    this.#notice = element(root, "notice");
    this.#ask = element(root, "ask");
    this.#record = element(root, "record");
    this.#details = new Details(view, root);
    this.#viewers = new Viewers(view, root, (subject, text) => this.#tell(subject, text));
    this.#notes = new Notes(root, signal, (text) => this.#tell("note", text));
    this.#visit = new Visit(root, signal, (text) => this.#tell("visit", text));
    this.#focusKeeper = new Focus(root, () => {
      // What has no status still has a place to go on from.
      if (this.#show.checkVisibility()) {
        this.#show.focus({ preventScroll: true });
        return;
      }
      const picture = element(root, "view");
      // Only for now: a click into the picture is to leave the focus where it is.
      picture.tabIndex = -1;
      picture.addEventListener("blur", () => picture.removeAttribute("tabindex"), { once: true });
      picture.focus({ preventScroll: true });
    });
    const mover = new Mover(this.#pill, host, (where) => {
      this.#tell("place", `Status at the ${where}`);
      this.#news();
    });
    signal.addEventListener("abort", () => mover.stop());
    root.addEventListener("keydown", (event) => this.#escape(/** @type {KeyboardEvent} */ (event)));
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
    element(root, "status-hide").addEventListener("click", () => this.#setHidden(true));
    this.#ask.addEventListener("click", () => {
      const { asks, presenter, manages } = view.info;
      if (manages) view.takeControl();
      else if (asks || presenter) view.releaseControl();
      else view.requestControl();
    });
    this.#record.addEventListener("click", () => view.record(view.info.recording === "paused"));
    element(root, "retry").addEventListener("click", () => view.retry());
    this.#keyboard.addEventListener("click", () => view.showKeyboard(!view.info.keyboard));
    this.#save.addEventListener("click", () => this.#download());
    const page = root.ownerDocument;
    this.#fullscreen.hidden = !page.fullscreenEnabled;
    this.#fullscreen.addEventListener("click", () => fullscreen(host, this.#fullscreen));
    page.addEventListener("fullscreenchange", () => this.update(), { signal });
    this.#presence.hidden = stored.get(STORED) === "hidden";
  }

  /** Shows what the view tells now. Call it when there is news, and now and then. */
  update() {
    const info = this.#view.info;
    const said = words(info);
    this.#presence.connected = info.state === "connected";
    if (said.announcement !== this.#said) {
      this.#said = said.announcement;
      this.#announcer.say("state", said.announcement);
      this.#presence.news(now());
    }
    this.#arrange(said);
    this.#pill.dataset.role = info.state === "connected" ? (info.presenter ? "presenter" : "observer") : "offline";
    this.#pill.title = said.roleHint;
    this.#write("role", said.role);
    this.#write("rate", said.rate);
    this.#write("ask", said.ask);
    this.#ask.hidden = said.ask === "";
    this.#write("delay", said.delay);
    this.#recording(said.recording, info);
    this.#keyboard.hidden = !info.presenter;
    this.#keyboard.setAttribute("aria-pressed", String(info.keyboard));
    this.#save.hidden = !info.picture;
    this.#fullscreen.setAttribute("aria-pressed", String(this.#host.matches(":fullscreen")));
    this.#notice.hidden = said.title === "";
    this.#notice.classList.toggle("busy", !said.retry);
    if (said.title) {
      this.#write("notice-title", said.title);
      this.#write("notice-detail", said.detail);
      element(this.#root, "retry").hidden = !said.retry;
    }
    if (!info.presenter) {
      this.#notes.withdraw();
      this.#visit.close();
    }
    this.#details.update();
    this.#viewers.update();
    this.#focusKeeper.check();
    const news = this.#announcer.next(now());
    if (news !== null) this.#announce(news);
  }

  /**
   * Shows everybody that it is recorded; who manages the viewers pauses it there.
   *
   * @param {string} said
   * @param {import("../core/view.js").Info} info
   */
  #recording(said, info) {
    this.#write("record", said);
    this.#record.hidden = said === "";
    this.#record.toggleAttribute("disabled", !info.manages);
    this.#record.title = !info.manages ? "" : info.recording === "paused" ? "Go on with the recording" : "Pause the recording";
    this.#pill.dataset.recording = said === "" ? "" : `${info.recording}`;
  }

  /** The application, which we drive, has text for the clipboard. @param {string} text */
  offer(text) {
    this.#notes.offer(text);
  }

  /** The application, which we drive, asks to open an address. @param {string} url */
  visit(url) {
    this.#visit.ask(url);
  }

  /** What somebody pasted was refused. @param {{bytes: number, most: number}} sizes */
  tooLong({ bytes, most }) {
    const kibibytes = (/** @type {number} */ size) => `${Math.ceil(size / 1024)} KiB`;
    const why = bytes > most ? `${kibibytes(bytes)} of text, and ${kibibytes(most)} are possible at once` : "it does not fit into one message";
    this.#notes.say(`Not pasted: ${why}`);
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
    // A color alone tells nothing to many.
    const state = [said.role, said.recording.toLowerCase()].filter(Boolean).join(", ");
    this.#show.setAttribute("aria-label", `Status: ${state}`);
    if (open) this.#show.removeAttribute("title");
    else this.#show.title = `${state}: show status, or drag it to another corner`;
  }

  /**
   * Said by a screen reader, when its turn comes; empty: it is no news any more.
   *
   * @param {string} subject
   * @param {string} text
   */
  #tell(subject, text) {
    if (text) this.#announcer.say(subject, text, true);
    else this.#announcer.forget(subject);
  }

  /** @param {string} text */
  #announce(text) {
    const target = element(this.#root, "announcement");
    // What is the same would not be said again.
    target.textContent = target.textContent === text ? `${text}\u00a0` : text;
  }

  /**
   * Closes what opened over the picture: what has the focus, or else, from the status, what is open.
   *
   * @param {KeyboardEvent} event
   */
  #escape(event) {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    const focused = this.#root.activeElement;
    const inside = (/** @type {string} */ id) => element(this.#root, id).contains(focused);
    const inStatus = this.#pill.contains(focused);
    // What is pressed in the picture is the application's.
    const closed =
      (inside("prompt") && this.#viewers.putOff()) ||
      (inside("offer") && this.#notes.close()) ||
      (inside("visit") && this.#visit.close()) ||
      ((inside("viewers") || inStatus) && this.#viewers.close()) ||
      ((inside("details") || inStatus) && this.#details.close());
    if (!closed) return;
    event.preventDefault();
    event.stopPropagation();
    this.#focusKeeper.check();
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
    if (hidden && this.#more.contains(this.#root.activeElement)) this.#show.focus();
    this.#presence.hidden = hidden;
    stored.set(STORED, hidden ? "hidden" : "shown");
    this.update();
  }

  async #download() {
    const page = this.#root.ownerDocument;
    const { title, exact } = this.#view.info;
    const name = fileName(title, new Date());
    try {
      const address = URL.createObjectURL(await this.#view.snapshot());
      const link = page.createElement("a");
      Object.assign(link, { href: address, download: name });
      link.click();
      // The browser has begun to read it by then.
      setTimeout(() => URL.revokeObjectURL(address), KEEP * 1000);
      if (!this.#view.info.readable) this.#notes.say(`Saved ${name}, as the server has it: this browser changes what is read from a canvas`);
      else this.#notes.say(exact ? `Saved ${name}` : `Saved ${name}, as it moved: not exact to the pixel`);
    } catch {
      this.#notes.say("The browser could not save the picture");
    }
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

/** Seconds. */
function now() {
  return performance.now() / 1000;
}
