/**
 * The secret of the link that a page was opened with. It stands in the address' fragment, which no server
 * sees, and from there it goes into the tab's own storage, so that it does not stay in the address bar, in
 * the history or on a picture of the screen.
 */

const FIELD = "token";
/** What a token may be; anything else is none. */
const TOKEN = /^[A-Za-z0-9_-]{1,256}$/;

/**
 * @param {string} hash a fragment, with its "#"
 * @returns {{token: string | null, rest: string}} the token, and the fragment without it
 */
function parse(hash) {
  const fields = hash.replace(/^#/, "").split("&");
  const found = fields.find((field) => field.startsWith(`${FIELD}=`));
  const rest = fields.filter((field) => field !== found && field !== "").join("&");
  const value = found?.slice(FIELD.length + 1) ?? "";
  return { token: TOKEN.test(value) ? value : null, rest: rest && `#${rest}` };
}

/**
 * Takes the token out of the address bar, or else out of the tab's storage.
 *
 * @param {Pick<Location, "hash" | "pathname" | "search">} location
 * @param {Pick<History, "replaceState" | "state">} history
 * @param {() => Pick<Storage, "getItem" | "setItem">} storage throws where a browser refuses it
 * @returns {string | null}
 */
function take(location, history, storage) {
  // Two canvases on one server may have come by different links.
  const key = `framecast.token ${location.pathname}`;
  const { token, rest } = parse(location.hash);
  if (location.hash.includes(`${FIELD}=`)) {
    history.replaceState(history.state, "", `${location.pathname}${location.search}${rest}`);
  }
  try {
    if (!token) return parse(`#${FIELD}=${storage().getItem(key) ?? ""}`).token;
    storage().setItem(key, token);
  } catch {
    // Then a reload needs the link again.
  }
  return token;
}

export default Object.freeze({ parse, take });
