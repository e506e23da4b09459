/** Every word of the page, in German. The rules of `en.ts` hold here too. */

import type { Catalogue } from './index.ts';

export const catalogue: Catalogue = {
  locale: 'de-DE',
  direction: 'ltr',

  title: (org) => (org === '' ? 'Prüfen Sie, mit wem Sie sprechen' : `${org} · Prüfen Sie, mit wem Sie sprechen`),

  page: {
    loading: 'Einen Moment…',
    unsupported: {
      heading: 'Dieser Browser ist zu alt',
      body: 'Diese Seite rechnet auf Ihrem Gerät, und dieser Browser kann das nicht. Öffnen Sie den Link in einem aktuellen Browser. Der Link ist noch nicht verbraucht.',
    },
    noScript: {
      heading: 'Diese Seite braucht JavaScript',
      body: 'Verglichen wird auf Ihrem Gerät, damit Ihre Eingabe an niemanden gesendet wird. Erlauben Sie JavaScript für diese Seite und laden Sie sie neu. Der Link ist noch nicht verbraucht.',
    },
    incomplete: {
      heading: 'Die Seite wurde nicht vollständig geladen',
      body: 'Laden Sie sie neu. Der Link ist noch nicht verbraucht.',
    },
    footer:
      'Niemand braucht hier ein Passwort, eine Kartennummer oder einen Code Ihrer Bank von Ihnen. Geben Sie nichts davon ein.',
    traceless: 'Keine Cookies. Nichts wird gespeichert.',
    language: 'Sprache',
  },

  profile: {
    label: 'Wer anfragt',
    verified: (method, date) => {
      const how = { dns: ' über DNS', 'well-known': ' über den eigenen Webserver' }[method] ?? '';
      return `geprüft${how}${date === '' ? '' : ` am ${date}`}`;
    },
    unverified: 'Keine geprüfte Domain',
    practice: 'Nur zum Üben. Von niemandem geprüft.',
  },

  ask: {
    heading: (org) => `${org} möchte bestätigen, dass Sie wirklich miteinander sprechen.`,
    question: 'Wer hat dieses Gespräch begonnen?',
    organization: 'Ich wurde kontaktiert',
    recipient: 'Ich habe mich gemeldet',
    opening: 'Wird geöffnet…',
    note: 'Dieser Link gilt nur einmal. Bevor Sie wählen, geschieht nichts.',
  },

  how: {
    heading: 'So funktioniert es',
    steps: (org) => [
      'Sie geben etwas ein, das beide Seiten kennen. Es bleibt auf diesem Gerät.',
      `Hier erscheint ein Code. ${org} bekommt denselben – aber nur, wenn es wirklich ${org} ist.`,
      'Sie fragen nach dem Code. Die andere Seite sagt ihn. Sie vergleichen.',
    ],
    rule: 'Sie selbst sagen den Code nie.',
    independently: (org) => `So erreichen Sie ${org} auf eigenem Weg`,
  },

  field: {
    from: (org, agent) => (agent === '' ? org : `${agent}, ${org}`),
    about: (subject) => `Betreff: ${subject}`,
    heading: 'Geben Sie ein, was beide Seiten kennen',
    stays: 'Es bleibt auf diesem Gerät. Verglichen wird, ohne es zu senden.',
    check: 'Prüfen',
    day: 'Tag',
    month: 'Monat',
    year: 'Jahr',
    phone: (region, international) => (region === '' ? international : `${region} · ${international}`),
    phoneInvalid: (international) =>
      `${international} scheint es nicht zu geben. Sehen Sie noch einmal nach, bevor Sie prüfen.`,
    waiting: 'Die Regeln für Telefonnummern werden geladen…',
    minus: (number) => `minus ${number}`,
    point: (integer, fraction) => `${integer} Komma ${fraction}`,
    tooLong: 'Zu lang. Geben Sie höchstens 128 Zeichen ein.',
    controlCharacter: 'Darin steckt ein Tabulator oder ein Zeilenumbruch. Tippen Sie es von Hand ein.',
    empty: {
      text: 'Tragen Sie es hier ein.',
      phone: 'Geben Sie die Telefonnummer ein.',
      email: 'Geben Sie die E-Mail-Adresse ein.',
      code: 'Geben Sie die Buchstaben und Ziffern ein.',
      number: 'Geben Sie die Zahl ein.',
      date: 'Geben Sie Tag, Monat und Jahr ein.',
    },
    accepted: {
      text: 'Geben Sie Buchstaben und Ziffern ein.',
      phone:
        'Geben Sie eine Telefonnummer mit 8 bis 15 Ziffern ein. Bei einer Nummer aus dem Ausland beginnen Sie mit + und der Landesvorwahl.',
      email: 'Geben Sie eine E-Mail-Adresse ein: genau ein @, keine Leerzeichen.',
      code: 'Geben Sie die Buchstaben und Ziffern ein.',
      number: 'Geben Sie Ziffern ein, mit höchstens einem Komma, und - davor, wenn die Zahl negativ ist.',
      date: 'Geben Sie ein Datum ein, das es gibt, zwischen 1900 und 2200.',
    },
  },

  checking: {
    heading: (org) => `Abgleich mit ${org}…`,
    using: 'Das kam mit dem Link:',
    usual: 'Das dauert meist nur eine Sekunde.',
    slow: (who) =>
      `Noch keine Antwort von ${who}: Das Programm dort ist vielleicht langsam oder offline. Lassen Sie diese Seite offen. Sie wartet, bis die Zeit abgelaufen ist.`,
  },

  passcode: {
    heading: (agent) => (agent === '' ? 'Fragen Sie nach dem Code' : `Fragen Sie ${agent} nach dem Code`),
    exact: 'Hören Sie genau diesen Code, ist die andere Seite echt.',
    rule: 'Sagen Sie ihn nicht selbst.',
    ruleWhy: 'Die andere Seite sagt ihn, Sie vergleichen.',
    matches: 'Er stimmt überein',
    mismatch: 'Er stimmt nicht überein',
    unexpected: 'Ich habe das nicht angefordert',
    typedLabel: 'Geben Sie den Code ein, den Sie hören',
    typedHint: {
      one: '# Ziffer. Sie können ihn nur einmal eingeben.',
      other: '# Ziffern. Sie können ihn nur einmal eingeben.',
    },
    typedIncomplete: { one: 'Der Code hat # Ziffer.', other: 'Der Code hat # Ziffern. Geben Sie alle ein.' },
    typedRule: 'Die andere Seite sagt ihn, diese Seite vergleicht.',
    typedRuleWhy: 'Wer einen Code von Ihnen verlangt, ist nicht echt.',
    typedNone: 'Man nennt mir keinen Code',
    compare: 'Vergleichen',
  },

  time: {
    left: (time) => `Noch ${time}`,
    more: 'Ich brauche mehr Zeit',
    minute: 'Noch eine Minute.',
    seconds: { one: 'Noch # Sekunde.', other: 'Noch # Sekunden.' },
    extension: {
      none: '',
      asking: 'Mehr Zeit wird angefragt…',
      added: 'Sie haben jetzt mehr Zeit.',
      refused: 'Mehr Zeit ist nicht möglich. Läuft sie ab, bitten Sie um einen neuen Link.',
      failed: 'Das kam nicht durch. Versuchen Sie es noch einmal.',
    },
  },

  trouble: {
    network: 'Keine Verbindung. Neuer Versuch läuft…',
    busy: 'Zu viele Anfragen auf einmal. Gleich folgt ein neuer Versuch…',
    server: 'Der Dienst antwortet nicht. Neuer Versuch läuft…',
    safe: 'Schließen Sie diese Seite nicht und laden Sie sie nicht neu.',
    retry: 'Jetzt versuchen',
  },

  confirmed: {
    heading: 'Bestätigt',
    who: (org, agent) =>
      agent === '' ? `Sie sprechen wirklich mit ${org}.` : `Sie sprechen wirklich mit ${agent} von ${org}.`,
    go: 'Setzen Sie Ihr Gespräch fort.',
    close: 'Sie können diese Seite schließen.',
    once: 'Das gilt für dieses Gespräch. Werden Sie wieder kontaktiert, prüfen Sie wieder.',
  },

  stop: {
    heading: 'Machen Sie nicht weiter',
    mismatch: (org) => `Die Codes sind nicht gleich. Sie sprechen nicht mit ${org}, oder jemand steht dazwischen.`,
    mistyped: (org) =>
      `Was Sie eingegeben haben, ist nicht der Code. Wenn Sie sicher sind, was Sie gehört haben, sprechen Sie nicht mit ${org}. Wenn Sie sich vertippt haben könnten, bitten Sie um einen neuen Link.`,
    unexpected: (org) =>
      `Sie haben das nicht angefordert. Jemand benutzt vielleicht den Namen ${org} oder Ihre Daten. Lassen Sie sich auf nichts ein.`,
    absent: (org) => `Man kann Ihnen keinen Code nennen. Nichts zeigt also, dass es ${org} ist.`,
    unproven: (org) => `Die andere Seite konnte nicht beweisen, dass sie ${org} ist.`,
    advice: [
      'Legen Sie auf, oder antworten Sie nicht mehr.',
      'Geben Sie nichts mehr preis: keinen Code, keine Daten, keine Zahlung.',
    ],
    contact: (org) => `Wenden Sie sich selbst an ${org}:`,
    contactUnknown: (org) => `Wenden Sie sich selbst an ${org}, auf einem Weg, den Sie schon kennen.`,
    reported: (org) => `${org} wurde benachrichtigt.`,
  },

  invalid: {
    heading: 'Dieser Link ist nicht gültig',
    body: 'Vielleicht ist er abgelaufen, schon benutzt oder zurückgezogen worden, oder die Eingaben waren auf beiden Seiten nicht gleich.',
    adviceHeading: 'Was Sie tun können',
    again: 'Wenn Sie wissen, mit wem Sie sprechen, bitten Sie um einen neuen Link.',
    unsure: (org) =>
      org === ''
        ? 'Wenn Sie nicht sicher sind, mit wem Sie sprechen, legen Sie auf.'
        : `Wenn Sie nicht sicher sind, legen Sie auf und wenden Sie sich selbst an ${org}.`,
    stolen:
      'Wenn Sie ihn zum ersten Mal geöffnet haben, war vielleicht jemand schneller. Sagen Sie es der Person, die ihn geschickt hat.',
    nothing: 'Nichts von dem, was Sie eingegeben haben, wurde an jemanden gesendet.',
  },

  entry: {
    heading: (org) => `Prüfen Sie, ob Sie wirklich mit ${org} sprechen`,
    body: 'Öffnen Sie den Link, den Sie erhalten haben. Wenn man Ihnen stattdessen eine Sitzungsnummer genannt hat, geben Sie sie hier ein.',
    linkOnly: 'Diese Organisation verwendet keine Sitzungsnummern. Öffnen Sie den Link, den Sie erhalten haben.',
    label: 'Sitzungsnummer',
    hint: '6 Ziffern',
    go: 'Weiter',
    bad: 'Geben Sie die 6 Ziffern ein, die man Ihnen genannt hat.',
    unknown:
      'Keine offene Sitzung hat diese Nummer. Prüfen Sie Ihre Eingabe. Die Nummer kann auch abgelaufen sein: Bitten Sie dann um eine neue.',
    busy: {
      one: 'Es wurden zu viele Nummern versucht. Warten Sie eine Minute und versuchen Sie es dann noch einmal, oder bitten Sie um einen Link.',
      other:
        'Es wurden zu viele Nummern versucht. Warten Sie # Minuten und versuchen Sie es dann noch einmal, oder bitten Sie um einen Link.',
    },
    failed: 'Das kam nicht durch. Versuchen Sie es noch einmal.',
  },
};
