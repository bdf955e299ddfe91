/** What opens over the picture: details, viewers, questions. */
export default /* css */ `
/* The details: numbers in columns, so that nothing moves when they change. Without blur: what measures should
   cost little. */

#details,
#viewers {
  position: absolute;
  z-index: 2;
  right: max(var(--edge), env(safe-area-inset-right));
  bottom: max(calc(var(--edge) + 40px), calc(env(safe-area-inset-bottom) + 40px));
  box-sizing: border-box;
  width: min(288px, calc(100% - 2 * var(--edge)));
  max-height: calc(100% - 2 * var(--edge) - 48px);
  overflow-y: auto;
  overscroll-behavior: contain;
  padding: 8px 14px 12px;
  border: 1px solid var(--line);
  border-radius: 14px;
  background: var(--panel);
  box-shadow: var(--shadow);
  font-size: 12px;
  font-variant-numeric: tabular-nums;
  -webkit-user-select: none;
  user-select: none;
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
  font-size: 13px;
  font-weight: 600;
}

#details p {
  margin: 0;
  color: var(--text-quiet);
  font-size: 11px;
}

#details dl {
  margin: 6px 0 0;
}

#details-totals,
#details-facts {
  padding-top: 6px;
  border-top: 1px solid var(--line);
}

#details-facts + p {
  margin-top: 8px;
}

#details dl > div {
  display: flex;
  align-items: center;
  gap: 10px;
  line-height: 1.6;
}

#details dt {
  flex: none;
  width: 122px;
  color: var(--text-quiet);
  white-space: nowrap;
}

#details dd {
  flex: none;
  min-width: 52px;
  margin: 0 0 0 auto;
  text-align: right;
  white-space: nowrap;
}

#details-totals dd {
  font-weight: 600;
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
    bottom: max(calc(var(--edge) + 48px), calc(env(safe-area-inset-bottom) + 48px));
    max-height: calc(100% - 2 * var(--edge) - 56px);
  }
}

/* Who is here, and who asks for control: for who manages them. */

#viewers {
  width: min(380px, calc(100% - 2 * var(--edge)));
  font-size: 13px;
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
  font-size: 11px;
}

#viewers .quiet > span {
  opacity: 0.6;
}

#take {
  margin-top: 6px;
}

/* What is asked, offered or said, above all. */

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

#prompt,
#offer,
#note {
  box-sizing: border-box;
  max-width: min(100%, 460px);
  margin: 0;
  padding: 8px 8px 8px 16px;
  border: 1px solid var(--line);
  border-radius: 14px;
  background: var(--panel);
  box-shadow: var(--shadow);
  pointer-events: auto;
}

#prompt,
#offer {
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

:is(#prompt, #offer) p {
  flex: 1 1 auto;
  min-width: 0;
  margin: 0 8px 0 0;
  overflow-wrap: anywhere;
}

#offer p {
  flex-basis: 150px;
}

#offer-text {
  display: block;
  max-width: 300px;
  overflow: hidden;
  color: var(--text-quiet);
  font-size: 11px;
  white-space: nowrap;
  text-overflow: ellipsis;
}

/* A button that says in words what it does. */
#status button.word,
button.word {
  display: block;
  flex: none;
  width: auto;
  height: 26px;
  padding: 0 10px;
  border-radius: 13px;
  background: var(--hover);
  color: var(--text);
  font-size: 12px;
  font-weight: 600;
  white-space: nowrap;
}

button.word:hover {
  filter: brightness(1.08);
}

button.word.strong {
  background: var(--accent);
  color: var(--on-accent);
}

@media (pointer: coarse) {
  #viewers {
    bottom: max(calc(var(--edge) + 48px), calc(env(safe-area-inset-bottom) + 48px));
  }

  #status button.word,
  button.word {
    height: 36px;
    border-radius: 18px;
  }
}
`;
