import { afterEach, beforeEach, expect, test } from 'vitest';
import { templates, view } from '../../dev/views.ts';
import { clear, draw, engine, find, key, press, settle, show, textOf, type, valueOf } from '../testing/face.tsx';
import { TemplatesScreen } from './templates.tsx';

beforeEach(async () => {
  await show(view());
});

afterEach(clear);

test('lists what there is, with where it comes from, and not what is no template', async () => {
  engine({});
  await draw(<TemplatesScreen />);
  expect(find('template-phone')?.dataset['source']).toBe('built_in');
  expect(find('template-policy')?.dataset['source']).toBe('shared');
  expect(find('template-meter')?.dataset['source']).toBe('own');
  expect(find('template-scratch')).toBeNull();
  expect([find('template-edit-phone'), find('template-delete-policy')]).toEqual([null, null]);
});

test('favours and moves, by button and by keyboard', async () => {
  const asked = engine({});
  await draw(<TemplatesScreen />);
  await press('template-favourite-order');
  await press('template-down-email');
  await key('ArrowUp', { altKey: true }, find('template-favourite-order') ?? document);
  await press('template-down-policy');
  await settle();
  expect(asked).toEqual([
    ['favour_template', { template: 'order', on: true }],
    ['move_template', { template: 'email', before: 'order' }],
    ['move_template', { template: 'order', before: 'customer' }],
  ]);
});

test('nothing moves past the favourites: the engine keeps them first', async () => {
  const asked = engine({});
  await draw(<TemplatesScreen />);
  expect(find('template-up-email')?.getAttribute('aria-disabled')).toBe('true');
  await press('template-up-email');
  expect(asked).toEqual([]);
});

test('a new one is written and sent whole', async () => {
  const asked = engine({ save_template: () => 'new' });
  await draw(<TemplatesScreen />);
  await press('template-new');
  await type('template-name', 'Plate');
  await type('template-field-name-0', 'Number plate');
  await type('template-field-kind-0', 'code');
  await press('template-add-field');
  await type('template-field-name-1', 'Town');
  await press('template-began-recipient');
  await press('template-save');
  await settle();
  const fields = [
    { name: 'Number plate', kind: 'code', hint: '' },
    { name: 'Town', kind: 'text', hint: '' },
  ];
  expect(asked).toEqual([['save_template', { draft: { id: null, name: 'Plate', fields, began: 'recipient' } }]]);
  expect(find('template-editor')).toBeNull();
});

test('a copy is a new one with the same fields; a refusal keeps what was written', async () => {
  engine({
    save_template: () => {
      throw { code: 'out_of_bounds', message: 'At most 60 characters.', field: null } as unknown as Error;
    },
  });
  await draw(<TemplatesScreen />);
  await press('template-duplicate-birth-postcode');
  expect(valueOf('template-name')).toBe('Date of birth and postcode (copy)');
  expect(valueOf('template-field-name-1')).toBe('Postcode');
  await press('template-save');
  await settle();
  expect(textOf('error-template-editor')).toContain('60');
  await press('template-discard');
  expect(find('template-editor')).toBeNull();
});

test('deleting asks once', async () => {
  const asked = engine({});
  await draw(<TemplatesScreen />);
  await press('template-delete-meter');
  await press('template-delete-keep');
  await press('template-delete-meter');
  expect(asked).toEqual([]);
  await press('template-delete-confirm');
  await settle();
  expect(asked).toEqual([['delete_template', { template: 'meter' }]]);
});

test('a file is read and its text handed over; an export says where it is', async () => {
  const asked = engine({ import_templates: () => ({ added: 2, known: 1 }), export_templates: () => ({ path: '/home/dana/t.json', count: 3 }) });
  await draw(<TemplatesScreen />);
  const input = find('templates-import') as HTMLInputElement;
  Object.defineProperty(input, 'files', { value: [new File(['{"a":1}'], 'a.json')], configurable: true });
  input.dispatchEvent(new Event('change', { bubbles: true }));
  await settle(() => new Promise((done) => setTimeout(done, 20)));
  expect(asked).toEqual([['import_templates', { text: '{"a":1}' }]]);
  expect(textOf('imported')).toContain('2 templates added; 1 known already');
  await press('templates-export');
  await settle();
  expect(textOf('exported-path')).toBe('/home/dana/t.json');
  expect(templates.length).toBeGreaterThan(0);
});
