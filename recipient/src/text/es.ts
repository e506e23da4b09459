/** Every word of the page, in Spanish. The rules of `en.ts` hold here too. */

import type { Catalogue } from './index.ts';

export const catalogue: Catalogue = {
  locale: 'es-ES',
  direction: 'ltr',

  title: (org) => (org === '' ? 'Compruebe con quién habla' : `${org} · Compruebe con quién habla`),

  page: {
    loading: 'Un momento…',
    unsupported: {
      heading: 'Este navegador es demasiado antiguo',
      body: 'Esta página hace sus cálculos en su dispositivo y este navegador no puede. Abra el enlace en un navegador actualizado. El enlace no se ha gastado.',
    },
    noScript: {
      heading: 'Esta página necesita JavaScript',
      body: 'La comparación se hace en su dispositivo, para que lo que escriba no se envíe a nadie. Permita JavaScript en esta página y vuelva a cargarla. El enlace no se ha gastado.',
    },
    incomplete: {
      heading: 'La página no se ha cargado del todo',
      body: 'Vuelva a cargarla. El enlace no se ha gastado.',
    },
    footer:
      'Aquí nadie necesita su contraseña, su número de tarjeta ni un código de su banco. No los escriba.',
    traceless: 'Sin cookies. No se guarda nada.',
    language: 'Idioma',
  },

  profile: {
    label: 'Quién lo pide',
    verified: (method, date) => {
      const how = { dns: ' por DNS', 'well-known': ' por su servidor web' }[method] ?? '';
      return `verificado${how}${date === '' ? '' : ` el ${date}`}`;
    },
    unverified: 'Ningún dominio verificado',
    practice: 'Solo para practicar. Nadie lo ha verificado.',
  },

  ask: {
    heading: (org) => `${org} quiere confirmar que de verdad están hablando entre ustedes.`,
    question: '¿Quién inició esta conversación?',
    organization: 'Me contactaron ellos',
    recipient: 'Los contacté yo',
    opening: 'Abriendo…',
    note: 'Este enlace sirve una sola vez. No pasa nada hasta que usted elija.',
  },

  how: {
    heading: 'Cómo funciona',
    steps: (org) => [
      'Usted escribe algo que ambas partes conocen. No sale de este dispositivo.',
      `Aquí aparece un código. ${org} obtiene el mismo, pero solo si de verdad es ${org}.`,
      'Usted pide el código. Se lo dicen. Usted compara.',
    ],
    rule: 'Usted nunca dice el código.',
    independently: (org) => `Para contactar con ${org} por su cuenta`,
  },

  field: {
    from: (org, agent) => (agent === '' ? org : `${agent}, ${org}`),
    about: (subject) => `Asunto: ${subject}`,
    heading: 'Escriba lo que ambas partes conocen',
    stays: 'No sale de este dispositivo. Se compara sin enviarlo.',
    check: 'Comprobar',
    day: 'Día',
    month: 'Mes',
    year: 'Año',
    phone: (region, international) => (region === '' ? international : `${region} · ${international}`),
    phoneInvalid: (international) => `Parece que ${international} no existe. Revíselo antes de comprobar.`,
    waiting: 'Cargando las reglas de los números de teléfono…',
    minus: (number) => `menos ${number}`,
    point: (integer, fraction) => `${integer} coma ${fraction}`,
    tooLong: 'Es demasiado largo. Escriba 128 caracteres como máximo.',
    controlCharacter: 'Contiene un tabulador o un salto de línea. Escríbalo a mano.',
    empty: {
      text: 'Escríbalo aquí.',
      phone: 'Escriba el número de teléfono.',
      email: 'Escriba la dirección de correo electrónico.',
      code: 'Escriba las letras y cifras.',
      number: 'Escriba el número.',
      date: 'Escriba el día, el mes y el año.',
    },
    accepted: {
      text: 'Escriba letras y cifras.',
      phone:
        'Escriba un número de teléfono de 8 a 15 cifras. Si es de otro país, empiece por + y el prefijo del país.',
      email: 'Escriba una dirección de correo electrónico: una sola @ y sin espacios.',
      code: 'Escriba las letras y cifras.',
      number: 'Escriba cifras, con una sola coma como máximo, y - delante si es negativo.',
      date: 'Escriba una fecha que exista, entre 1900 y 2200.',
    },
  },

  checking: {
    heading: (org) => `Comprobando con ${org}…`,
    using: 'Esto venía en el enlace:',
    usual: 'Suele tardar un segundo.',
    slow: (who) =>
      `Aún no hay respuesta de ${who}: puede que su programa vaya lento o no tenga conexión. Deje esta página abierta. Seguirá esperando hasta que se acabe el tiempo.`,
  },

  passcode: {
    heading: (agent) => (agent === '' ? 'Pida que le digan el código' : `Pida el código a ${agent}`),
    exact: 'Si le dicen exactamente esto, es quien dice ser.',
    rule: 'No lo diga usted.',
    ruleWhy: 'Se lo tienen que decir; usted compara.',
    matches: 'Coincide',
    mismatch: 'No coincide',
    unexpected: 'Yo no he pedido esto',
    typedLabel: 'Escriba el código que le digan',
    typedHint: { one: '# cifra. Solo puede escribirlo una vez.', other: '# cifras. Solo puede escribirlo una vez.' },
    typedIncomplete: { one: 'El código tiene # cifra.', other: 'El código tiene # cifras. Escríbalas todas.' },
    typedRule: 'Se lo tienen que decir; esta página compara.',
    typedRuleWhy: 'Si le piden un código a usted, no son ellos.',
    typedNone: 'No me dan ningún código',
    compare: 'Comparar',
  },

  time: {
    left: (time) => `Quedan ${time}`,
    more: 'Necesito más tiempo',
    minute: 'Queda un minuto.',
    seconds: { one: 'Queda # segundo.', other: 'Quedan # segundos.' },
    extension: {
      none: '',
      asking: 'Pidiendo más tiempo…',
      added: 'Ahora tiene más tiempo.',
      refused: 'Ya no se puede añadir más tiempo. Si se acaba, pida un enlace nuevo.',
      failed: 'No se ha podido enviar. Inténtelo de nuevo.',
    },
  },

  trouble: {
    network: 'Sin conexión. Intentándolo de nuevo…',
    busy: 'Demasiadas personas a la vez. Se intentará de nuevo enseguida…',
    server: 'El servicio no responde. Intentándolo de nuevo…',
    safe: 'No cierre ni recargue esta página.',
    retry: 'Intentar ahora',
  },

  confirmed: {
    heading: 'Confirmado',
    who: (org, agent) => (agent === '' ? `Está hablando con ${org}.` : `Está hablando con ${agent}, de ${org}.`),
    go: 'Siga con su conversación.',
    close: 'Ya puede cerrar esta página.',
    once: 'Esto vale para esta conversación. Si vuelven a contactarle, compruébelo otra vez.',
  },

  stop: {
    heading: 'No continúe',
    mismatch: (org) => `Los códigos no son iguales. No está hablando con ${org}, o hay alguien en medio.`,
    mistyped: (org) =>
      `Lo que ha escrito no es el código. Si no duda de lo que oyó, no está hablando con ${org}. Si ha podido equivocarse al escribir, pida un enlace nuevo.`,
    unexpected: (org) =>
      `Usted no ha pedido esto: puede que alguien esté usando el nombre de ${org} o los datos de usted. No siga con esa persona.`,
    absent: (org) => `No pueden decirle ningún código, así que nada muestra que sean ${org}.`,
    unproven: (org) => `La otra parte no ha podido demostrar que es ${org}.`,
    advice: ['Cuelgue, o deje de responder.', 'No dé nada más: ni códigos, ni datos, ni pagos.'],
    contact: (org) => `Contacte por su cuenta con ${org}:`,
    contactUnknown: (org) => `Contacte por su cuenta con ${org}, por un medio que ya conozca.`,
    reported: (org) => `Se ha avisado a ${org}.`,
  },

  invalid: {
    heading: 'Este enlace no es válido',
    body: 'Puede que haya caducado, que ya se haya usado o se haya cancelado, o que lo escrito no fuera igual en las dos partes.',
    adviceHeading: 'Qué hacer',
    again: 'Si sabe con quién habla, pídale un enlace nuevo.',
    unsure: (org) =>
      org === ''
        ? 'Si no tiene claro con quién habla, cuelgue.'
        : `Si tiene dudas, cuelgue y contacte por su cuenta con ${org}.`,
    stolen:
      'Si era la primera vez que lo abría, puede que alguien se le haya adelantado. Avise a quien se lo envió.',
    nothing: 'Nada de lo que ha escrito se ha enviado a nadie.',
  },

  entry: {
    heading: (org) => `Compruebe que de verdad habla con ${org}`,
    body: 'Abra el enlace que le enviaron. Si en su lugar le dieron un número de sesión, escríbalo aquí.',
    linkOnly: 'Esta organización no usa números de sesión. Abra el enlace que ha recibido.',
    label: 'Número de sesión',
    hint: '6 cifras',
    go: 'Continuar',
    bad: 'Escriba las 6 cifras que le dieron.',
    unknown:
      'Ninguna sesión abierta tiene este número. Revise lo que ha escrito. También puede haber caducado: pida un número nuevo.',
    busy: {
      one: 'Se han probado demasiados números. Espere un minuto e inténtelo de nuevo, o pida un enlace.',
      other: 'Se han probado demasiados números. Espere # minutos e inténtelo de nuevo, o pida un enlace.',
    },
    failed: 'No se ha podido enviar. Inténtelo de nuevo.',
  },
};
