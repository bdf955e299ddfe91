/** What opens over the picture: details, viewers, questions. */
export default /* css */ `
/* The details: numbers in columns, so that nothing moves when they change. Without blur: what measures should
   cost little. */

#details,
#viewers {
  position: absolute;
  z-index: 2;
  right: max(var(--edge), env(safe-area-inset-right));
  bottom: calc(max(var(--edge), env(safe-area-inset-bottom)) + var(--row));
  box-sizing: border-box;
  width: min(22.2em, calc(100% - 2 * var(--edge)));
  max-height: calc(100% - 2 * var(--edge) - var(--row) - 8px);
  overflow-y: auto;
  overscroll-behavior: contain;
  padding: 8px 14px 12px;
  border: 1px solid var(--line);
  border-radius: 14px;
  background: var(--panel);
  box-shadow: var(--shadow);
  font-variant-numeric: tabular-nums;
  -webkit-user-select: none;
  user-select: none;
  /* The height of the status, beside which it opens. */
  --row: calc(2.62em + 6px);
}

[data-corner^="top"] ~ :is(#details, #viewers) {
  top: calc(max(var(--edge), env(safe-area-inset-top)) + var(--row));
  bottom: auto;
}

[data-corner$="left"] ~ :is(#details, #viewers) {
  right: auto;
  left: max(var(--edge), env(safe-area-inset-left));
}

#details header,
#viewers header {
  display: flex;
  align-items: center;
  justify-content: space-between;
  margin-right: -8px;
}

#details h2,
#viewers h2 {
  margin: 0;
  font-size: 1em;
  font-weight: 600;
}

#details p {
  margin: 0;
  color: var(--text-quiet);
  font-size: 0.85em;
}

#details dl {
  margin: 6px 0 0;
}

#details-totals,
#details-facts {
  padding-top: 6px;
  border-top: 1px solid var(--line);
}

/* Some are sentences. */
#details-facts .value {
  flex: initial;
  white-space: normal;
}

#video-switch {
  display: flex;
  align-items: center;
  gap: 6px;
  width: fit-content;
  margin-top: 6px;
  font-size: 0.93em;
}

#video {
  margin: 0;
  accent-color: var(--accent);
}

#details-facts ~ p {
  margin-top: 8px;
}

#details dl > div {
  display: flex;
  align-items: center;
  gap: 10px;
  font-size: 0.93em;
  line-height: 1.6;
}

#details dt {
  flex: none;
  width: 10.2em;
  color: var(--text-quiet);
  white-space: nowrap;
}

#details dd {
  display: flex;
  flex: 1;
  align-items: center;
  gap: 10px;
  min-width: 0;
  margin: 0;
  white-space: nowrap;
}

#details-totals dd {
  font-weight: 600;
}

.value {
  flex: none;
  min-width: 4.4em;
  margin-left: auto;
  text-align: right;
}

.track {
  position: relative;
  flex: 1;
  height: 4px;
  overflow: hidden;
  border-radius: 2px;
}

#details-steps .track {
  background: var(--hover);
}

.track > span {
  position: absolute;
  top: 0;
  bottom: 0;
  border-radius: 2px;
  background: var(--accent);
}

@media (pointer: coarse) {
  #details {
    --row: calc(3.23em + 6px);
  }

  #video-switch {
    min-height: 2.75em;
  }
}

/* Who is here, and who asks for control: for who manages them. */

#viewers {
  width: min(29em, calc(100% - 2 * var(--edge)));
}

#viewers ul {
  margin: 4px 0 0;
  padding: 0;
  list-style: none;
}

#viewers li {
  display: flex;
  align-items: center;
  gap: 6px;
  padding: 4px 0;
}

#viewers li > span {
  flex: 1;
  min-width: 0;
  overflow-wrap: anywhere;
}

#viewers small {
  display: block;
  color: var(--text-quiet);
  font-size: 0.85em;
}

#viewers .quiet > span {
  color: var(--text-quiet);
}

#take {
  margin-top: 6px;
}

#away,
#links {
  margin-top: 8px;
  border-top: 1px solid var(--line);
  padding-top: 6px;
}

:is(#away, #links) h3,
#links :is(label, p) {
  margin: 0;
  color: var(--text-quiet);
  font-size: 0.85em;
}

:is(#away, #links) h3 {
  font-weight: 600;
}

#link-form {
  display: grid;
  justify-items: start;
  gap: 8px;
  margin: 6px 0 8px;
}

#link-form > label {
  justify-self: stretch;
}

#links fieldset {
  display: flex;
  flex-wrap: wrap;
  gap: 4px 12px;
  margin: 0;
  border: 0;
  padding: 0;
  font-size: 0.85em;
}

#links legend {
  margin-bottom: 2px;
  padding: 0;
  color: var(--text-quiet);
}

#links fieldset label {
  display: inline-flex;
  align-items: center;
  gap: 5px;
  color: var(--text);
  font-size: 1em;
}

#links [type="radio"] {
  margin: 0;
  accent-color: var(--accent);
}

#links input::selection {
  background: var(--accent);
  color: var(--on-accent);
}

#links input:not([type="radio"]) {
  display: block;
  box-sizing: border-box;
  width: 100%;
  height: 2.17em;
  margin: 2px 0 0;
  padding: 0 0.5em;
  border: 1px solid var(--text-quiet);
  border-radius: 8px;
  background: var(--panel);
  color: var(--text);
  font: inherit;
  font-size: 1.1em;
  -webkit-user-select: text;
  user-select: text;
}

#links .row {
  display: flex;
  align-items: center;
  gap: 6px;
  margin: 2px 0 8px;
}

#links .row input {
  flex: 1;
  min-width: 0;
  margin: 0;
  font-size: 1em;
}

/* What is asked, offered or said, above all, and not over the status. */

#above {
  position: absolute;
  z-index: 3;
  top: max(var(--gap), env(safe-area-inset-top));
  left: var(--gap);
  right: var(--gap);
  display: flex;
  flex-direction: column;
  align-items: center;
  gap: 8px;
  pointer-events: none;
}

[data-corner^="top"] ~ #above {
  top: calc(max(var(--gap), env(safe-area-inset-top)) + 3.4em);
}

#prompt,
#offer,
#visit,
#note {
  box-sizing: border-box;
  max-width: min(100%, 35.4em);
  margin: 0;
  padding: 8px 8px 8px 16px;
  border: 1px solid var(--line);
  border-radius: 14px;
  background: var(--panel);
  box-shadow: var(--shadow);
  pointer-events: auto;
}

#prompt,
#offer,
#visit {
  display: flex;
  align-items: center;
  flex-wrap: wrap;
  justify-content: end;
  gap: 6px;
}

#note {
  padding: 8px 16px;
  overflow-wrap: anywhere;
}

:is(#prompt, #offer, #visit) p {
  flex: 1 1 auto;
  min-width: 0;
  margin: 0 8px 0 0;
  overflow-wrap: anywhere;
}

#offer p {
  flex-basis: 11.5em;
}

#offer-text {
  display: block;
  max-width: 27em;
  overflow: hidden;
  color: var(--text-quiet);
  font-size: 0.85em;
  white-space: nowrap;
  text-overflow: ellipsis;
}

#visit p {
  flex-basis: 100%;
}

/* All of it, however long: it says where it leads. */
#visit-address {
  display: block;
  max-height: 9em;
  overflow: auto;
  margin-top: 4px;
  font-family: ui-monospace, monospace;
  font-size: 0.93em;
  overflow-wrap: anywhere;
  user-select: text;
}

a.word {
  box-sizing: border-box;
  line-height: 2.17em;
  text-decoration: none;
}

a.word:not([href]) {
  opacity: 0.55;
}

/* A button that says in words what it does. */
#status button.word,
:is(button, a).word {
  display: block;
  flex: none;
  width: auto;
  height: 2.17em;
  padding: 0 0.85em;
  border-radius: 1.09em;
  background: var(--hover);
  color: var(--text);
  font-size: 0.93em;
  font-weight: 600;
  white-space: nowrap;
}

:is(button, a[href]).word:hover {
  filter: brightness(1.08);
}

:is(button, a).word.strong {
  background: var(--accent);
  color: var(--on-accent);
}

@media (pointer: coarse) {
  #viewers {
    --row: calc(3.23em + 6px);
  }

  #status button.word,
  :is(button, a).word {
    height: 3em;
    border-radius: 1.5em;
  }

  a.word {
    line-height: 3em;
  }

  /* Below 16 pixels an iPhone zooms the page when one is tapped. */
  #links input:not([type="radio"]) {
    height: 2.75em;
    font-size: max(16px, 1.1em);
  }

  #links fieldset label {
    min-height: 2.75em;
  }
}
`;
