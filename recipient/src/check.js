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
    each(main.querySelectorAll('[data-message]'), function (block) {
      if (block.getAttribute('data-message') === message) block.removeAttribute('hidden');
      else block.setAttribute('hidden', '');
    });
    main.setAttribute('data-step', 'unsupported');
    main.removeAttribute('aria-busy');
  }

  /** The page's messages stand there in every language; the reader's stays. English is what shows when there is none. */
  function speak() {
    if (!main) return;
    var tags = navigator.languages || [navigator.language || ''];
    for (var i = 0; i < tags.length; i += 1) {
      var tag = String(tags[i]).toLowerCase().split('-')[0];
      var theirs = main.querySelectorAll('[data-message] > [lang="' + String(tag).replace(/[^a-z]/g, '') + '"]');
      if (!theirs.length) continue;
      each(main.querySelectorAll('[data-message] > [lang]'), function (words) {
        words.setAttribute('hidden', '');
      });
      each(theirs, function (words) {
        words.removeAttribute('hidden');
      });
      return;
    }
  }

  /**
   * @param {NodeListOf<Element>} elements
   * @param {(element: Element) => void} act
   */
  function each(elements, act) {
    for (var i = 0; i < elements.length; i += 1) {
      var element = elements[i];
      act(/** @type {Element} */ (element));
    }
  }

  function supported() {
    try {
      return (
        'noModule' in document.createElement('script') &&
        typeof BigInt === 'function' &&
        typeof fetch === 'function' &&
        typeof AbortController === 'function' &&
        typeof Intl.PluralRules === 'function' &&
        typeof crypto.getRandomValues === 'function' &&
        typeof TextEncoder === 'function' &&
        typeof DataView.prototype.getBigUint64 === 'function' &&
        typeof String.prototype.normalize === 'function' &&
        typeof Element.prototype.replaceChildren === 'function' &&
        // The youngest of all: the arithmetic's library asks for them.
        typeof Object.hasOwn === 'function' &&
        typeof Array.prototype.at === 'function' &&
        // What the values' canonical forms are made with; its absence must not be found out half-way.
        new RegExp('^[\\p{Default_Ignorable_Code_Point}\\p{White_Space}\\p{Nd}]$', 'u').test('\u200b')
      );
    } catch (error) {
      return false;
    }
  }

  speak();
  main.setAttribute('data-checked', '');
  if (!supported()) {
    show('unsupported');
  } else {
    window.addEventListener(
      'error',
      function (event) {
        var from = event.target;
        // What was only a hint is asked for again.
        var hint = from instanceof Element && from.getAttribute('rel') === 'modulepreload';
        // Before the module has run. Afterwards the flow deals with whatever happens.
        if (!hint && main && main.getAttribute('aria-busy')) show('incomplete');
      },
      true
    );
    // The module may have failed before anybody listened.
    window.addEventListener('load', function () {
      if (!document.documentElement.hasAttribute('data-begun')) show('incomplete');
    });
  }
})();
