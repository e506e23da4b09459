/*
 * Looks at the browser before the page's module runs, in the JavaScript of 2009, so that an old browser says what is wrong
 * instead of showing an empty page. It fails closed: main.tsx does not start once the step is "unsupported". It also says
 * so when the module itself does not arrive. It sends nothing and knows nothing of the protocol.
 */
(function () {
  var main = document.getElementsByTagName('main')[0];
  if (!main) return;

  /** @param {string} message which of the page's prepared messages */
  function show(message) {
    if (!main) return;
    var blocks = main.querySelectorAll('[data-message]');
    for (var i = 0; i < blocks.length; i += 1) {
      var block = blocks[i];
      if (block && block.getAttribute('data-message') === message) block.removeAttribute('hidden');
      else if (block) block.setAttribute('hidden', '');
    }
    main.setAttribute('data-step', 'unsupported');
    main.removeAttribute('aria-busy');
  }

  function supported() {
    try {
      return (
        'noModule' in document.createElement('script') &&
        typeof BigInt === 'function' &&
        typeof fetch === 'function' &&
        typeof AbortController === 'function' &&
        typeof crypto.getRandomValues === 'function' &&
        typeof TextEncoder === 'function' &&
        typeof DataView.prototype.getBigUint64 === 'function' &&
        typeof String.prototype.normalize === 'function' &&
        typeof Element.prototype.replaceChildren === 'function' &&
        // What the values' canonical forms are made with; its absence must not be found out half-way.
        new RegExp('^[\\p{Default_Ignorable_Code_Point}\\p{White_Space}\\p{Nd}]$', 'u').test('\u200b')
      );
    } catch (error) {
      return false;
    }
  }

  if (!supported()) {
    show('unsupported');
  } else {
    window.addEventListener(
      'error',
      function () {
        // Before the module has run. Afterwards the flow deals with whatever happens.
        if (main && main.getAttribute('aria-busy')) show('incomplete');
      },
      true
    );
  }
})();
