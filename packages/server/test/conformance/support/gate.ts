/** A promise that a test keeps closed until it opens it. */
export function gate(): { readonly pass: Promise<void>; readonly open: () => void } {
  let open = () => {};
  const pass = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { pass, open: () => open() };
}
