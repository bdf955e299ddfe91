import events from "./events.js";
import Keys from "./keys.js";
import Pointers from "./pointers.js";
import Queue from "./queue.js";
import ScreenKeyboard from "./screen-keyboard.js";
import Text from "./text.js";
import Wheel from "./wheel.js";
import zoom from "../zoom.js";

/**
 * @typedef {import("./events.js").WireEvent} WireEvent
 * @typedef {import("../layout.js").Point} Point
 *
 * @typedef {{kind: import("../transport/protocol.js").TextKind, caret: import("../transport/protocol.js").Caret}} Field
 *
 * @typedef {object} Hooks
 * @property {(event: WireEvent) => void} send
 * @property {(point: Point) => Point | null} place from the page's to the canvas' pixels; `null`: no picture yet
 * @property {(caret: import("../transport/protocol.js").Caret) => Point & {height: number} | null} locate from the canvas'
 *   pixels to the view's; `null`: no picture yet
 * @property {() => void} wanted call `flush` in the next animation frame
 * @property {() => void} changed `keyboard` is another
 * @property {(bytes: number, most: number) => void} tooLong so much text cannot be pasted
 * @property {() => boolean} scrolls whether the wheel is the application's also while the picture has no focus
 * @property {() => boolean} focuses whether to take the keyboard's focus when nobody has it
 */

/** The on-screen keyboard for what is typed, as browsers call it. */
const MODES = Object.freeze({ text: "text", multiline: "text", number: "decimal", email: "email", url: "url" });

const MAC = /^(Mac|iP)/.test(navigator.platform);
const WEBKIT = navigator.vendor.startsWith("Apple");

/**
 * Listens to the DOM for whatever can be an event of the application. Says nothing while it is not
 * enabled; that is, for observers.
 */
export default class Input {
  /** The on-screen keyboard was asked for. */
  keyboard = false;

  #root;
  #host;
  #page;
  #window;
  #canvas;
  #hooks;
  #text;
  #keys = new Keys(MAC);
  #pointers = new Pointers();
  #wheel = new Wheel(WEBKIT && !MAC);
  #queue = new Queue();
  #enabled = false;
  #focused = false;
  #screenKeyboard = new ScreenKeyboard();
  /** Where the application has text typed; `null`: nowhere, or it does not say. @type {Field | null} */
  #field = null;
  /** The focus is taken away and given back at once: nothing happened. */
  #refocuses = false;
  /** The Tab key was the last that was pressed, elsewhere on the page; no pointer since. */
  #tabbed = false;
  /** The key that leaves the picture is down, and the browser has not gone elsewhere by it. */
  #leaving = false;
  /** Browsers make a touch look like a mouse, too. @type {string} */
  #lastPointer = "mouse";

  /**
   * @param {HTMLElement} root
   * @param {HTMLElement} host gets `data-focus`
   * @param {HTMLCanvasElement} canvas in `root`
   * @param {Hooks} hooks
   * @param {AbortSignal} signal ends it
   */
  constructor(root, host, canvas, hooks, signal) {
    this.#root = root;
    this.#host = host;
    this.#page = root.ownerDocument;
    this.#window = this.#page.defaultView ?? window;
    this.#canvas = canvas;
    this.#hooks = hooks;
    this.#text = new Text(
      {
        char: (event) => this.#send([event]),
        paste: (data) => this.#paste(data),
        tap: (key) => this.#send(this.#keys.tap(key)),
      },
      signal,
    );
    this.#text.enable(false);
    root.append(this.#text.area);
    this.#listen(signal);
    signal.addEventListener("abort", () => this.#text.area.remove());
  }

  /** @param {boolean} on */
  enable(on) {
    if (this.#enabled === on) return;
    // Whoever controls next starts with nothing down: the server releases what we held.
    this.#keys.forget();
    this.#pointers.forget();
    this.#queue.clear();
    this.#enabled = on;
    this.#text.enable(on);
    // Observers can zoom in with their fingers.
    this.#canvas.style.touchAction = on ? "none" : "manipulation";
    if (!on) {
      this.#field = null;
      this.#setMode(false);
      this.#closeKeyboard();
      return;
    }
    if (this.#focused) this.#send([{ type: "focus_in" }]);
    else if (this.#hooks.focuses() && this.#page.activeElement === this.#page.body) this.focus({ preventScroll: true });
  }

  /**
   * No-op while it is not enabled: an observer has no use for the keyboard.
   *
   * @param {FocusOptions} [options]
   */
  focus(options) {
    if (this.#enabled) this.#text.area.focus(options);
  }

  /** Sends the moves that waited for the animation frame. */
  flush() {
    for (const event of this.#queue.flush()) this.#hooks.send(event);
  }

  /** Everything that is down goes up. */
  release() {
    this.#send([...this.#pointers.release(), ...this.#keys.release()]);
    this.flush();
  }

  /** @param {boolean} on */
  showKeyboard(on) {
    if (on === this.keyboard) return;
    this.keyboard = on;
    if (on) this.#screenKeyboard.asked(visible(this.#window));
    this.#setMode(on);
    this.#refocus({ preventScroll: !on });
    this.#hooks.changed();
  }

  /**
   * The application has text typed there: input methods open their windows there, and a phone shows its keyboard.
   *
   * @param {Field | null} field `null`: nowhere any more
   */
  typeInto(field) {
    const before = this.#field;
    if (!this.#enabled || (!field && !before)) return;
    this.#field = field;
    this.placeCaret();
    if (before?.kind === field?.kind) return;
    this.#text.area.enterKeyHint = field?.kind === "multiline" ? "enter" : "";
    if (!field) {
      this.#setMode(false);
      this.showKeyboard(false);
      return;
    }
    // A mouse does without an on-screen keyboard, and still says here which one there would be.
    const touched = this.#window.matchMedia("(pointer: coarse)").matches;
    if (!touched || this.keyboard) this.#setMode(true);
    // What is typed elsewhere on the page is not for the application, whatever it says.
    if (!this.#focused && this.#page.activeElement !== this.#page.body) return;
    if (!touched) this.focus({ preventScroll: true });
    else if (this.keyboard) this.#refocus({ preventScroll: true });
    else this.showKeyboard(true);
  }

  /** The element with this id is what has the application's focus, for screen readers. @param {string | null} id */
  point(id) {
    const { area } = this.#text;
    // What is elsewhere counts only if it is controlled from here.
    for (const [name, value] of Object.entries({ "aria-controls": id && "tree", "aria-activedescendant": id })) {
      if (value === null) area.removeAttribute(name);
      else if (area.getAttribute(name) !== value) area.setAttribute(name, value);
    }
  }

  /** Puts what has the keyboard's focus where the application has text typed. */
  placeCaret() {
    const spot = this.#field && this.#hooks.locate(this.#field.caret);
    if (spot) this.#text.moveTo(spot, spot.height);
  }

  /** @param {boolean} on whether there is an on-screen keyboard */
  #setMode(on) {
    this.#text.area.inputMode = on ? MODES[this.#field?.kind ?? "text"] : "none";
  }

  /**
   * Only a new focus makes the browser look at the mode. For the application nothing happens if it was there before.
   *
   * @param {FocusOptions} options
   */
  #refocus(options) {
    const { area } = this.#text;
    this.#refocuses = this.#focused;
    area.blur();
    area.focus(options);
    this.#refocuses = false;
    if (!area.matches(":focus")) this.#focus(false);
  }

  /** Without taking the focus, unlike `showKeyboard`. */
  #closeKeyboard() {
    if (!this.keyboard) return;
    this.keyboard = false;
    this.#setMode(false);
    this.#text.area.blur();
    this.#hooks.changed();
  }

  /** @param {AbortSignal} signal */
  #listen(signal) {
    const canvas = this.#canvas;
    const active = { signal, passive: false };
    for (const type of /** @type {const} */ (["pointerdown", "pointermove", "pointerup", "pointercancel"])) {
      canvas.addEventListener(type, (event) => this.#pointer(event), { signal });
    }
    canvas.addEventListener("pointerenter", (event) => this.#other("pointer_enter", event), { signal });
    canvas.addEventListener("pointerleave", (event) => this.#other("pointer_leave", event), { signal });
    canvas.addEventListener("dblclick", (event) => this.#doubleClick(event), { signal });
    canvas.addEventListener("wheel", (event) => this.#scroll(event), active);
    // Selecting, scrolling by the middle button, history by the thumb's buttons, menus, zooming by
    // a double tap: not while the picture is driven.
    for (const type of ["mouseup", "auxclick", "contextmenu", "touchstart", "dragstart"]) {
      canvas.addEventListener(type, (event) => this.#enabled && event.cancelable && event.preventDefault(), active);
    }
    this.#root.addEventListener("mousedown", (event) => this.#takeFocus(event), { signal });

    const area = this.#text.area;
    // No pointer meets the area: it is the menu key's, which the application got, or Shift+F10's.
    area.addEventListener("contextmenu", (event) => this.#enabled && event.preventDefault(), { signal });
    area.addEventListener("keydown", (event) => this.#key(event, "down"), { signal });
    area.addEventListener("keyup", (event) => this.#key(event, "up"), { signal });
    area.addEventListener("focus", () => this.#focus(true), { signal });
    area.addEventListener("blur", () => this.#focus(false), { signal });
    // Text areas always are :focus-visible; a ring is only for those who come here by keyboard.
    const tabbed = (/** @type {KeyboardEvent} */ event) => {
      // Seen from out there, the target would be the element that we are inside of.
      this.#tabbed = event.key === "Tab" && event.composedPath()[0] !== area;
    };
    this.#page.addEventListener("keydown", tabbed, { signal, capture: true });
    this.#page.addEventListener("pointerdown", () => this.#pointerUsed(), { signal, capture: true });
    // A button that goes up over another window would stay down for ever.
    this.#window.addEventListener("blur", () => this.#send(this.#pointers.release()), { signal });
    this.#window.visualViewport?.addEventListener("resize", () => this.#keyboardMoved(), { signal });
  }

  /** @param {PointerEvent} event */
  #pointer(event) {
    if (event.type === "pointerdown") this.#lastPointer = event.pointerType;
    const place = this.#enabled ? this.#hooks.place({ x: event.clientX, y: event.clientY }) : null;
    if (!place) return;
    if (event.type === "pointermove") {
      this.#send(this.#pointers.move(event, place));
    } else if (event.type === "pointerdown") {
      this.#pointTo(event);
      this.#send(this.#pointers.down(event, place));
    } else {
      this.#send(this.#pointers.up(event, place));
    }
  }

  /** @param {PointerEvent} event a pointer that went down */
  #pointTo(event) {
    const area = this.#text.area;
    const root = this.#root.getBoundingClientRect();
    if (!this.#field) this.#text.moveTo({ x: event.clientX - root.left, y: event.clientY - root.top });
    area.focus({ preventScroll: true });
    // Some phones show their keyboard only while somebody taps.
    if (this.#field && event.pointerType === "touch") this.showKeyboard(true);
    try {
      this.#canvas.setPointerCapture(event.pointerId);
    } catch {
      // It is up again already.
    }
  }

  /**
   * @param {"pointer_enter" | "pointer_leave"} type
   * @param {PointerEvent} event
   */
  #other(type, event) {
    const place = this.#enabled ? this.#hooks.place({ x: event.clientX, y: event.clientY }) : null;
    if (place) this.#send(this.#pointers.other(type, event, place, this.#isOver(event)));
  }

  /** @param {PointerEvent} event whether it is over the picture, and not over what covers it */
  #isOver({ clientX, clientY }) {
    const root = /** @type {Document | ShadowRoot} */ (this.#root.getRootNode());
    return root.elementFromPoint(clientX, clientY) === this.#canvas;
  }

  /** @param {MouseEvent} event */
  #doubleClick(event) {
    const place = this.#enabled ? this.#hooks.place({ x: event.clientX, y: event.clientY }) : null;
    if (!place || this.#lastPointer === "touch") return;
    const { button, buttons, timeStamp, shiftKey, ctrlKey, altKey, metaKey } = event;
    const keys = { shiftKey, ctrlKey, altKey, metaKey };
    const pointer = { pointerId: 0, pointerType: this.#lastPointer, button, buttons, pressure: 0, timeStamp };
    this.#send(this.#pointers.other("double_click", { ...pointer, ...keys }, place));
  }

  /** @param {WheelEvent} event */
  #scroll(event) {
    // A page that is only scrolled past the picture scrolls on.
    if (!this.#focused && !this.#hooks.scrolls()) return;
    const place = this.#enabled ? this.#hooks.place({ x: event.clientX, y: event.clientY }) : null;
    if (!place) return;
    event.preventDefault();
    const turn = this.#wheel.turn(event, zoom.candidates(zoom.geometry(this.#window)));
    this.#send([events.wheel(turn, event, place, this.#pointers.buttons)]);
  }

  /** @param {MouseEvent} event */
  #takeFocus(event) {
    if (!this.#enabled) return;
    // The browser would give the focus to the page, and start selecting.
    event.preventDefault();
    this.#text.area.focus({ preventScroll: true });
  }

  /**
   * @param {KeyboardEvent} event
   * @param {"down" | "up"} way
   */
  #key(event, way) {
    if (!this.#enabled) return;
    this.#leave(event, way);
    const { messages, prevent } = this.#keys[way](event);
    if (prevent) event.preventDefault();
    // Shortcuts of the page around us are not meant, and it cannot see that we are a text field.
    if (prevent || messages.length > 0 || event.repeat) event.stopPropagation();
    this.#send(messages);
  }

  /**
   * F6 takes most browsers to their address bar. Firefox goes on from what has the focus when the key is down: without
   * any it would come right back. Where nothing is around the page, as in a web view, the key goes up here: then
   * nothing has the focus, and Tab goes on from the picture.
   *
   * @param {KeyboardEvent} event
   * @param {"down" | "up"} way
   */
  #leave(event, way) {
    if (!this.#keys.leaves(event)) return;
    if (way === "up" && this.#leaving) this.#text.area.blur();
    this.#leaving = way === "down";
  }

  /** @param {boolean} focused */
  #focus(focused) {
    if (this.#refocuses) return;
    this.#leaving = false;
    if (focused === this.#focused) return;
    this.#focused = focused;
    if (focused && this.#tabbed) this.#host.dataset.focus = "keyboard";
    else delete this.#host.dataset.focus;
    if (focused) {
      this.#send([{ type: "focus_in" }]);
    } else {
      this.#send([...this.#keys.release(), { type: "focus_out" }]);
    }
  }

  #pointerUsed() {
    this.#tabbed = false;
    delete this.#host.dataset.focus;
  }

  /** @param {string} data */
  #paste(data) {
    const made = events.paste(data);
    if ("bytes" in made) this.#hooks.tooLong(made.bytes, events.MAX_PASTE);
    else if (made.message.data) this.#send([made.message]);
  }

  #keyboardMoved() {
    // It was closed with its own button.
    if (this.keyboard && this.#screenKeyboard.closed(visible(this.#window))) this.showKeyboard(false);
  }

  /** @param {WireEvent[]} messages */
  #send(messages) {
    if (!this.#enabled) return;
    for (const message of messages) {
      for (const event of this.#queue.push(message)) this.#hooks.send(event);
    }
    if (this.#queue.waits) this.#hooks.wanted();
  }
}

/**
 * The part of the page that can be seen; zooming in by fingers does not count.
 *
 * @param {Window} window
 */
function visible(window) {
  const seen = window.visualViewport;
  const page = { width: window.innerWidth, page: window.innerHeight };
  return { ...page, height: seen ? seen.height * seen.scale : window.innerHeight };
}
