/** Every word of the page, in Portuguese, worded so that it reads naturally in Brazil and in Portugal. The rules of `en.ts` hold here too. */

import type { Catalogue } from './index.ts';

export const catalogue: Catalogue = {
  locale: 'pt',
  direction: 'ltr',

  title: (org) => (org === '' ? 'Confirme com quem está falando' : `${org} · Confirme com quem está falando`),

  page: {
    loading: 'Um momento…',
    unsupported: {
      heading: 'Este navegador é muito antigo',
      body: 'Esta página faz os cálculos no seu aparelho, e este navegador não consegue. Abra o link em um navegador atualizado. O link ainda não foi usado.',
    },
    noScript: {
      heading: 'Esta página precisa de JavaScript',
      body: 'A comparação é feita no seu aparelho, para que o que você digita não seja enviado a ninguém. Permita JavaScript nesta página e recarregue-a. O link ainda não foi usado.',
    },
    incomplete: {
      heading: 'A página não carregou por completo',
      body: 'Recarregue-a. O link ainda não foi usado.',
    },
    footer: 'Ninguém precisa aqui da sua senha, do número do seu cartão nem de um código do seu banco. Não digite nada disso.',
    traceless: 'Sem cookies. Nada é guardado.',
    language: 'Idioma',
  },

  profile: {
    label: 'Quem está pedindo',
    verified: (method, date) => {
      const how = { dns: ' por DNS', 'well-known': ' pelo seu servidor web' }[method] ?? '';
      return `verificado${how}${date === '' ? '' : ` em ${date}`}`;
    },
    unverified: 'Nenhum domínio verificado',
    practice: 'Apenas para treino. Não foi verificado por ninguém.',
  },

  ask: {
    heading: (org) => `${org} quer confirmar que vocês estão mesmo falando um com o outro.`,
    question: 'Quem começou esta conversa?',
    organization: 'Eles entraram em contato comigo',
    recipient: 'Eu entrei em contato com eles',
    opening: 'Abrindo…',
    note: 'Este link só funciona uma vez. Nada acontece até você escolher.',
  },

  how: {
    heading: 'Como funciona',
    steps: (org) => [
      'Você digita algo que os dois lados conhecem. Isso não sai deste aparelho.',
      `Um código aparece aqui. ${org} recebe o mesmo, mas só se for mesmo ${org}.`,
      'Você pede o código. O outro lado diz. Você compara.',
    ],
    rule: 'Você nunca diz o código.',
    independently: (org) => `Para falar com ${org} por conta própria`,
  },

  field: {
    from: (org, agent) => (agent === '' ? org : `${agent}, ${org}`),
    about: (subject) => `Assunto: ${subject}`,
    heading: 'Digite o que os dois lados conhecem',
    stays: 'Isso não sai deste aparelho. É comparado sem ser enviado.',
    check: 'Verificar',
    day: 'Dia',
    month: 'Mês',
    year: 'Ano',
    phone: (region, international) => (region === '' ? international : `${region} · ${international}`),
    phoneInvalid: (international) => `Parece que ${international} não existe. Olhe de novo antes de verificar.`,
    waiting: 'Carregando as regras dos números de telefone…',
    minus: (number) => `menos ${number}`,
    point: (integer, fraction) => `${integer} vírgula ${fraction}`,
    tooLong: 'Longo demais. Digite no máximo 128 caracteres.',
    controlCharacter: 'O texto contém uma tabulação ou uma quebra de linha. Digite-o à mão.',
    empty: {
      text: 'Digite aqui.',
      phone: 'Digite o número de telefone.',
      email: 'Digite o endereço de e-mail.',
      code: 'Digite as letras e os números.',
      number: 'Digite o número.',
      date: 'Digite o dia, o mês e o ano.',
    },
    accepted: {
      text: 'Digite letras e números.',
      phone:
        'Digite um número de telefone de 8 a 15 algarismos. Se for de outro país, comece por + e o código do país.',
      email: 'Digite um endereço de e-mail: um só @ e nenhum espaço.',
      code: 'Digite as letras e os números.',
      number: 'Digite algarismos, com no máximo uma vírgula, e - na frente se for negativo.',
      date: 'Digite uma data que exista, entre 1900 e 2200.',
    },
  },

  checking: {
    heading: (org) => `Verificando com ${org}…`,
    using: 'Isto veio no link:',
    usual: 'Costuma levar um segundo.',
    slow: (who) =>
      `Ainda não há resposta de ${who}: o programa pode estar lento ou sem conexão. Deixe esta página aberta. Ela continua esperando até o tempo acabar.`,
  },

  passcode: {
    heading: (agent) => (agent === '' ? 'Peça que digam o código' : `Peça o código a ${agent}`),
    exact: 'Se disserem exatamente isto, são mesmo eles.',
    rule: 'Não diga você o código.',
    ruleWhy: 'São eles que dizem; você compara.',
    matches: 'É igual',
    mismatch: 'Não é igual',
    unexpected: 'Eu não pedi isto',
    typedLabel: 'Digite o código que disserem',
    typedHint: {
      one: '# algarismo. Você só pode digitar uma vez.',
      other: '# algarismos. Você só pode digitar uma vez.',
    },
    typedIncomplete: { one: 'O código tem # algarismo.', other: 'O código tem # algarismos. Digite todos.' },
    typedRule: 'São eles que dizem; esta página compara.',
    typedRuleWhy: 'Se pedirem um código a você, não são eles.',
    typedNone: 'Não me dão nenhum código',
    compare: 'Comparar',
  },

  time: {
    left: (time) => `Faltam ${time}`,
    more: 'Preciso de mais tempo',
    minute: 'Falta um minuto.',
    seconds: { one: 'Falta # segundo.', other: 'Faltam # segundos.' },
    extension: {
      none: '',
      asking: 'Pedindo mais tempo…',
      added: 'Agora você tem mais tempo.',
      refused: 'Não é possível acrescentar mais tempo. Se acabar, peça um novo link.',
      failed: 'O pedido não chegou. Tente de novo.',
    },
  },

  trouble: {
    network: 'Sem conexão. Tentando de novo…',
    busy: 'Gente demais ao mesmo tempo. Nova tentativa daqui a pouco…',
    server: 'O serviço não responde. Tentando de novo…',
    safe: 'Não feche nem recarregue esta página.',
    retry: 'Tentar agora',
  },

  confirmed: {
    heading: 'Confirmado',
    who: (org, agent) => (agent === '' ? `Você está falando com ${org}.` : `Você está falando com ${agent}, de ${org}.`),
    go: 'Continue a sua conversa.',
    close: 'Você já pode fechar esta página.',
    once: 'Isto vale para esta conversa. Se entrarem em contato de novo, confirme de novo.',
  },

  stop: {
    heading: 'Não continue',
    mismatch: (org) => `Os códigos não são iguais. Você não está falando com ${org}, ou há alguém no meio.`,
    mistyped: (org) =>
      `O que você digitou não é o código. Se tem certeza do que ouviu, você não está falando com ${org}. Se pode ter errado ao digitar, peça um novo link.`,
    unexpected: (org) =>
      `Você não pediu isto: alguém pode estar usando o nome de ${org} ou os seus dados. Não continue com essa pessoa.`,
    absent: (org) => `Não há código que possam dizer a você, e por isso nada mostra que seja ${org}.`,
    unproven: (org) => `O outro lado não conseguiu provar que é ${org}.`,
    advice: ['Desligue ou pare de responder.', 'Não dê mais nada: nem código, nem dados, nem pagamento.'],
    contact: (org) => `Entre você em contato com ${org}:`,
    contactUnknown: (org) => `Entre você em contato com ${org}, por um meio que já conheça.`,
    reported: (org) => `${org} já recebeu o aviso.`,
  },

  invalid: {
    heading: 'Este link não é válido',
    body: 'Ele pode ter expirado, já ter sido usado ou ter sido cancelado, ou o que foi digitado não era igual dos dois lados.',
    adviceHeading: 'O que fazer',
    again: 'Se você sabe com quem está falando, peça um novo link.',
    unsure: (org) =>
      org === ''
        ? 'Se não tem certeza de quem é, desligue.'
        : `Se não tem certeza, desligue e entre você em contato com ${org}.`,
    stolen:
      'Se era a primeira vez que você o abria, alguém pode ter sido mais rápido. Avise quem lhe enviou o link.',
    nothing: 'Nada do que você digitou foi enviado a ninguém.',
  },

  entry: {
    heading: (org) => `Confirme que está mesmo falando com ${org}`,
    body: 'Abra o link que lhe enviaram. Se em vez disso lhe deram um número de sessão, digite-o aqui.',
    linkOnly: 'Esta organização não usa números de sessão. Abra o link que recebeu.',
    label: 'Número da sessão',
    hint: '6 algarismos',
    go: 'Continuar',
    bad: 'Digite os 6 algarismos que lhe deram.',
    unknown:
      'Nenhuma sessão aberta tem este número. Confira o que digitou. Ele também pode ter expirado: peça um novo número.',
    busy: {
      one: 'Foram tentados números demais. Espere um minuto e tente de novo, ou peça um link.',
      other: 'Foram tentados números demais. Espere # minutos e tente de novo, ou peça um link.',
    },
    failed: 'O pedido não chegou. Tente de novo.',
  },
};
