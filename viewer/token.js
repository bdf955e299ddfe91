// For pages of others: takes a link's token out of the address bar.
export { default } from "./core/transport/token.js";
