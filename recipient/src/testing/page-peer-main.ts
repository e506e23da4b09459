/** Answers each line of standard input with one line; see `page-peer.ts`. */

import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline';
import { replyOfPage } from './page-peer.ts';

for await (const line of createInterface({ input: stdin })) stdout.write(`${await replyOfPage(line)}\n`);
