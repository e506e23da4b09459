/** Every word of the page, in French. The rules of `en.ts` hold here too. */

import type { Catalogue } from './index.ts';

export const catalogue: Catalogue = {
  locale: 'fr-FR',
  direction: 'ltr',

  title: (org) => (org === '' ? 'Vérifiez à qui vous parlez' : `${org} · Vérifiez à qui vous parlez`),

  page: {
    loading: 'Un instant…',
    unsupported: {
      heading: 'Ce navigateur est trop ancien',
      body: 'Cette page fait ses calculs sur votre appareil, et ce navigateur n’en est pas capable. Ouvrez le lien dans un navigateur à jour. Le lien n’a pas été utilisé.',
    },
    noScript: {
      heading: 'Cette page a besoin de JavaScript',
      body: 'La comparaison se fait sur votre appareil, pour que ce que vous saisissez ne soit envoyé à personne. Autorisez JavaScript pour cette page, puis rechargez-la. Le lien n’a pas été utilisé.',
    },
    incomplete: {
      heading: 'La page ne s’est pas chargée entièrement',
      body: 'Rechargez-la. Le lien n’a pas été utilisé.',
    },
    footer:
      'Personne n’a besoin ici de votre mot de passe, de votre numéro de carte ni d’un code de votre banque. N’en saisissez pas.',
    traceless: 'Aucun cookie. Rien n’est conservé.',
    language: 'Langue',
  },

  profile: {
    label: 'Qui demande',
    verified: (method, date) => {
      const how = { dns: ' par DNS', 'well-known': ' par son serveur web' }[method] ?? '';
      return `vérifié${how}${date === '' ? '' : ` le ${date}`}`;
    },
    unverified: 'Aucun domaine vérifié',
    practice: 'Pour s’exercer seulement. Vérifié par personne.',
  },

  ask: {
    heading: (org) => `${org} souhaite confirmer que vous vous parlez vraiment.`,
    question: 'Qui a engagé cette conversation ?',
    organization: 'Ce sont eux',
    recipient: 'C’est moi',
    opening: 'Ouverture…',
    note: 'Ce lien ne sert qu’une fois. Rien ne se passe tant que vous n’avez pas choisi.',
  },

  how: {
    heading: 'Comment ça marche',
    steps: (org) => [
      'Vous saisissez une chose que vous connaissez tous les deux. Elle reste sur cet appareil.',
      `Un code apparaît ici. ${org} obtient le même, mais seulement si c’est bien eux.`,
      'Vous demandez le code. Votre interlocuteur le dit. Vous comparez.',
    ],
    rule: 'Ce n’est jamais à vous de dire le code.',
    independently: (org) => `Pour joindre ${org} par vous-même`,
  },

  field: {
    from: (org, agent) => (agent === '' ? org : `${agent}, ${org}`),
    about: (subject) => `Au sujet de : ${subject}`,
    heading: 'Saisissez ce que vous connaissez tous les deux',
    stays: 'Cela reste sur cet appareil. La comparaison se fait sans l’envoyer.',
    check: 'Vérifier',
    day: 'Jour',
    month: 'Mois',
    year: 'Année',
    phone: (region, international) => (region === '' ? international : `${region} · ${international}`),
    phoneInvalid: (international) => `${international} ne semble pas exister. Relisez-le avant de vérifier.`,
    waiting: 'Chargement des règles des numéros de téléphone…',
    minus: (number) => `moins ${number}`,
    point: (integer, fraction) => `${integer} virgule ${fraction}`,
    tooLong: 'C’est trop long. Saisissez 128 caractères au plus.',
    controlCharacter: 'Ce texte contient une tabulation ou un retour à la ligne. Tapez-le à la main.',
    empty: {
      text: 'Saisissez-le ici.',
      phone: 'Saisissez le numéro de téléphone.',
      email: 'Saisissez l’adresse e-mail.',
      code: 'Saisissez ses lettres et ses chiffres.',
      number: 'Saisissez le nombre.',
      date: 'Saisissez le jour, le mois et l’année.',
    },
    accepted: {
      text: 'Saisissez des lettres et des chiffres.',
      phone:
        'Saisissez un numéro de téléphone de 8 à 15 chiffres. S’il est étranger, commencez par + et l’indicatif du pays.',
      email: 'Saisissez une adresse e-mail : un seul @ et pas d’espace.',
      code: 'Saisissez ses lettres et ses chiffres.',
      number: 'Saisissez des chiffres, avec une seule virgule au plus, et - devant si le nombre est négatif.',
      date: 'Saisissez une date qui existe, entre 1900 et 2200.',
    },
  },

  checking: {
    heading: (org) => `Vérification avec ${org}…`,
    using: 'Le lien contenait ceci :',
    usual: 'Cela prend d’habitude une seconde.',
    slow: (who) =>
      `Pas encore de réponse de ${who} : son logiciel est peut-être lent ou hors ligne. Gardez cette page ouverte. Elle attend jusqu’à la fin du délai.`,
  },

  passcode: {
    heading: (agent) => (agent === '' ? 'Demandez-leur le code' : `Demandez le code à ${agent}`),
    exact: 'Si l’on vous dit exactement ceci, c’est bien eux.',
    rule: 'Ne le dites pas vous-même.',
    ruleWhy: 'C’est à eux de le dire, à vous de comparer.',
    matches: 'C’est le même code',
    mismatch: 'Ce n’est pas le même',
    unexpected: 'Je n’ai rien demandé',
    typedLabel: 'Saisissez le code qu’on vous dit',
    typedHint: {
      one: '# chiffre. Vous ne pouvez le saisir qu’une fois.',
      other: '# chiffres. Vous ne pouvez le saisir qu’une fois.',
    },
    typedIncomplete: { one: 'Le code a # chiffre.', other: 'Le code a # chiffres. Saisissez-les tous.' },
    typedRule: 'C’est à eux de le dire, cette page compare.',
    typedRuleWhy: 'Si l’on vous demande un code, ce n’est pas eux.',
    typedNone: 'On ne me donne pas de code',
    compare: 'Comparer',
  },

  time: {
    left: (time) => `Il reste ${time}`,
    more: 'Il me faut plus de temps',
    minute: 'Il reste une minute.',
    seconds: { one: 'Il reste # seconde.', other: 'Il reste # secondes.' },
    extension: {
      none: '',
      asking: 'Demande de temps supplémentaire…',
      added: 'Vous avez maintenant plus de temps.',
      refused: 'Il n’est plus possible d’ajouter du temps. S’il s’écoule, demandez un nouveau lien.',
      failed: 'La demande n’est pas passée. Réessayez.',
    },
  },

  trouble: {
    network: 'Pas de connexion. Nouvel essai en cours…',
    busy: 'Trop de monde à la fois. Nouvel essai dans un instant…',
    server: 'Le service ne répond pas. Nouvel essai en cours…',
    safe: 'Ne fermez pas cette page et ne la rechargez pas.',
    retry: 'Réessayer maintenant',
  },

  confirmed: {
    heading: 'Confirmé',
    who: (org, agent) => (agent === '' ? `Vous parlez bien à ${org}.` : `Vous parlez bien à ${agent}, ${org}.`),
    go: 'Poursuivez votre conversation.',
    close: 'Vous pouvez fermer cette page.',
    once: 'Cela vaut pour cette conversation. Si l’on vous contacte de nouveau, vérifiez de nouveau.',
  },

  stop: {
    heading: 'N’allez pas plus loin',
    mismatch: (org) =>
      `Les codes ne sont pas les mêmes. Vous ne parlez pas à ${org}, ou quelqu’un s’est glissé entre vous.`,
    mistyped: (org) =>
      `Ce que vous avez saisi n’est pas le code. Si vous n’avez aucun doute sur ce que vous avez entendu, vous ne parlez pas à ${org}. Si vous avez pu vous tromper en le tapant, demandez un nouveau lien.`,
    unexpected: (org) =>
      `Vous n’avez rien demandé : quelqu’un se sert peut-être du nom de ${org} ou de vos informations. Ne continuez pas avec cette personne.`,
    absent: (org) => `On ne peut vous dire aucun code : rien ne montre donc qu’il s’agit de ${org}.`,
    unproven: (org) => `L’autre côté n’a pas pu prouver qu’il s’agit de ${org}.`,
    advice: [
      'Raccrochez, ou ne répondez plus.',
      'Ne donnez plus rien : ni code, ni informations, ni paiement.',
    ],
    contact: (org) => `Contactez ${org} vous-même :`,
    contactUnknown: (org) => `Contactez ${org} vous-même, par un moyen que vous connaissez déjà.`,
    reported: (org) => `${org} a été prévenu.`,
  },

  invalid: {
    heading: 'Ce lien n’est pas valable',
    body: 'Il a peut-être expiré, déjà servi ou été annulé, ou bien ce qui a été saisi n’était pas identique des deux côtés.',
    adviceHeading: 'Que faire',
    again: 'Si vous savez à qui vous parlez, demandez un nouveau lien.',
    unsure: (org) =>
      org === ''
        ? 'Si vous avez un doute sur votre interlocuteur, raccrochez.'
        : `Si vous avez un doute, raccrochez et contactez ${org} vous-même.`,
    stolen:
      'Si vous l’ouvriez pour la première fois, quelqu’un a pu le faire avant vous. Prévenez la personne qui vous l’a envoyé.',
    nothing: 'Rien de ce que vous avez saisi n’a été envoyé à qui que ce soit.',
  },

  entry: {
    heading: (org) => `Vérifiez que vous parlez vraiment à ${org}`,
    body: 'Ouvrez le lien que vous avez reçu. Si l’on vous a donné un numéro de session, saisissez-le ici.',
    linkOnly: 'Cette organisation n’utilise pas de numéros de session. Ouvrez le lien que vous avez reçu.',
    label: 'Numéro de session',
    hint: '6 chiffres',
    go: 'Continuer',
    bad: 'Saisissez les 6 chiffres qu’on vous a donnés.',
    unknown:
      'Aucune session ouverte ne porte ce numéro. Relisez ce que vous avez saisi. Il a peut-être aussi expiré : demandez-en un nouveau.',
    busy: {
      one: 'Trop de numéros ont été essayés. Attendez une minute puis réessayez, ou demandez plutôt un lien.',
      other: 'Trop de numéros ont été essayés. Attendez # minutes puis réessayez, ou demandez plutôt un lien.',
    },
    failed: 'La demande n’est pas passée. Réessayez.',
  },
};
