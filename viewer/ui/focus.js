/**
 * Keeps the keyboard's focus where somebody can go on from, when what has it is hidden or taken out: a button that was
 * pressed and has no more to do, a panel that was closed.
 */
export default class Focus {
  #root;
  #fallback;
  /** What has the focus, or had it when it went. @type {HTMLElement | null} */
  #last = null;
  /** Where it was before it went into what comes and goes. @type {WeakMap<Element, Element>} */
  #before = new WeakMap();

  /**
   * @param {ShadowRoot} root
   * @param {() => void} fallback gives the focus to what is always there
   */
  constructor(root, fallback) {
    this.#root = root;
    this.#fallback = fallback;
    root.addEventListener("focusin", (event) => {
      const target = /** @type {HTMLElement} */ (event.target);
      const from = /** @type {FocusEvent} */ (event).relatedTarget;
      const section = target.closest("section");
      if (section && from instanceof Element && !section.contains(from)) this.#before.set(section, from);
      this.#last = target;
    });
  }

  /** Call it when something was hidden or taken out. */
  check() {
    const last = this.#last;
    if (!last) return;
    const page = this.#root.ownerDocument;
    const active = this.#root.activeElement;
    if (active && active !== last) return;
    if (usable(last)) {
      // Somebody went elsewhere.
      if (!active) this.#last = null;
      return;
    }
    this.#last = null;
    // Somebody has gone on already, in another part of the page.
    if (!active && page.activeElement && page.activeElement !== page.body && page.activeElement !== this.#root.host) return;
    const section = last.closest("section");
    const before = section && this.#before.get(section);
    if (section && usable(section)) {
      // The panel is still there.
      /** @type {HTMLElement | null} */ (section.querySelector("button:not([hidden])"))?.focus();
    } else if (before instanceof HTMLElement && usable(before)) {
      before.focus();
    }
    if (!this.#root.activeElement || this.#root.activeElement === last) this.#fallback();
  }
}

/** @param {HTMLElement} element */
function usable(element) {
  return element.isConnected && element.checkVisibility({ visibilityProperty: true });
}
