// Runs in an empty page. Its argument is a list of documents. It says for each what must not be in it, and its links.
const elements = new Set(('html head meta title link body a header footer nav main section article aside form fieldset legend ' +
  'label input button select optgroup option datalist textarea search output span bdi small strong em b i code br hr p h1 h2 h3 h4 div ul ol li dl dt dd ' +
  'table caption thead tbody tfoot tr th td time details summary pre abbr mark q figure figcaption ' +
  'svg g rect title desc text tspan line path circle polyline').split(' '));
const attributes = new Set(('id class lang hreflang href rel type name value content charset method action for required ' +
  'autocomplete autofocus role tabindex scope colspan rowspan datetime download checked selected disabled readonly open ' +
  'multiple min max step minlength maxlength inputmode size rows cols spellcheck autocapitalize list dir title data-label ' +
  'form formaction formmethod novalidate enctype pattern label ' +
  'xmlns viewBox width height x y x1 x2 y1 y2 dx dy cx cy r rx d points transform text-anchor focusable ' +
  'preserveAspectRatio dominant-baseline').split(' '));
// Controls, combining marks, and characters that turn, join or hide text. Our own texts may have no-break spaces.
const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u0300-\u036f\u061c\u180e\u2000-\u200f\u2028-\u202e\u205f-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ufffe\uffff]|[\u{e0000}-\u{e0fff}]/u;
const code = (text) => 'U+' + text.match(hidden)[0].codePointAt(0).toString(16);
const around = (text) => JSON.stringify(text.slice(Math.max(0, text.search(hidden) - 20), text.search(hidden) + 20));

function inspect(html) {
  const wrong = new Set(), links = [];
  const page = new DOMParser().parseFromString(html, 'text/html');
  for (const element of page.querySelectorAll('*')) {
    const tag = element.localName;
    if (!elements.has(tag)) wrong.add(`an element <${tag}>: ${element.outerHTML.slice(0, 200)}`);
    if (element.namespaceURI.endsWith('/svg') && tag === 'svg' && !element.getAttribute('role')) wrong.add('an <svg> without a role');
    for (const { name, value } of element.attributes) {
      if (!attributes.has(name) && !name.startsWith('aria-')) wrong.add(`an attribute ${name} of <${tag}>: ${value.slice(0, 200)}`);
      // What a person typed stays as it is.
      if (!(name === 'value' && tag === 'input') && hidden.test(value)) wrong.add(`${code(value)} in ${name} of <${tag}>: ${around(value)}`);
      if (['href', 'action', 'formaction'].includes(name) && !/^(\/(?![/\\])|[?#])/.test(value) && !(tag === 'link' && value === 'data:,')) {
        wrong.add(`${name} of <${tag}> leads elsewhere: ${value.slice(0, 200)}`);
      }
    }
  }
  for (const area of page.querySelectorAll('textarea')) area.textContent = '';
  const text = page.documentElement.textContent;
  if (hidden.test(text)) wrong.add(`${code(text)} in the text: ${around(text)}`);
  for (const twice of text.match(/&(?:lt|gt|amp|quot|#\d+);/g) ?? []) wrong.add(`escaped twice: ${twice}`);
  if (page.querySelectorAll('h1').length !== 1) wrong.add(`${page.querySelectorAll('h1').length} elements <h1>`);
  for (const link of page.querySelectorAll('a[href]')) links.push([link.getAttribute('href'), link.textContent.trim().slice(0, 80)]);
  // A form that only reads leads to each choice of its lists and boxes.
  for (const form of page.querySelectorAll('form')) {
    if (form.method !== 'get') continue;
    const action = form.getAttribute('action') ?? '';
    const fixed = [...form.querySelectorAll('input[type=hidden][name]')].map((it) => [it.name, it.value]);
    for (const choice of form.querySelectorAll('option, input[type=checkbox], input[type=radio]')) {
      const name = (choice.localName === 'option' ? choice.closest('select') : choice).name;
      links.push([action + '?' + new URLSearchParams([...fixed, [name, choice.value]]), `the form's ${name} = ${choice.value}`]);
    }
  }
  return { wrong: [...wrong], links };
}
return arguments[0].map(inspect);
