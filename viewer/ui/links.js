import clipboard from "./clipboard.js";
import element from "./element.js";
import links from "../core/links.js";

/** For the host: the server's links, in the panel of the viewers. Its frames are in chrome.js. */
export default class Links {
  #view;
  #root;
  #page;
  #section;
  #list;
  #name;
  #told;
  #made;
  #address;
  #tell;
  #shown = "";

  /**
   * @param {import("../core/view.js").default} view
   * @param {ShadowRoot} root
   * @param {(subject: string, text: string) => void} tell what a screen reader is to say
   */
  constructor(view, root, tell) {
    this.#view = view;
    this.#root = root;
    this.#page = root.ownerDocument;
    this.#tell = tell;
    this.#section = element(root, "links");
    this.#list = element(root, "links-list");
    this.#name = /** @type {HTMLInputElement} */ (element(root, "link-name"));
    this.#told = element(root, "links-told");
    this.#made = element(root, "link-made");
    this.#address = /** @type {HTMLInputElement} */ (element(root, "link-address"));
    element(root, "link-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#add();
    });
    element(root, "link-copy").addEventListener("click", () => this.#copy());
    this.#address.addEventListener("focus", () => this.#address.select());
    view.addEventListener("links", (event) => this.#answer(/** @type {CustomEvent} */ (event).detail));
  }

  /** Somebody looks, or who is here has changed: the links may be others. */
  refresh() {
    this.#view.listLinks();
  }

  /** Nobody looks any more: a secret is shown once. */
  close() {
    this.#shown = "";
    this.#say("");
    this.#hideAddress();
  }

  /** Shows which links there are now. */
  update() {
    const found = this.#view.info.links;
    this.#section.hidden = found === null;
    const shown = JSON.stringify(found);
    if (found === null || shown === this.#shown) return;
    this.#shown = shown;
    const focused = /** @type {HTMLElement | null} */ (this.#root.activeElement);
    const place = focused ? this.#commands().indexOf(focused) : -1;
    this.#list.replaceChildren(...found.map((link) => this.#line(links.row(link))));
    if (!focused || place < 0) return;
    // Where the line is gone, the one that took its place.
    const commands = this.#commands();
    const next = this.#root.getElementById(focused.id) ?? commands[Math.min(place, commands.length - 1)];
    (next ?? this.#name).focus();
  }

  /** @returns {HTMLElement[]} */
  #commands() {
    return Array.from(this.#list.querySelectorAll("button"));
  }

  #add() {
    const value = (/** @type {string} */ name) =>
      /** @type {HTMLInputElement} */ (this.#root.querySelector(`input[name="${name}"]:checked`)).value;
    const lifetime = value("link-lifetime");
    this.#say("");
    this.#hideAddress();
    this.#view.addLink(this.#name.value, value("link-role") === "drive" ? "drive" : "watch", lifetime === "" ? null : Number(lifetime));
  }

  /** @param {{made: {name: string, address: string} | null, refused: string | null}} answer */
  #answer({ made, refused }) {
    // Also without news: who is here may have changed.
    if (refused !== null) this.#say(`Not done: ${refused}`);
    if (!made) return;
    this.#name.value = "";
    element(this.#root, "link-made-label").textContent = `The address of ${made.name}, shown only now`;
    this.#address.value = made.address;
    this.#made.hidden = false;
    // Else people send addresses that lead the others to their own machines.
    element(this.#root, "link-local").hidden = !links.isLocal(made.address);
    this.#address.focus();
    // The end of it looks like any other.
    this.#address.scrollLeft = 0;
    this.#tell("links", `Made the link ${made.name}. Copy its address now: it is shown only once.`);
  }

  async #copy() {
    const done = await clipboard.copy(this.#address.value, this.#page);
    this.#say(done ? "Copied" : "The browser does not let this page copy: select the address");
  }

  #hideAddress() {
    this.#made.hidden = true;
    this.#address.value = "";
  }

  /** @param {string} text */
  #say(text) {
    this.#told.textContent = text;
    this.#told.hidden = text === "";
    this.#tell("links", text);
  }

  /**
   * @param {import("../core/links.js").Row} row
   * @returns {HTMLElement}
   */
  #line({ name, note, revoke }) {
    const line = this.#page.createElement("li");
    const what = this.#page.createElement("span");
    const about = this.#page.createElement("small");
    what.textContent = name;
    about.textContent = note;
    what.append(about);
    line.append(what);
    if (!revoke) return line;
    const button = this.#page.createElement("button");
    button.type = "button";
    button.className = "word";
    button.id = `revoke-${name}`;
    button.textContent = "Revoke";
    button.setAttribute("aria-label", `Revoke: ${name}`);
    button.addEventListener("click", (event) => {
      // The second click of two would hit the line that took this one's place.
      if (event.detail > 1) return;
      this.#say("");
      this.#view.revokeLink(name);
    });
    line.append(button);
    return line;
  }
}
