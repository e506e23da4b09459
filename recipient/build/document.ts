/**
 * Puts into `index.html` itself what is needed up to the question: the style, the entry and the page. A phone on a bad network
 * waits most of a second for each answer; so one answer brings all of it, and the profile and the language are under way before
 * it has ended. The service allows exactly these bytes by their hashes (`policy.ts`).
 *
 * A script in the document cannot be imported from. So the page's chunks announce what they export in an event, and a later
 * chunk that would import from them becomes a function of that (`chunks.ts` calls it).
 */

import type { Plugin, Rolldown } from 'vite';
import { dependencies, linkable, linked } from './linking.ts';

type Bundle = Record<string, Rolldown.OutputChunk | Rolldown.OutputAsset>;

/** The event with the page's chunks: an array of what each exports, the page's own last. */
export const PAGE_EVENT = 'countersign:page';

export function oneDocument(): Plugin {
  return {
    name: 'countersign:one-document',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_, bundle: Bundle) {
        const document = bundle['index.html'];
        if (document?.type !== 'asset') return;
        const [entry, app, style] = [entryOf(bundle), chunkNamed(bundle, 'app'), styleOf(bundle)];
        const inside = dependencies(app, bundle);
        const places = inside.map(({ fileName }) => fileName);
        for (const chunk of Object.values(bundle)) {
          if (chunk.type === 'chunk' && chunk.imports.length > 0 && !inside.includes(chunk)) {
            chunk.code = `export const link=${linkable(chunk, places)};`;
          }
        }
        let html = String(document.source);
        html = replaced(html, tag('script', `src="/${entry.fileName}"`), element('script', `(()=>{${entry.code}})()`));
        html = replaced(html, tag('link', `href="/${style.fileName}"`), element('style', String(style.source)));
        const page = `${linked(inside, 'parts')}dispatchEvent(new CustomEvent("${PAGE_EVENT}",{detail:parts}));`;
        html = replaced(html, /<\/body>/, `${element('script type="module"', page)}\n</body>`);
        document.source = html;
        for (const { fileName } of [entry, style, ...inside]) Reflect.deleteProperty(bundle, fileName);
      },
    },
  };
}

function entryOf(bundle: Bundle): Rolldown.OutputChunk {
  const entry = Object.values(bundle).find((file) => file.type === 'chunk' && file.facadeModuleId?.endsWith('index.html'));
  // It runs as a classic script, at once.
  if (entry?.type !== 'chunk' || entry.imports.length > 0) throw new Error('the entry is not a script on its own');
  return entry;
}

function chunkNamed(bundle: Bundle, name: string): Rolldown.OutputChunk {
  const chunk = Object.values(bundle).find((file) => file.type === 'chunk' && file.name === name);
  if (chunk?.type !== 'chunk') throw new Error(`there is no chunk ${name}`);
  return chunk;
}

function styleOf(bundle: Bundle): Rolldown.OutputAsset {
  const style = Object.values(bundle).find(({ fileName }) => fileName.endsWith('.css'));
  if (style?.type !== 'asset') throw new Error('there is no style');
  return style;
}

function tag(name: string, attribute: string): RegExp {
  return new RegExp(`<${name}\\b[^>]*${attribute.replaceAll('.', '\\.')}[^>]*>(?:</${name}>)?`);
}

function element(opening: string, content: string): string {
  const text = content.trim();
  if (/<\/(?:script|style)|<!--/i.test(text)) throw new Error(`what stands in <${opening}> would end it`);
  return `<${opening}>${text}</${opening.split(' ')[0]}>`;
}

function replaced(html: string, pattern: RegExp, by: string): string {
  if (!pattern.test(html)) throw new Error(`index.html has no ${pattern.source}`);
  return html.replace(pattern, () => by);
}
