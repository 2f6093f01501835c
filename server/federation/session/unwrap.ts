/** The default export of a CommonJS module: Node hands it over wrapped once more, a bundler does not. */
export function unwrap<T>(module: T): T {
  return (module as { default?: T }).default ?? module;
}
