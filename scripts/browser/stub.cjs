// What tests import of Node, in a browser: there is no environment, and nothing else can be called.
module.exports = new Proxy({ env: {} }, {
  get: (target, name) =>
    target[name] ?? (() => {
      throw new Error(`There is no ${String(name)}() in a browser`);
    }),
});
