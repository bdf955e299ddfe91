// What the page runs. Servers send all of its modules in one file, bundle.js.br or bundle.js.gz, to whoever takes that;
// others get the modules one by one, from here on. `npm run bundle` makes those files.
export * from "./main.js";
