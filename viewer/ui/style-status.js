/** The pill in the corner. */
export default /* css */ `
/* The pill in the corner: for who asks for it. */

:host(:not([stats])) :is(#status, #details, #viewers) {
  display: none;
}

/* The pill in its corner, or its dot, which stays where it is: the row begins there. */

#status {
  position: absolute;
  z-index: 2;
  display: flex;
  align-items: center;
  box-sizing: border-box;
  max-width: calc(100% - 2 * var(--edge));
  height: 2.62em;
  padding: 0 3px;
  border-radius: 1.31em;
  white-space: nowrap;
  /* A finger drags it. */
  touch-action: none;
  -webkit-user-select: none;
  user-select: none;
}

[data-corner^="bottom"] {
  bottom: max(var(--edge), env(safe-area-inset-bottom));
}

[data-corner^="top"] {
  top: max(var(--edge), env(safe-area-inset-top));
}

[data-corner$="right"] {
  right: max(var(--edge), env(safe-area-inset-right));
}

[data-corner$="left"] {
  left: max(var(--edge), env(safe-area-inset-left));
}

[data-corner$="right"],
[data-corner$="right"] :is(#status-more, .buttons) {
  flex-direction: row-reverse;
}

#status.dragged {
  cursor: grabbing;
}

#status.small {
  height: auto;
  padding: 0;
  opacity: 0.6;
  transition: opacity 0.6s;
}

/* Goes slowly, comes at once. */
#status.small:is(:hover, :focus-within) {
  opacity: 1;
  transition: none;
}

#status:not(.small),
#notice {
  background: var(--surface);
  border: 1px solid var(--line);
  box-shadow: var(--shadow);
  -webkit-backdrop-filter: blur(14px) saturate(1.4);
  backdrop-filter: blur(14px) saturate(1.4);
}

#status-more {
  display: flex;
  align-items: center;
  gap: 10px;
  min-width: 0;
}

.dot {
  flex: none;
  width: 8px;
  height: 8px;
  border-radius: 50%;
  background: var(--offline);
}

[data-role="presenter"] .dot {
  background: var(--presenter);
}

[data-role="observer"] .dot {
  background: var(--observer);
}

/* Everybody is to see that it is recorded, also by the dot alone. */
:is([data-recording="running"], [data-recording="paused"]) .dot {
  outline: 2px solid #e5484d;
  outline-offset: 2px;
}

[data-recording="paused"] .dot {
  outline-style: dotted;
}

#status #record:disabled {
  color: inherit;
  cursor: default;
}

#role {
  min-width: 0;
  overflow: hidden;
  font-weight: 600;
  text-overflow: ellipsis;
}

/* Only for those who came by keyboard, in the place of the numbers. */
#leave,
:host([data-focus="keyboard"]) .number {
  display: none;
}

:host([data-focus="keyboard"]) #leave {
  display: inline;
  overflow: hidden;
  color: var(--text-quiet);
  text-overflow: ellipsis;
}

.number {
  color: var(--text-quiet);
  font-variant-numeric: tabular-nums;
  text-align: right;
}

.number:empty {
  display: none;
}

#rate {
  min-width: 3.4em;
}

#delay {
  min-width: 3.4em;
}

.buttons {
  display: flex;
  flex: none;
  gap: 1px;
}

#status button,
#details button,
#viewers header button {
  display: grid;
  flex: none;
  place-items: center;
  width: 2em;
  height: 2em;
  padding: 0;
  border-radius: 1em;
  font-size: inherit;
  color: var(--text-quiet);
  transition: background-color 0.15s, color 0.15s;
}

#status button:hover,
#details button:hover,
#viewers header button:hover,
#status button[aria-pressed="true"],
#details-show[aria-expanded="true"],
#viewers-show[aria-expanded="true"] {
  background: var(--hover);
  color: var(--text);
}

#status svg,
#details svg,
#viewers svg {
  width: 1.23em;
  height: 1.23em;
  fill: none;
  stroke: currentColor;
  stroke-width: 1.4;
  stroke-linecap: round;
  stroke-linejoin: round;
}

#status.small .dot {
  box-shadow: 0 0 0 1.5px var(--surface);
}

#status.small #status-show:not(:focus-visible) {
  background: none;
}

@container (max-width: 25rem) {
  .number,
  #role:has(+ #ask:not([hidden])) {
    display: none;
  }

  #status-more {
    gap: 6px;
  }
}

/* So small that what opens has no room; full screen leads to all of it. */
@container (max-width: 18.7rem) {
  #status #details-show,
  #status #viewers-show,
  #status #save {
    display: none;
  }

  /* The notice says it. */
  :host(:not([data-state="connected"])) #status-more {
    display: none;
  }
}

/* A mouse needs no keyboard on the screen; a finger needs room. */

#keyboard {
  display: none !important;
}

@media (any-pointer: coarse) {
  #keyboard:not([hidden]) {
    display: grid !important;
  }
}

@media (pointer: coarse) {
  #status {
    height: 3.23em;
    border-radius: 1.62em;
  }

  #status button,
  #details button,
  #viewers header button {
    width: 2.77em;
    height: 2.77em;
    border-radius: 1.39em;
  }

  /* The dot has room around it in its button. */
  #role {
    margin-inline: -7px;
  }

  #status svg {
    width: 1.46em;
    height: 1.46em;
  }
}
`;
