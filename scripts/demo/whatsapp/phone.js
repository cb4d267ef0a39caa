const chat = document.querySelector('#chat');
const people = document.querySelector('#people');
const state = document.querySelector('#state');

/** Ticks and their meaning, by status. */
const ticks = {
  accepted: ['◷', 'accepted'],
  sent: ['✓', 'sent'],
  delivered: ['✓✓', 'delivered'],
  read: ['✓✓', 'read'],
};

const messages = new Map();
let person;

/** An element with a class and text; text is never read as HTML. */
function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function bubble(message) {
  const box = element('article', 'bubble');
  const quoted = messages.get(message.replyTo);
  if (quoted) {
    const quote = element('div', 'quote');
    quote.append(element('span', '', quoted.text || 'Picture'));
    box.append(quote);
  }
  if (message.mediaId) box.append(media(message));
  if (message.text) box.append(element('p', '', message.text));
  if (message.buttons?.length) {
    const list = element('ul');
    list.append(...message.buttons.map((title) => element('li', '', title)));
    box.append(list);
  }
  const at = new Date(message.receivedAt);
  const meta = element(
    'p',
    'meta',
    at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' }),
  );
  const [sign, meaning] = ticks[message.status];
  const tick = element('span', `ticks ${message.status}`, sign);
  tick.title = meaning;
  tick.setAttribute('role', 'img');
  tick.setAttribute('aria-label', meaning);
  meta.append(tick);
  box.append(meta);
  return box;
}

/** A picture, or a player. */
function media({ type, mediaId, text }) {
  const player = type === 'audio' || type === 'video';
  const shown = element(player ? type : 'img');
  if (player) {
    shown.controls = true;
    shown.preload = 'metadata';
    shown.setAttribute('aria-label', type === 'audio' ? 'Voice note' : `Video: ${text}`);
  } else {
    shown.alt = text || 'Picture of the incident';
  }
  shown.addEventListener(player ? 'loadedmetadata' : 'load', toEnd, { once: true });
  shown.src = `/pictures/${mediaId}`;
  return shown;
}

function toEnd() {
  chat.scrollTop = chat.scrollHeight;
}

function showPeople() {
  const numbers = [...new Set([...messages.values()].map((message) => message.to))];
  person ??= numbers[0];
  people.hidden = numbers.length < 2;
  people.replaceChildren(
    ...numbers.map((number) => {
      const button = element('button', '', `+${number}`);
      button.setAttribute('aria-pressed', String(number === person));
      button.addEventListener('click', () => {
        person = number;
        showAll();
      });
      return button;
    }),
  );
  if (person) state.textContent = `to +${person}`;
}

function showAll() {
  showPeople();
  let day = '';
  const shown = [];
  for (const message of messages.values()) {
    if (message.to !== person) continue;
    const of = new Date(message.receivedAt).toLocaleDateString([], { dateStyle: 'medium' });
    if (of !== day) shown.push(element('p', 'day', of));
    day = of;
    message.box = bubble(message);
    shown.push(message.box);
  }
  chat.replaceChildren(...shown);
  toEnd();
}

const events = new EventSource('/events');
events.addEventListener('open', () => {
  state.textContent = person ? `to +${person}` : 'online';
});
events.addEventListener('error', () => {
  state.textContent = 'the sandbox does not answer';
});
events.addEventListener('message', ({ data }) => {
  const message = JSON.parse(data);
  const present = messages.get(message.id);
  messages.set(message.id, message);
  if (!present) {
    showAll();
  } else if (present.box) {
    message.box = bubble(message);
    present.box.replaceWith(message.box);
  }
});
