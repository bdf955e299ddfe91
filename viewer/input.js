import events from "./events.js";
import Keys from "./keys.js";
import Pointers from "./pointers.js";
import Queue from "./queue.js";
import ScreenKeyboard from "./screen-keyboard.js";
import Text from "./text.js";

/**
 * @typedef {import("./events.js").WireEvent} WireEvent
 * @typedef {import("./layout.js").Point} Point
 *
 * @typedef {object} Hooks
 * @property {(event: WireEvent) => void} send
 * @property {(point: Point) => Point | null} place from the page's to the canvas' pixels; `null`: no picture yet
 * @property {() => void} wanted call `flush` in the next animation frame
 * @property {() => void} changed `keyboard` is another
 */

const MAC = /^(Mac|iP)/.test(navigator.platform);

/**
 * Listens to the DOM for whatever can be an event of the application. Says nothing while it is not
 * enabled; that is, for observers.
 */
export default class Input {
  /** The on-screen keyboard was asked for. */
  keyboard = false;

  #root;
  #canvas;
  #hooks;
  #text;
  #keys = new Keys(MAC);
  #pointers = new Pointers();
  #queue = new Queue();
  #enabled = false;
  #focused = false;
  #screenKeyboard = new ScreenKeyboard();
  /** The Tab key was the last that was pressed, elsewhere on the page; no pointer since. */
  #tabbed = false;
  /** Browsers make a touch look like a mouse, too. @type {string} */
  #lastPointer = "mouse";

  /**
   * @param {HTMLElement} root
   * @param {HTMLCanvasElement} canvas in `root`
   * @param {Hooks} hooks
   * @param {AbortSignal} signal ends it
   */
  constructor(root, canvas, hooks, signal) {
    this.#root = root;
    this.#canvas = canvas;
    this.#hooks = hooks;
    this.#text = new Text(
      {
        char: (event) => this.#send([event]),
        tap: (key) => this.#send(this.#keys.tap(key)),
      },
      signal,
    );
    this.#text.enable(false);
    root.append(this.#text.area);
    this.#listen(signal);
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
      this.#closeKeyboard();
      return;
    }
    if (this.#focused) this.#send([{ type: "focus_in" }]);
    else if (document.activeElement === document.body) this.#text.area.focus({ preventScroll: true });
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
    if (on) this.#screenKeyboard.asked(visible());
    const area = this.#text.area;
    area.inputMode = on ? "text" : "none";
    // Only a new focus makes the browser look at the mode.
    area.blur();
    area.focus({ preventScroll: !on });
    this.#hooks.changed();
  }

  /** Without taking the focus, unlike `showKeyboard`. */
  #closeKeyboard() {
    if (!this.keyboard) return;
    this.keyboard = false;
    this.#text.area.inputMode = "none";
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
    canvas.addEventListener("wheel", (event) => this.#wheel(event), active);
    // Selecting, scrolling by the middle button, history by the thumb's buttons, menus, zooming by
    // a double tap: not while the picture is driven.
    for (const type of ["mouseup", "auxclick", "contextmenu", "touchstart", "dragstart"]) {
      canvas.addEventListener(type, (event) => this.#enabled && event.cancelable && event.preventDefault(), active);
    }
    this.#root.addEventListener("mousedown", (event) => this.#takeFocus(event), { signal });

    const area = this.#text.area;
    area.addEventListener("keydown", (event) => this.#key(event, "down"), { signal });
    area.addEventListener("keyup", (event) => this.#key(event, "up"), { signal });
    area.addEventListener("focus", () => this.#focus(true), { signal });
    area.addEventListener("blur", () => this.#focus(false), { signal });
    // Text areas always are :focus-visible; a ring is only for those who come here by keyboard.
    document.addEventListener("keydown", (event) => (this.#tabbed = event.key === "Tab" && event.target !== area), {
      signal,
      capture: true,
    });
    document.addEventListener("pointerdown", () => this.#pointerUsed(), { signal, capture: true });
    // A button that goes up over another window would stay down for ever.
    window.addEventListener("blur", () => this.#send(this.#pointers.release()), { signal });
    window.visualViewport?.addEventListener("resize", () => this.#keyboardMoved(), { signal });
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
    this.#text.moveTo({ x: event.clientX - root.left, y: event.clientY - root.top });
    area.focus({ preventScroll: true });
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
    if (place) this.#send(this.#pointers.other(type, event, place));
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
  #wheel(event) {
    const place = this.#enabled ? this.#hooks.place({ x: event.clientX, y: event.clientY }) : null;
    if (!place) return;
    event.preventDefault();
    this.#send([events.wheel(event, place, this.#pointers.buttons)]);
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
    const { messages, prevent } = this.#keys[way](event);
    if (prevent) event.preventDefault();
    this.#send(messages);
  }

  /** @param {boolean} focused */
  #focus(focused) {
    if (focused === this.#focused) return;
    this.#focused = focused;
    if (focused && this.#tabbed) this.#root.dataset.focus = "keyboard";
    else delete this.#root.dataset.focus;
    if (focused) {
      this.#send([{ type: "focus_in" }]);
    } else {
      this.#send([...this.#keys.release(), { type: "focus_out" }]);
    }
  }

  #pointerUsed() {
    this.#tabbed = false;
    delete this.#root.dataset.focus;
  }

  #keyboardMoved() {
    // It was closed with its own button.
    if (this.keyboard && this.#screenKeyboard.closed(visible())) this.showKeyboard(false);
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

/** The part of the page that can be seen; zooming in by fingers does not count. */
function visible() {
  const seen = window.visualViewport;
  const page = { width: window.innerWidth, page: window.innerHeight };
  return { ...page, height: seen ? seen.height * seen.scale : window.innerHeight };
}
