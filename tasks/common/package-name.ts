/** PEP 503: lower case, runs of `-`, `_` and `.` are one `-`. */
export const normalizeName = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-');
