/** Light, dark, phone and paper. Text has at least 4.5 times the luminance of its ground, or the reverse (WCAG 2.2, 1.4.3). */
export const style = `:root {
  --page: #f4f6f8; --card: #ffffff; --text: #1b2027; --quiet: #57606a; --line: #d5dbe1; --code: #eef1f4;
  --good: #116329; --good-ground: #ddf4e4; --warn: #7a4a00; --warn-ground: #fdf0d0; --bad: #a40e26; --bad-ground: #ffe9e7;
  --calm: #4a535d; --calm-ground: #e9edf1; --there: #0a5fc4; --free: #79b88a; --free-warn: #d9a441; --free-bad: #dd7b76; --track: #d9e0e7;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1216; --card: #171c22; --text: #e6eaef; --quiet: #9ba6b2; --line: #313943; --code: #232a32;
    --good: #6fdc8c; --good-ground: #15301f; --warn: #ecc063; --warn-ground: #33270f; --bad: #ff9a94; --bad-ground: #3d1a1c;
    --calm: #b4bec9; --calm-ground: #262d36; --there: #5aa2f5; --free: #3d7a4f; --free-warn: #96701f; --free-bad: #a34a46; --track: #3b4652;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0 auto; padding: 1.5rem 1rem 2rem; max-width: 60rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; overflow-wrap: anywhere; }
h1, h2, h3, h4, p, ul, ol, dl, dd, figure, pre { margin: 0; padding: 0; }
ul, ol { list-style: none; }
h1 { font-size: 1rem; font-weight: 650; }
h2 { font-size: clamp(1.6rem, 1.2rem + 2vw, 2.25rem); line-height: 1.2; font-weight: 700; letter-spacing: -0.015em; }
h3 { font-size: 1.125rem; line-height: 1.3; margin-bottom: 0.75rem; }
h4 { font-size: 1rem; line-height: 1.4; display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 0.625rem; }
code, pre { font: 0.875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
code { background: var(--code); border-radius: 4px; padding: 0.1em 0.3em; }
pre { background: var(--code); border-radius: 6px; padding: 0.625rem 0.75rem; margin-top: 0.5rem; white-space: pre-wrap; }
a { color: inherit; text-underline-offset: 0.2em; }
.quiet { color: var(--quiet); }
header { display: flex; flex-wrap: wrap; gap: 0 1rem; justify-content: space-between; margin-bottom: 0.75rem; }
article { margin-bottom: 3rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.125rem 1.25rem 1.25rem; margin-top: 1rem; }
.verdict { border-radius: 12px; padding: 1.25rem 1.25rem 1.375rem; border: 1px solid; }
.verdict .about { margin-bottom: 0.25rem; }
.verdict h2 + p { margin-top: 0.375rem; }
.verdict.good { background: var(--good-ground); border-color: var(--good); } .verdict.good h2 { color: var(--good); }
.verdict.warn { background: var(--warn-ground); border-color: var(--warn); } .verdict.warn h2 { color: var(--warn); }
.verdict.bad { background: var(--bad-ground); border-color: var(--bad); } .verdict.bad h2 { color: var(--bad); }
.verdict.calm { background: var(--calm-ground); border-color: var(--calm); }
.verdict code { background: var(--card); }
.verdict h3 { font-size: 1rem; margin: 0.875rem 0 0; }
.open { margin-top: 0.5rem; display: grid; gap: 0.5rem; }
.open li { background: var(--card); border-radius: 8px; padding: 0.5rem 0.875rem; display: grid; grid-template-columns: 10rem minmax(0, 1fr); gap: 0 1rem; }
.open a { font-weight: 650; }
.open code { background: var(--code); }
.others { display: flex; flex-wrap: wrap; gap: 0.5rem 1.25rem; margin-top: 1rem; padding: 0.75rem 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.mark { display: inline-block; white-space: nowrap; border-radius: 999px; padding: 0 0.6em; font-size: 0.8125rem; line-height: 1.6; font-weight: 600; }
.mark.good { color: var(--good); background: var(--good-ground); } .mark.warn { color: var(--warn); background: var(--warn-ground); }
.mark.bad { color: var(--bad); background: var(--bad-ground); } .mark.calm { color: var(--calm); background: var(--calm-ground); }
.verdict .mark { background: var(--card); }
.step { padding: 0.75rem 0; border-top: 1px solid var(--line); scroll-margin-top: 1rem; display: grid; grid-template-columns: 12.5rem minmax(0, 1fr); gap: 0.25rem 1.25rem; }
.step:target { background: var(--code); box-shadow: 0 0 0 0.5rem var(--code); border-radius: 4px; }
.step:first-child { border-top: 0; padding-top: 0; }
.step:last-child { padding-bottom: 0; }
.step h4 { align-content: start; }
.step dl { display: grid; gap: 0.125rem; }
.step dl div { display: grid; grid-template-columns: 5.25rem minmax(0, 1fr); }
.step dt { color: var(--quiet); }
.step .single div { display: block; }
.step .single dt { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--quiet); padding-bottom: 0.25rem; }
th, td { text-align: left; vertical-align: top; padding: 0.375rem 0.75rem 0.375rem 0; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--quiet); font-weight: 500; font-size: 0.875rem; }
tbody th { font-weight: 600; }
th:last-child, td:last-child { padding-right: 0; }
.packages { margin-top: 0.75rem; table-layout: fixed; }
.packages th:first-child { width: 45%; }
.drift th:first-child { width: 34%; }
.plain { margin-top: 0.375rem; font-size: 0.9375rem; }
.durations { margin-bottom: 0.75rem; }
.durations svg { display: block; width: 100%; height: 3.5rem; margin-top: 0.25rem; }
.durations rect { fill: var(--there); } .durations .warn { fill: var(--warn); } .durations .bad { fill: var(--bad); } .durations .calm { fill: var(--track); }
.runs { table-layout: fixed; }
.runs thead th:nth-child(1) { width: 10.25rem; } .runs thead th:nth-child(2) { width: 9.5rem; } .runs thead th:nth-child(3) { width: 7.75rem; } .runs thead th:nth-child(4) { width: 6.5rem; }
.runs li + li { margin-top: 0.25rem; }
details { margin-top: 0.625rem; }
summary { cursor: pointer; color: var(--quiet); width: fit-content; }
summary:focus-visible, a:focus-visible { outline: 2px solid var(--there); outline-offset: 2px; border-radius: 4px; }
.many { margin-top: 0.5rem; columns: 15rem; column-gap: 1.5rem; }
.storage + .storage, table + .storage { margin-top: 1.5rem; }
.storage figcaption { margin-bottom: 0.625rem; }
.bar-row { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; margin-top: 0.625rem; }
.bar-row .label { font-weight: 600; }
.bar-row .value { color: var(--quiet); text-align: right; font-variant-numeric: tabular-nums; }
.bar { grid-column: 1 / -1; width: 100%; height: 0.75rem; margin-top: 0.1875rem; display: block; overflow: hidden; border-radius: 3px; }
.room .bar { height: 1.25rem; }
.track { fill: var(--track); background: var(--track); } .there { fill: var(--there); background: var(--there); }
.free.good { fill: var(--free); background: var(--free); } .free.warn { fill: var(--free-warn); background: var(--free-warn); }
.free.bad { fill: var(--free-bad); background: var(--free-bad); }
.limit { stroke: var(--text); stroke-width: 2; }
.legend { margin-top: 0.875rem; color: var(--quiet); font-size: 0.875rem; display: flex; flex-wrap: wrap; gap: 0.125rem 1.125rem; }
.legend span { display: inline-flex; align-items: center; gap: 0.375rem; }
.swatch { width: 0.75rem; height: 0.75rem; border-radius: 3px; }
.swatch.limit { width: 2px; background: var(--text); border-radius: 0; }
footer { color: var(--quiet); font-size: 0.875rem; }
@media (max-width: 40rem) {
  body { padding: 1rem 0.75rem 1.5rem; }
  section, .verdict { padding-left: 1rem; padding-right: 1rem; }
  .step, .open li { grid-template-columns: minmax(0, 1fr); }
  .step dl div { grid-template-columns: 4.75rem minmax(0, 1fr); }
  .room { grid-template-columns: 1fr; }
  .room .value { text-align: left; }
  .packages th:first-child { width: 62%; }
  .runs thead, .drift thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .runs tr, .drift tbody tr { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.125rem 0.75rem; padding: 0.625rem 0; border-top: 1px solid var(--line); }
  .runs tbody tr:first-child { border-top: 0; padding-top: 0; }
  .runs th, .runs td, .drift th, .drift td { border: 0; padding: 0; width: auto; }
  .drift tbody th { flex-basis: 60%; flex-grow: 1; }
  .drift td[data-label]::before { content: attr(data-label) " "; color: var(--quiet); }
  .drift td:last-child { order: -1; }
  .drift tbody th { order: -2; }
  .runs tbody th { order: -1; flex-basis: 100%; }
  .runs td:last-child { flex-basis: 100%; }
}
@media print {
  :root { --page: #ffffff; --card: #ffffff; --text: #000000; --quiet: #444444; --line: #bbbbbb; --code: #f2f2f2;
    --good: #0c4a1f; --good-ground: #ffffff; --warn: #5e3900; --warn-ground: #ffffff; --bad: #7f0a1d; --bad-ground: #ffffff;
    --calm: #333333; --calm-ground: #ffffff; --there: #0a5fc4; --free: #79b88a; --free-warn: #d9a441; --free-bad: #dd7b76; --track: #d9e0e7; color-scheme: light; }
  html { font-size: 9pt; }
  body { max-width: none; padding: 0; }
  h2, h3, caption, thead { break-after: avoid; }
  section, .step, figure, tr, .verdict { break-inside: avoid; }
  section:has(.steps), section:has(.runs) { break-inside: auto; }
  .bar, .swatch { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
`;
