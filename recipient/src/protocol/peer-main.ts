/** `npm run peer`: answers each line of standard input with one line; see `peer.ts`. */

import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline';
import { reply } from './peer.ts';

for await (const line of createInterface({ input: stdin })) stdout.write(`${reply(line)}\n`);
