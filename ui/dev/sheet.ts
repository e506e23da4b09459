/**
 * Many scenes side by side, each in a frame of the window's size: `sheet.html?only=start&theme=dark&width=420&height=680`. For
 * looking at every state at once.
 */

import { scenes } from './scenes.ts';

const wanted = new URLSearchParams(location.search);
const only = (wanted.get('only') ?? '').split(',');

document.body.style.cssText = 'margin:8px;display:flex;flex-wrap:wrap;gap:8px;background:#8a9a98;font:12px sans-serif';
for (const name of Object.keys(scenes)) {
  if (!only.some((start) => name.startsWith(start))) continue;
  const figure = document.createElement('figure');
  figure.style.margin = '0';
  const frame = document.createElement('iframe');
  frame.width = wanted.get('width') ?? '420';
  frame.height = wanted.get('height') ?? '680';
  frame.style.cssText = 'border:0;display:block;background:#fff';
  frame.src = `./index.html?scene=${name}&${wanted.toString()}`;
  const caption = document.createElement('figcaption');
  caption.textContent = name;
  figure.append(caption, frame);
  document.body.append(figure);
}
