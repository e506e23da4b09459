/**
 * Chunks without files: each becomes a function that takes what the chunks it imports from export, and returns what it exports
 * itself. Only the forms of import and export that the bundler writes between chunks are understood; others stop the build.
 */

import { parseSync, type Rolldown } from 'vite';

type Chunk = Rolldown.OutputChunk;
type Bundle = Record<string, Chunk | Rolldown.OutputAsset>;

/** A chunk and all that it imports, each after what it imports itself. */
export function dependencies(chunk: Chunk, bundle: Bundle, before: readonly Chunk[] = []): Chunk[] {
  let found = [...before];
  for (const name of chunk.imports) {
    const imported = bundle[name];
    if (imported?.type !== 'chunk') throw new Error(`${chunk.fileName} imports ${name}, which is not there`);
    if (!found.includes(imported)) found = dependencies(imported, bundle, found);
  }
  return [...found, chunk];
}

/** A script that runs the chunks and leaves in `name` an array of what each exports. */
export function linked(chunks: readonly Chunk[], name: string): string {
  const places = chunks.map(({ fileName }) => fileName);
  return `const ${name}=[];${chunks.map((chunk) => `${name}.push((${linkable(chunk, places)})(${name}));`).join('')}`;
}

/** The chunk as a function of an array of what the chunks at `places` export. */
export function linkable(chunk: Chunk, places: readonly string[]): string {
  let [imports, exports, code] = ['', '', ''];
  let from = 0;
  for (const statement of parseSync(chunk.fileName, chunk.code).program.body) {
    if (!/^(?:Import|Export)/.test(statement.type)) continue;
    code += chunk.code.slice(from, statement.start);
    from = statement.end;
    if (statement.type === 'ImportDeclaration') imports += taken(chunk, statement, places);
    else if (statement.type === 'ExportNamedDeclaration' && statement.source === null && statement.declaration === null) {
      exports += statement.specifiers.map(({ exported, local }) => `${name(exported)}:${name(local)},`).join('');
    } else throw new Error(`${chunk.fileName}: ${statement.type} of a form that is not understood`);
  }
  code += chunk.code.slice(from);
  return `(parts)=>{${imports}${code};return{${exports}}}`;
}

type Body = ReturnType<typeof parseSync>['program']['body'][number];

function taken(chunk: Chunk, statement: Extract<Body, { type: 'ImportDeclaration' }>, places: readonly string[]): string {
  const place = places.findIndex((place) => place.endsWith(statement.source.value.replace(/^\.\//, '/')));
  if (place < 0) throw new Error(`${chunk.fileName} imports ${statement.source.value}, which the page does not hold`);
  const names = statement.specifiers.map((specifier) => {
    if (specifier.type !== 'ImportSpecifier') throw new Error(`${chunk.fileName}: ${specifier.type}`);
    return `${name(specifier.imported)}:${name(specifier.local)}`;
  });
  return `const{${names.join(',')}}=parts[${place}];`;
}

function name(node: { type: string; name?: string }): string {
  if (node.type !== 'Identifier' || node.name === undefined) throw new Error(`${node.type} instead of a name`);
  return node.name;
}
