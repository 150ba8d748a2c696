/** Expressions that are evaluated inside of a page. */

/** Elements that are wider than their place, or than the screen. */
export const overflows = `(() => {
  const screen = document.documentElement.clientWidth;
  const described = (element) => element.tagName.toLowerCase() + (element.className.baseVal ?? element.className ? '.' + (element.className.baseVal ?? element.className) : '');
  const found = document.documentElement.scrollWidth > screen ? ['the page is ' + document.documentElement.scrollWidth + ' of ' + screen] : [];
  for (const element of document.body.querySelectorAll('*')) {
    const style = getComputedStyle(element);
    if (style.clipPath !== 'none' || element.closest('thead, dt') && getComputedStyle(element.closest('thead, dt')).clipPath !== 'none') continue;
    const box = element.getBoundingClientRect();
    if (box.width > 0 && (box.right > screen + 0.5 || box.left < -0.5)) found.push(described(element) + ' ends at ' + Math.round(box.right) + ' of ' + screen);
    // The ground of a command may reach a few pixels over the end of its line, into the edge of the card.
    if (element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 5) found.push(described(element) + ' holds ' + element.scrollWidth + ' in ' + element.clientWidth);
  }
  return found;
})()`;

/** Texts whose contrast with what is behind them is under that of WCAG 2.2, 1.4.3. */
export const contrastFaults = `(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const known = new Map();
  const rgba = (colour) => {
    if (known.has(colour)) return known.get(colour);
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    known.set(colour, [...canvas.getImageData(0, 0, 1, 1).data]);
    return known.get(colour);
  };
  const luminance = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((value) => value / 255).map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const found = new Set();
  let texts = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim()) continue;
    texts++;
    const style = getComputedStyle(element);
    const [one, other] = [luminance(rgba(style.color)), luminance(ground(element))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    const size = parseFloat(style.fontSize);
    const least = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    if (ratio < least) found.add(element.tagName + ' ' + element.className + ': ' + ratio.toFixed(2));
  }
  return texts > 20 ? [...found] : ['only ' + texts + ' texts'];
})()`;

/** What a person with a screen reader goes by, and what must not be there. */
export const structureOf = `(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const levels = all('h1, h2, h3, h4').map(({ tagName }) => Number(tagName[1]));
  const ids = all('[id]').map(({ id }) => id);
  return {
    lang: document.documentElement.lang,
    quirks: document.compatMode !== 'CSS1Compat',
    scripts: all('script, iframe, object, embed, form, img, base').length,
    handlers: all('*').filter((element) => [...element.attributes].some(({ name }) => name.startsWith('on'))).length,
    firstHeadings: all('h1').length,
    jumps: levels.filter((level, index) => index > 0 && level > levels[index - 1] + 1),
    bareTables: all('table').filter((table) => !table.querySelector('thead th[scope=col]') || (table.tHead.rows[0].cells.length !== Math.max(...[...table.tBodies[0].rows].map(({ cells }) => cells.length)))).length,
    deadLinks: all('a').map((link) => link.getAttribute('href')).filter((href) => !href.startsWith('#') || !document.getElementById(href.slice(1))),
    doubleIds: ids.filter((id, index) => ids.indexOf(id) !== index),
    outside: all('[src], [href]').map((element) => element.getAttribute('src') ?? element.getAttribute('href')).filter((address) => !address.startsWith('#')),
  };
})()`;
