import looks from "./looks.js";
import message from "./message.js";

/**
 * @typedef {import("./message.js").TreeNode} TreeNode
 * @typedef {import("./message.js").TreeUpdate} TreeUpdate
 *
 * @typedef {object} Entry one node
 * @property {TreeNode} node
 * @property {HTMLElement} element keeps its identity as long as the node is there, or else screen readers lose their place
 * @property {string} tag
 * @property {Text} text its content, before its children
 *
 * @typedef {object} Hooks
 * @property {(message: object) => void} send
 * @property {(id: string | null) => void} focused the element of the node that has the application's focus, by its id
 * @property {() => void} refocus gives the keyboard back to the application
 */

/** The deepest that a node can be: `Tree::MAX_DEPTH`. */
const MAX_DEPTH = 64;

/**
 * The accessibility tree as elements over the picture, which nobody sees and no pointer meets: screen readers find them
 * where the picture shows them. What is done with them goes to the application; what it makes of it comes with the next update.
 */
export default class Mirror {
  #box;
  #page;
  #hooks;
  /** @type {Map<number, Entry>} */
  #entries = new Map();
  /** @type {WeakMap<EventTarget, Entry>} */
  #byElement = new WeakMap();
  #presenter = false;

  /**
   * @param {HTMLElement} root
   * @param {Hooks} hooks
   * @param {AbortSignal} signal ends it
   */
  constructor(root, hooks, signal) {
    this.#page = root.ownerDocument;
    this.#hooks = hooks;
    this.#box = this.#page.createElement("div");
    this.#box.id = "tree";
    root.append(this.#box);
    this.#box.addEventListener("click", (event) => this.#click(event), { signal });
    this.#box.addEventListener("change", (event) => this.#change(event), { signal });
    this.#box.addEventListener("focusin", (event) => this.#focus(event), { signal });
    signal.addEventListener("abort", () => this.#box.remove());
  }

  /** Takes what changed. @param {TreeUpdate} update */
  apply({ root, focus, nodes }) {
    for (const node of nodes) this.#take(node);
    const reached = this.#reach(root);
    for (const [id, { element }] of this.#entries) {
      if (reached.has(id)) continue;
      element.remove();
      this.#entries.delete(id);
    }
    // From the root down: an element is where it belongs before something is put into it.
    const elements = (/** @type {number[]} */ ids) => ids.map((id) => /** @type {Entry} */ (this.#entries.get(id)).element);
    arrange(this.#box, null, root !== null && reached.has(root) ? elements([root]) : []);
    for (const [id, children] of reached) {
      const { element, text } = /** @type {Entry} */ (this.#entries.get(id));
      arrange(element, text.parentNode ? text : null, elements(children));
    }
    // The root stands for no place in it.
    const has = focus !== null && focus !== root && reached.has(focus);
    this.#hooks.focused(has ? idOf(focus) : null);
  }

  /** There is no tree, or nobody wants it. */
  clear() {
    this.apply({ type: "accessibility", number: 0, root: null, focus: null, nodes: [] });
  }

  /** Whether what is done here reaches the application. @param {boolean} presenter */
  set presenter(presenter) {
    if (this.#presenter === presenter) return;
    this.#presenter = presenter;
    for (const entry of this.#entries.values()) this.#show(entry);
  }

  /**
   * Where the picture is, and how large it is in logical pixels of the canvas.
   *
   * @param {{x: number, y: number, width: number, height: number}} place in CSS pixels of the view
   * @param {{width: number, height: number}} logical
   */
  place({ x, y, width, height }, logical) {
    Object.assign(this.#box.style, {
      left: `${x}px`,
      top: `${y}px`,
      width: `${logical.width}px`,
      height: `${logical.height}px`,
      transform: `scale(${width / logical.width}, ${height / logical.height})`,
    });
  }

  /** @param {TreeNode} node */
  #take(node) {
    const { tag, type } = looks.roleOf(node);
    let entry = this.#entries.get(node.id);
    if (!entry || entry.tag !== tag + type) {
      const element = this.#page.createElement(tag);
      element.id = idOf(node.id);
      entry?.element.replaceWith(element);
      entry = { node, element, tag: tag + type, text: this.#page.createTextNode("") };
      this.#entries.set(node.id, entry);
      this.#byElement.set(element, entry);
    }
    entry.node = node;
    this.#show(entry);
  }

  /** @param {Entry} entry */
  #show({ node, element, text }) {
    for (const [name, value] of Object.entries(looks.attributes(node, this.#presenter))) {
      if (value === null) element.removeAttribute(name);
      else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
    }
    const content = looks.content(node);
    if (content === "") text.remove();
    else if (!text.parentNode) element.prepend(text);
    if (text.data !== content) text.data = content;
    const value = looks.value(node);
    const field = /** @type {HTMLInputElement} */ (element);
    if (value !== null && field.value !== value) field.value = value;
    const [x, y, width, height] = (node.bounds ?? []).map((at) => `${at}px`);
    Object.assign(element.style, { left: x ?? "0", top: y ?? "0", width: width ?? "", height: height ?? "" });
  }

  /**
   * The nodes that can be reached, from the root down, with those of their children that are there and not elsewhere.
   *
   * @param {number | null} root
   * @returns {Map<number, number[]>}
   */
  #reach(root) {
    /** @type {Map<number, number[]>} */
    const reached = new Map();
    const seen = new Set([root]);
    const ahead = root !== null && this.#entries.has(root) ? [{ id: root, depth: 0 }] : [];
    for (let next; (next = ahead.pop()); ) {
      const { id, depth } = next;
      /** @type {number[]} */
      const children = [];
      for (const child of /** @type {Entry} */ (this.#entries.get(id)).node.children) {
        if (depth === MAX_DEPTH || seen.size >= message.MAX_NODES || seen.has(child) || !this.#entries.has(child)) continue;
        seen.add(child);
        children.push(child);
      }
      reached.set(id, children);
      ahead.push(...children.map((child) => ({ id: child, depth: depth + 1 })));
    }
    return reached;
  }

  /** @param {Event} event */
  #click(event) {
    // What is clicked may be a text in what takes the click.
    for (let at = /** @type {Element | null} */ (event.target); at && at !== this.#box; at = at.parentElement) {
      const node = this.#byElement.get(at)?.node;
      const action = node && looks.isActive(node, this.#presenter) ? looks.click(node) : null;
      if (node && action) return this.#hooks.send(message.act(node.id, action));
    }
  }

  /** @param {Event} event */
  #change(event) {
    const entry = event.target && this.#byElement.get(event.target);
    if (!entry) return;
    const { node, element } = entry;
    const field = /** @type {HTMLInputElement} */ (element);
    const change = looks.isActive(node, this.#presenter) ? looks.change(node, field.value) : null;
    // It has the value that the application says.
    field.value = looks.value(node) ?? "";
    if (change) this.#hooks.send(message.act(node.id, change.action, change.value));
  }

  /** @param {Event} event */
  #focus(event) {
    const node = (event.target && this.#byElement.get(event.target))?.node;
    if (!node || !this.#presenter) return;
    const action = looks.isActive(node, true) ? looks.focus(node) : null;
    // Where the application has its focus, it says itself.
    this.#hooks.refocus();
    if (action) this.#hooks.send(message.act(node.id, action));
  }
}

/** @param {number} id */
function idOf(id) {
  return `node-${id}`;
}

/**
 * Puts `elements` into `parent`, after `first`; one that is where it belongs is not touched.
 *
 * @param {HTMLElement} parent
 * @param {Text | null} first
 * @param {HTMLElement[]} elements
 */
function arrange(parent, first, elements) {
  let at = first ? first.nextSibling : parent.firstChild;
  for (const element of elements) {
    if (element === at) at = at.nextSibling;
    else parent.insertBefore(element, at);
  }
}
