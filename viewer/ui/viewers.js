import control from "../core/control.js";
import element from "./element.js";
import Links from "./links.js";

/**
 * For who manages the viewers: the list of them, and the question when one of them asks for control. Their
 * frames are in chrome.js.
 */
export default class Viewers {
  #view;
  #root;
  #page;
  #panel;
  #button;
  #list;
  #away;
  #prompt;
  #links;
  /** Whom the prompt is about. @type {number | null} */
  #asker = null;
  /** Whose question was told. @type {number | null} */
  #asked = null;
  /** Those who were told "not now", until they ask again. @type {Set<number>} */
  #putOff = new Set();
  #tell;
  /** Who is here, by number. @type {Map<number, string> | null} */
  #here = null;
  #shown = "";

  /**
   * @param {import("../core/view.js").default} view
   * @param {ShadowRoot} root
   * @param {(subject: string, text: string) => void} tell what a screen reader is to say
   */
  constructor(view, root, tell) {
    this.#tell = tell;
    this.#view = view;
    this.#root = root;
    this.#page = root.ownerDocument;
    this.#panel = element(root, "viewers");
    this.#button = element(root, "viewers-show");
    this.#list = element(root, "viewers-list");
    this.#away = element(root, "away-list");
    this.#prompt = element(root, "prompt");
    this.#links = new Links(view, root, tell);
    // The keyboard's focus stays with the picture when these are clicked, but for what text goes into.
    for (const part of [this.#panel, this.#prompt]) {
      part.addEventListener("mousedown", (event) => {
        if (!(event.target instanceof Element && event.target.closest("input, label"))) event.preventDefault();
      });
    }
    this.#button.addEventListener("click", () => this.#open(this.#panel.hidden));
    element(root, "viewers-hide").addEventListener("click", () => this.#open(false));
    element(root, "take").addEventListener("click", () => view.takeControl());
    element(root, "prompt-grant").addEventListener("click", () => {
      if (this.#asker !== null) view.grantControl(this.#asker);
    });
    element(root, "prompt-later").addEventListener("click", () => {
      this.putOff();
      view.dispatchEvent(new Event("change"));
    });
  }

  /** Not now. @returns {boolean} whether somebody had asked */
  putOff() {
    if (this.#asker === null) return false;
    this.#putOff.add(this.#asker);
    this.update();
    return true;
  }

  /** @returns {boolean} whether it was open */
  close() {
    if (this.#panel.hidden) return false;
    this.#open(false);
    return true;
  }

  /** Shows who is there now. */
  update() {
    const { manages, presenter, clients, sentAway } = this.#view.info;
    this.#button.hidden = !manages;
    if (!manages && !this.#panel.hidden) this.#open(false);
    for (const { number, asks } of clients) if (!asks) this.#putOff.delete(number);
    this.#ask(manages ? control.asker(clients, this.#putOff) : null);
    element(this.#root, "take").hidden = presenter;
    this.#count(manages ? clients : null);
    this.#links.update();
    const shown = JSON.stringify([clients, sentAway]);
    if (this.#panel.hidden || shown === this.#shown) return;
    this.#shown = shown;
    this.#links.refresh();
    const focused = /** @type {HTMLElement | null} */ (this.#root.activeElement);
    const place = focused ? this.#commands().indexOf(focused) : -1;
    this.#list.replaceChildren(...clients.map((viewer) => this.#line(control.row(viewer))));
    // Who went last may have been sent away by mistake.
    this.#away.replaceChildren(...[...sentAway].reverse().map((viewer) => this.#awayLine(viewer)));
    element(this.#root, "away").hidden = sentAway.length === 0;
    if (!focused || place < 0) return;
    // Where the line is gone, the one that took its place.
    const commands = this.#commands();
    const next = this.#root.getElementById(focused.id) ?? commands[Math.min(place, commands.length - 1)];
    (next ?? element(this.#root, "viewers-hide")).focus();
  }

  /** The buttons of both lists. @returns {HTMLElement[]} */
  #commands() {
    return [this.#list, this.#away].flatMap((list) => Array.from(list.querySelectorAll("button")));
  }

  /**
   * Tells who came and went, for who manages them.
   *
   * @param {import("../core/transport/protocol.js").Listed[] | null} clients
   */
  #count(clients) {
    if (!clients || clients.length === 0) {
      this.#here = null;
      return;
    }
    const before = this.#here;
    this.#here = new Map(clients.filter(({ you }) => !you).map(({ number, label }) => [number, label]));
    // Who was there before us did not join.
    if (!before) return;
    const news = control.changes(before, this.#here);
    if (news) this.#tell("viewers", news);
  }

  /** @param {import("../core/transport/protocol.js").Listed | null} viewer */
  #ask(viewer) {
    if (!viewer) this.#tell("question", "");
    this.#asker = viewer?.number ?? null;
    if (!viewer) this.#asked = null;
    this.#prompt.hidden = viewer === null;
    if (!viewer) return;
    const text = element(this.#root, "prompt-text");
    const question = `${viewer.label} asks for control`;
    // Once, or screen readers would say it again and again.
    if (text.textContent === question && this.#asked === viewer.number) return;
    this.#asked = viewer.number;
    text.textContent = question;
    this.#tell("question", question);
  }

  /** @param {boolean} on */
  #open(on) {
    if (!on && this.#panel.contains(this.#root.activeElement)) this.#button.focus();
    this.#panel.hidden = !on;
    this.#button.setAttribute("aria-expanded", String(on));
    this.#shown = "";
    if (on) this.update();
    else this.#links.close();
  }

  /**
   * @param {import("../core/control.js").Row} row
   * @returns {HTMLElement}
   */
  #line(row) {
    const line = this.#who(row.name, row.note);
    line.classList.toggle("quiet", row.quiet);
    const { number, name } = row;
    if (row.grant) line.append(this.#command("grant", number, "Give control", name, () => this.#view.grantControl(number)));
    if (row.disconnect) line.append(this.#command("disconnect", number, "Disconnect", name, () => this.#view.disconnect(number)));
    return line;
  }

  /**
   * @param {import("../core/transport/protocol.js").Away} viewer
   * @returns {HTMLElement}
   */
  #awayLine({ number, label, role }) {
    const line = this.#who(label, role === "watch" ? "watched only" : "");
    line.append(this.#command("let-in", number, "Let in again", label, () => {
      this.#view.letIn(number);
      this.#tell("viewers", `${label} may come back.`);
    }));
    return line;
  }

  /**
   * @param {string} name
   * @param {string} about what there is to know about it
   */
  #who(name, about) {
    const line = this.#page.createElement("li");
    const who = this.#page.createElement("span");
    const note = this.#page.createElement("small");
    who.textContent = name;
    note.textContent = about;
    who.append(note);
    line.append(who);
    return line;
  }

  /**
   * @param {string} what
   * @param {number} number
   * @param {string} text
   * @param {string} name whom it is about
   * @param {() => void} run
   */
  #command(what, number, text, name, run) {
    const button = this.#page.createElement("button");
    button.type = "button";
    button.className = "word";
    button.id = `${what}-${number}`;
    button.textContent = text;
    button.setAttribute("aria-label", `${text}: ${name}`);
    button.addEventListener("click", (event) => {
      // The second click of two would hit the line that took this one's place.
      if (event.detail <= 1) run();
    });
    return button;
  }
}
