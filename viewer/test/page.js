/** As much of a page as a tree of elements needs. */

/** A text or an element. */
class Child {
  /** @type {Element | null} */
  parentNode = null;

  get parentElement() {
    return this.parentNode;
  }

  get nextSibling() {
    const siblings = this.parentNode?.childNodes ?? [];
    return siblings[siblings.indexOf(this) + 1] ?? null;
  }

  remove() {
    const siblings = this.parentNode?.childNodes;
    siblings?.splice(siblings.indexOf(this), 1);
    this.parentNode = null;
  }
}

class Text extends Child {
  /** @param {string} data */
  constructor(data) {
    super();
    this.data = data;
  }
}

class Element extends Child {
  id = "";
  value = "";
  /** @type {Record<string, string>} */
  style = {};
  /** @type {Child[]} */
  childNodes = [];
  /** How often it was put somewhere. */
  moves = 0;
  /** @type {Map<string, string>} */
  #attributes = new Map();
  /** @type {Map<string, (event: object) => void>} */
  #listeners = new Map();

  get children() {
    return this.childNodes.filter((child) => child instanceof Element);
  }

  get firstChild() {
    return this.childNodes[0] ?? null;
  }

  /** @param {Child} child @param {Child | null} before */
  insertBefore(child, before) {
    for (let at = /** @type {Element | null} */ (this); at; at = at.parentNode) {
      if (at === child) throw new Error("an element in itself");
    }
    child.remove();
    this.childNodes.splice(before ? this.childNodes.indexOf(before) : this.childNodes.length, 0, child);
    child.parentNode = this;
    if (child instanceof Element) child.moves += 1;
  }

  /** @param {Child} child */
  append(child) {
    this.insertBefore(child, null);
  }

  /** @param {Child} child */
  prepend(child) {
    this.insertBefore(child, this.firstChild);
  }

  /** @param {Element} other */
  replaceWith(other) {
    this.parentNode?.insertBefore(other, this);
    this.remove();
  }

  /** @param {string} name */
  getAttribute(name) {
    return this.#attributes.get(name) ?? null;
  }

  /** @param {string} name @param {string} value */
  setAttribute(name, value) {
    this.#attributes.set(name, value);
  }

  /** @param {string} name */
  removeAttribute(name) {
    this.#attributes.delete(name);
  }

  /** @param {string} type @param {(event: object) => void} listener */
  addEventListener(type, listener) {
    this.#listeners.set(type, listener);
  }

  /** @param {string} type @param {Element} target */
  dispatch(type, target) {
    this.#listeners.get(type)?.({ type, target });
  }
}

export default class Page {
  root = Object.assign(new Element(), { ownerDocument: this });

  createElement() {
    return new Element();
  }

  /** @param {string} data */
  createTextNode(data) {
    return new Text(data);
  }

  /** What is in an element, by numbers. @param {Element} box */
  shape(box) {
    const one = (/** @type {Element} */ { id, childNodes, children }) => {
      const text = childNodes.map((child) => (child instanceof Text ? `:${child.data}` : "")).join("");
      /** @type {string} */
      const below = children.length > 0 ? `(${children.map(one).join(" ")})` : "";
      return id.replace("node-", "") + text + below;
    };
    return box.children.map(one).join(" ");
  }
}
