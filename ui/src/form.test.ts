import { beforeEach, describe, expect, test } from 'vitest';
import { view } from '../dev/views.ts';
import * as form from './form.ts';
import { filterTemplates } from './parts/template-picker.tsx';
import { receive } from './state.ts';

const { templates } = view();

beforeEach(() => {
  receive(view({ revision: 1 }), 0);
  form.chooseTemplate('phone');
  form.chooseTtl(120);
  form.clear();
});

describe('the request', () => {
  test('carries the template, its fields and the values in order', () => {
    form.chooseTemplate('birth-postcode');
    const request = form.startRequest(['1990-03-06', '75011'], 'Ticket 1');
    expect(request.template).toBe('birth-postcode');
    expect(request.fields.map(({ field, value }) => [field.name, field.kind, value])).toEqual([
      ['Date of birth', 'date', '1990-03-06'],
      ['Postcode', 'code', '75011'],
    ]);
    expect(request).toMatchObject({ subject: 'Ticket 1', began: 'organization', ttl_secs: 120, prefill: false });
  });

  test('from scratch has no template, and of a field just what the engine knows', () => {
    form.chooseTemplate('scratch');
    const [field] = form.ownFields.value;
    if (field === undefined) throw new Error('no field');
    form.changeField(field.key, { name: 'Plate', kind: 'code', hint: 'On your car' });
    const request = form.startRequest(['AB 123'], '');
    expect(request.template).toBeNull();
    expect(request.fields).toEqual([{ field: { name: 'Plate', kind: 'code', hint: 'On your car' }, value: 'AB 123' }]);
  });

  test('takes a duration of one’s own over the preset, unjudged', () => {
    form.typeTtl('5');
    expect(form.startRequest([''], '').ttl_secs).toBe(5);
  });
});

describe('the form', () => {
  test('takes who began from the template until the agent says otherwise', () => {
    form.chooseTemplate('order');
    expect(form.began.value).toBe('recipient');
    form.chooseBegan('organization');
    expect(form.began.value).toBe('organization');
    form.chooseTemplate('customer');
    expect(form.began.value).toBe('recipient');
  });

  test('the template in use, asked for again by the shortcut or the tray, leaves who began', () => {
    form.chooseTemplate('phone');
    form.chooseBegan('recipient');
    form.chooseTemplate('phone');
    expect(form.began.value).toBe('recipient');
    form.clear();
    expect(form.began.value).toBe('organization');
  });

  test('cleared, keeps template and duration, and switches prefill off', () => {
    form.chooseTemplate('order');
    form.chooseTtl(300);
    form.prefill.value = true;
    const before = form.generation.value;
    form.clear();
    expect([form.template.value?.id, form.ttlPreset.value, form.prefill.value]).toEqual(['order', 300, false]);
    expect(form.generation.value).toBe(before + 1);
  });
});

describe('the template filter', () => {
  test('finds by parts of words, in any order, in names and fields', () => {
    expect(filterTemplates(templates, 'num').map(({ id }) => id)).toEqual(['phone', 'customer', 'order', 'meter', 'policy']);
    expect(filterTemplates(templates, 'POST birth').map(({ id }) => id)).toEqual(['birth-postcode']);
    expect(filterTemplates(templates, '  ')).toHaveLength(templates.length);
    expect(filterTemplates(templates, 'zzz')).toEqual([]);
  });
});
