import { inputOf } from './register.ts';
import { splitAddress } from './split-address.ts';

/** Moves a user name and password that stand in the address to their own fields. */
export function moveLogin(): void {
  const [address, username, password] = ['address', 'username', 'password'].map((key) => inputOf(key, true));
  if (!(address instanceof HTMLInputElement)) return;
  const split = splitAddress(address.value);
  if (split.address === address.value) return;
  address.value = split.address;
  if (username instanceof HTMLInputElement && split.username !== undefined) username.value = split.username;
  if (password instanceof HTMLInputElement && split.password !== undefined) password.value = split.password;
  document.getElementById('echosight-address-moved')?.removeAttribute('hidden');
}

/** Moves a pasted login at once, and a typed one when the typing pauses: a password may hold an @ itself. */
export function watchAddress(): void {
  const address = inputOf('address', true);
  let pause = 0;
  address?.addEventListener('input', (event) => {
    window.clearTimeout(pause);
    const typed = event instanceof InputEvent && event.data?.length === 1;
    if (typed) pause = window.setTimeout(moveLogin, 800);
    else moveLogin();
  });
  address?.addEventListener('change', moveLogin);
  moveLogin();
}
