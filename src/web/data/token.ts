/** The API token, kept for this tab alone: it is gone when the tab is closed, and never part of an address. */
const key = 'flink-mesos.token';

export function authorization(): Record<string, string> {
  const token = readToken();
  return token === '' ? {} : { authorization: `Bearer ${token}` };
}

export function readToken(): string {
  return sessionStorage.getItem(key) ?? '';
}

export function keepToken(token: string): void {
  if (token === '') sessionStorage.removeItem(key);
  else sessionStorage.setItem(key, token);
}
