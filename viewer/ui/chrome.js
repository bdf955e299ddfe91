import maker from "./make.js";

/**
 * The elements around the picture. They are made one by one, not from a text: pages with Trusted Types allow
 * no other way. What they show, status.js and its neighbours write.
 */

/** Drawn in 16 × 16, by strokes. */
const ICONS = {
  close: ["M4.25 4.25l7.5 7.5M11.75 4.25l-7.5 7.5"],
  details: ["M2.5 4h5M5 8h6M9 12h4.5"],
  viewers: ["M8.5 5.5a2.5 2.5 0 1 1-5 0a2.5 2.5 0 1 1 5 0", "M1.5 13a4.5 4.5 0 0 1 9 0M10.5 3.2a2.5 2.5 0 0 1 0 4.6M12.2 9.2a4.5 4.5 0 0 1 2.3 3.8"],
  save: ["M8 2.5v7.25M4.75 6.75 8 10l3.25-3.25M2.5 11v1A1.5 1.5 0 0 0 4 13.5h8a1.5 1.5 0 0 0 1.5-1.5v-1"],
  fullscreen: ["M2.5 6V4A1.5 1.5 0 0 1 4 2.5h2M10 2.5h2A1.5 1.5 0 0 1 13.5 4v2M13.5 10v2a1.5 1.5 0 0 1-1.5 1.5h-2M6 13.5H4A1.5 1.5 0 0 1 2.5 12v-2"],
  keyboard: [
    "M3.25 3.5h9.5a1.75 1.75 0 0 1 1.75 1.75v5.5a1.75 1.75 0 0 1-1.75 1.75h-9.5a1.75 1.75 0 0 1-1.75-1.75v-5.5a1.75 1.75 0 0 1 1.75-1.75z",
    "M4 6.25h.01M6.67 6.25h.01M9.33 6.25h.01M12 6.25h.01M4 8.25h.01M6.67 8.25h.01M9.33 8.25h.01M12 8.25h.01M5.5 10.5h5",
  ],
};

/**
 * @param {Document} page
 * @returns {Node[]} what goes into the shadow root
 */
export default function chrome(page) {
  const { make, tool } = maker(page);
  /**
   * @param {string} id
   * @param {string} text
   * @param {Record<string, string>} [attributes]
   */
  const word = (id, text, attributes = {}) => make("button", { id, type: "button", class: "word", ...attributes }, text);
  /**
   * @param {string} id
   * @param {string} title
   * @param {string} hides
   * @param {Node[]} children
   */
  const panel = (id, title, hides, ...children) =>
    make(
      "section",
      { id, part: `panel ${id}`, "aria-labelledby": `${id}-title`, hidden: "" },
      make("header", {}, make("h2", { id: `${id}-title` }, title), tool(`${id}-hide`, ICONS.close, hides)),
      ...children,
    );
  const hidden = { hidden: "" };
  const live = { role: "status", "aria-live": "polite" };

  /**
   * The first one is chosen. No `<select>`: Chromium keeps its tree for good, also after the element has gone.
   *
   * @param {string} name
   * @param {string} label
   * @param {[string, string][]} options values and what they are called
   */
  const choice = (name, label, options) =>
    make(
      "fieldset",
      {},
      make("legend", {}, label),
      ...options.map(([value, text], n) => make("label", {}, make("input", { type: "radio", name, value, ...(n === 0 && { checked: "" }) }), text)),
    );
  const links = make(
    "div",
    { id: "links", ...hidden },
    make("h3", { id: "links-title" }, "Links"),
    make("ul", { id: "links-list", "aria-labelledby": "links-title" }),
    make(
      "form",
      { id: "link-form", "aria-label": "New link" },
      make("label", {}, "Name", make("input", { id: "link-name", required: "", maxlength: "32", pattern: "[A-Za-z0-9_\\-]+", title: "Letters, digits, - and _", autocomplete: "off", autocapitalize: "off", spellcheck: "false" })),
      choice("link-role", "Role", [["watch", "to watch"], ["drive", "to drive"]]),
      choice("link-lifetime", "Valid for", [["86400", "a day"], ["3600", "an hour"], ["604800", "a week"], ["", "as long as mine"]]),
      make("button", { id: "link-add", type: "submit", class: "word" }, "Make a link"),
    ),
    make("p", { id: "links-told", ...hidden }),
    make(
      "div",
      { id: "link-made", ...hidden },
      make("label", { id: "link-made-label", for: "link-address" }),
      make("div", { class: "row" }, make("input", { id: "link-address", readonly: "", spellcheck: "false" }), word("link-copy", "Copy", { class: "word strong" })),
      make("p", { id: "link-local", ...hidden }, "It works on this machine only, as you came by 127.0.0.1: open this page by the name that the others use, and make the link there."),
    ),
    make("p", {}, "Links that are made here end with yours, and with the program."),
  );

  return [
    // Before the picture, so that Tab comes here first: the picture keeps Tab.
    make(
      "div",
      { id: "status", part: "status", role: "group", "aria-label": "Status", "data-role": "offline" },
      // First, but in the corner, at the end of the row: there it stays while the rest comes and goes.
      make(
        "button",
        { id: "status-show", type: "button", "aria-label": "Status", "aria-expanded": "true", "aria-controls": "status-more", "aria-description": "Arrow keys move it to another corner" },
        make("span", { class: "dot" }),
      ),
      make(
        "div",
        { id: "status-more" },
        make("span", { id: "role" }),
        word("ask", "", hidden),
        word("record", "", hidden),
        make("span", { id: "leave" }, "F6 leaves the picture"),
        make("span", { id: "rate", class: "number" }),
        make("span", { id: "delay", class: "number", title: "Round trip" }),
        make(
          "span",
          { class: "buttons" },
          tool("details-show", ICONS.details, "Details", { title: "Details: where the time goes", "aria-expanded": "false", "aria-controls": "details" }),
          tool("viewers-show", ICONS.viewers, "Viewers", { title: "Viewers: who is here", "aria-expanded": "false", "aria-controls": "viewers", ...hidden }),
          tool("save", ICONS.save, "Save the picture", { title: "Save the picture as a PNG file", ...hidden }),
          tool("fullscreen", ICONS.fullscreen, "Full screen", { "aria-pressed": "false" }),
          tool("keyboard", ICONS.keyboard, "On-screen keyboard", { "aria-pressed": "false", ...hidden }),
          tool("status-hide", ICONS.close, "Hide status"),
        ),
      ),
    ),
    panel(
      "details",
      "From input to picture",
      "Hide details",
      make("p", {}, "What an update takes, in milliseconds"),
      make("dl", { id: "details-steps" }),
      make("dl", { id: "details-totals" }),
      make("dl", { id: "details-facts" }),
      make("label", { id: "video-switch", title: "What moves may come as video, where the connection is slow", ...hidden }, make("input", { id: "video", type: "checkbox" }), "Video"),
      make("p", {}, "Medians and means of the last two seconds. At rest, the times are those of the last update."),
    ),
    panel("viewers", "Viewers", "Hide viewers", make("ul", { id: "viewers-list" }), word("take", "Take control back", hidden), make("div", { id: "away", ...hidden }, make("h3", { id: "away-title" }, "Sent away"), make("ul", { id: "away-list", "aria-labelledby": "away-title" })), links),
    make("div", { id: "shape" }),
    make("div", { id: "view", part: "view" }),
    make(
      "div",
      { id: "above" },
      make(
        "section",
        { id: "prompt", part: "prompt", "aria-label": "Somebody asks for control", ...hidden },
        make("p", { id: "prompt-text" }),
        word("prompt-later", "Not now"),
        word("prompt-grant", "Grant", { class: "word strong" }),
      ),
      make(
        "section",
        { id: "offer", part: "prompt offer", "aria-label": "Text to copy", ...hidden },
        make("p", {}, "The application offers text to copy", make("span", { id: "offer-text" })),
        word("offer-later", "Not now"),
        word("offer-copy", "Copy", { class: "word strong" }),
      ),
      make(
        "section",
        { id: "visit", part: "prompt visit", "aria-label": "Address to open", ...hidden },
        make("p", {}, "The application asks to open this address", make("span", { id: "visit-address" })),
        word("visit-later", "Dismiss"),
        make("a", { id: "visit-open", class: "word strong", target: "_blank", rel: "noopener noreferrer", referrerpolicy: "no-referrer" }, "Open"),
      ),
      make("p", { id: "note", part: "prompt note", ...hidden }),
    ),
    make(
      "section",
      { id: "notice", part: "notice", class: "busy", "aria-label": "Connection", ...hidden },
      make("span", { class: "pulse", "aria-hidden": "true" }),
      make("div", {}, make("p", { id: "notice-title" }), make("p", { id: "notice-detail" })),
      make("button", { id: "retry", type: "button", ...hidden }, "Try now"),
    ),
    make("p", { id: "announcement", ...live }),
  ];
}
