import { inputOf } from './register.ts';
import { splitAddress } from './split-address.ts';

/** Moves a user name and password that stand in the address to their own fields; an unclear address stays as typed. */
export function moveLogin(): void {
  const [address, username, password] = ['address', 'username', 'password'].map((key) => inputOf(key, true));
  if (!(address instanceof HTMLInputElement)) return;
  const split = splitAddress(address.value);
  if (split === undefined || split.address === address.value) return;
  address.value = split.address;
  if (username instanceof HTMLInputElement && split.username !== undefined) username.value = split.username;
  if (password instanceof HTMLInputElement && split.password !== undefined) password.value = split.password;
  document.getElementById('echosight-address-moved')?.removeAttribute('hidden');
  // Node-RED checks a field anew when it hears of the change.
  address.dispatchEvent(new Event('change'));
}

/** Moves the login of a pasted address at once, and a typed one when the field is left: only then is it all there. */
export function watchAddress(): void {
  const address = inputOf('address', true);
  address?.addEventListener('change', moveLogin);
  address?.addEventListener('paste', (event) => {
    if (event.clipboardData?.getData('text').includes('://') === true) window.setTimeout(moveLogin);
  });
  moveLogin();
}
