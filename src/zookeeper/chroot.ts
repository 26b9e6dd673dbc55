/** Paths below a chroot ('' for none). Done here, not by the library, so that one rule holds for requests, transactions and what comes back. */

export function absolutePath(chroot: string, path: string): string {
  return path === '/' ? chroot || '/' : `${chroot}${path}`;
}

export function relativePath(chroot: string, absolute: string): string {
  return absolute === chroot ? '/' : absolute.slice(chroot.length);
}
