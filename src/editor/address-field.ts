import { inputOf } from './register.ts';
import { splitAddress } from './split-address.ts';

/** Moves a user name and password typed or pasted into the address to their own fields at once. */
export function watchAddress(): void {
  const [address, username, password] = ['address', 'username', 'password'].map((key) => inputOf(key, true));
  if (!(address instanceof HTMLInputElement)) return;
  const move = (): void => {
    const split = splitAddress(address.value);
    if (split.address === address.value) return;
    address.value = split.address;
    if (username instanceof HTMLInputElement && split.username !== undefined) username.value = split.username;
    if (password instanceof HTMLInputElement && split.password !== undefined) password.value = split.password;
    document.getElementById('echosight-address-moved')?.removeAttribute('hidden');
  };
  // While somebody types the password, the @ of "user:pa@ss@host" may not be the last one: wait until they pause.
  let pause = 0;
  address.addEventListener('input', (event) => {
    window.clearTimeout(pause);
    if (event instanceof InputEvent && event.inputType === 'insertText') pause = window.setTimeout(move, 800);
    else move();
  });
  address.addEventListener('change', move);
  move();
}
