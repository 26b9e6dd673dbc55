/** Ids of frameworks, tasks and executors alike (src/common/validation.cpp of Mesos). */
export function idFault(id: string): string | undefined {
  if (id === '') {
    return 'ID must not be empty';
  }
  if (id.length > 255) {
    return 'ID must not be greater than 255 characters';
  }
  if (id === '.' || id === '..') {
    return `'${id}' is disallowed`;
  }
  // Control characters, and what would leave the directory that is named after the id.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return /[\u0000-\u001f\u007f/\\]/.test(id) ? `'${id}' contains invalid characters` : undefined;
}
