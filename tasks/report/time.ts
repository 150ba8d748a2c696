import { type Html, html } from './page/html';

/** `2026-03-01 09:30 UTC` of an ISO time. */
export const written = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;

/** A point in time for a person and for machines. */
export const time = (iso: string): Html => html`<time datetime="${iso}">${written(iso)}</time>`;

/** A time without `UTC` behind it, where the heading says that. */
export const shortTime = (iso: string): Html => html`<time datetime="${iso}">${written(iso).replace(' UTC', '')}</time>`;
